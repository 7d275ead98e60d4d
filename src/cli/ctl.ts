/** `ctl`: asks a running server for something, and shows what it answers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exitCode, UserError } from '../base/errors.js'
import type { AnswersOf } from '../control/answers.js'
import { refusal } from '../control/answers.js'
import { askServer } from '../control/ask-server.js'
import { chooseServer } from '../control/choose-server.js'
import { isTrusted, runFolders } from '../control/run-folder.js'
import { livingServers, readRecords, type ServerRecord } from '../control/server-record.js'
import type { ControlRequest } from '../settings/control-commands.js'
import type { ControlLine } from '../settings/control-line.js'
import { answerText } from './answer-text.js'
import type { CommandPlace } from './site-plan.js'

/** Milliseconds after which a server that should answer at once is given up. */
const patience = 10_000

/** These take as long as the application takes to load, or its requests to finish. */
const slowCommands: ReadonlySet<string> = new Set(['restart', 'stop', 'kill-worker'])

/** Gives the exit code. Throws {@link UserError}, but with --json for nothing that a server or its absence causes. */
export async function controlServer(line: ControlLine, place: CommandPlace): Promise<number> {
  try {
    const folders = runFolders(place).filter(folder => isTrusted(folder, place.uid))
    const records = folders.flatMap(readRecords)
    const server = chooseServer(await livingServers(records), line.choice)
    return await ask(server, line.request, line.json)
  } catch (error) {
    if (!line.json || !(error instanceof UserError)) throw error
    process.stdout.write(`${JSON.stringify(refusal(error.message))}\n`)
    return error.code
  }
}

async function ask(server: ServerRecord, request: ControlRequest, json: boolean): Promise<number> {
  const isSlow = slowCommands.has(request.command)
  // One that does not run (SIGSTOP, a debugger) would be waited for without end.
  if (isSlow) await askServer(server, { command: 'status' }, patience)
  const { answer, line, closed } = await askServer(server, request, isSlow ? null : patience)
  if (!answer.ok && !json) throw new UserError(answer.error, exitCode.failure)
  if (answer.ok && request.command === 'stop') {
    await closed
    await processEnd(server.pid)
  }
  const { command } = request
  const text = answer.ok ? answerText(command, answer as AnswersOf[typeof command]) : ''
  process.stdout.write(json ? `${line}\n` : text)
  return answer.ok ? exitCode.ok : exitCode.failure
}

/** Milliseconds that a process may take to end once it has closed everything, and between two looks. */
const longestEnd = 2000
const pause = 5

/** Waits until a process has ended. Not for ever: one whose parent does not take notice stays in the table. */
async function processEnd(pid: number): Promise<void> {
  const end = performance.now() + longestEnd
  while (isThere(pid) && performance.now() < end) await sleep(pause)
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

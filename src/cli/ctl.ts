/** `ctl`: asks a running server for something, and shows what it answers. */
import { exitCode, UserError } from '../base/errors.js'
import { processStart } from '../base/process-start.js'
import type { AnswersOf } from '../control/answers.js'
import { refusal } from '../control/answers.js'
import { askServer } from '../control/ask-server.js'
import { chooseServer } from '../control/choose-server.js'
import { isTrusted, runFolders } from '../control/run-folder.js'
import { livingServers, readRecords, type ServerRecord } from '../control/server-record.js'
import type { ControlRequest } from '../settings/control-commands.js'
import type { ControlLine } from '../settings/control-line.js'
import { answerText } from './answer-text.js'
import { processGone } from './signal-server.js'
import type { CommandPlace } from './site-plan.js'

/** Milliseconds after which a server that should answer at once is given up. */
const patience = 10_000

/** Seconds at most between the end of the last connection and that of the process; the number may mean another one. */
const lastMoment = 2

/** These take as long as the application takes to load, or its requests to finish. */
const slowCommands: ReadonlySet<string> = new Set(['restart', 'stop', 'kill-worker'])

/** Gives the exit code. Throws {@link UserError}, but with --json for nothing that a server or its absence causes. */
export async function askForControl(line: ControlLine, place: CommandPlace): Promise<number> {
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
  const start = processStart(server.pid)
  const { answer, line, closed } = await askServer(server, request, isSlow ? null : patience)
  if (!answer.ok && !json) throw new UserError(answer.error, exitCode.failure)
  if (answer.ok && request.command === 'stop') {
    await closed
    // Node closes its sockets a moment before the process is gone.
    if (start !== null) await processGone(server.pid, start, lastMoment)
  }
  const { command } = request
  const text = answer.ok ? answerText(command, answer as AnswersOf[typeof command]) : ''
  process.stdout.write(json ? `${line}\n` : text)
  return answer.ok ? exitCode.ok : exitCode.failure
}

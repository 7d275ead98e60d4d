/** Answers of a server for people. */
import type { AnswersOf, ServiceAnswer, StatusAnswer, WorkerAnswer } from '../control/answers.js'
import { escapeForPeople } from '../logging/escape.js'

type Texts = { readonly [Name in keyof AnswersOf]: (answer: AnswersOf[Name]) => string }

const texts: Texts = {
  status: statusText,
  restart: answer =>
    (answer.configurationKept === null
      ? ''
      : `the configuration stays as it was: ${answer.configurationKept}\n`) + restartedText(answer),
  stop: ({ pid, inProgress }) =>
    `stopped (pid ${pid})${inProgress > 0 ? `, ${count(inProgress, 'request')} had been in progress` : ''}\n`,
  stacks: ({ workers, log }) =>
    `wrote the stacks of ${count(workers, 'worker')} to ${log ?? 'the log on the terminal of the server'}\n`,
  'reopen-logs': ({ files }) =>
    files.length === 0
      ? 'the log goes to the terminal or to programs: there is no file to open anew\n'
      : `opened anew: ${files.join(', ')}\n`,
  resize: ({ processes, before }) =>
    processes === before
      ? `${count(processes, 'worker')} wanted, as before\n`
      : `${count(processes, 'worker')} wanted from now on, ${before} before\n`,
  'kill-worker': ({ worker, killed, pid }) =>
    `worker ${worker} (pid ${killed}) was ended, and replaced by pid ${pid}\n`,
}

/** Whole lines. */
export function answerText<Name extends keyof AnswersOf>(
  command: Name,
  answer: AnswersOf[Name],
): string {
  return texts[command](answer)
}

function restartedText({
  workers,
  services,
  generation,
  seconds,
  configurationKept,
}: AnswersOf['restart']): string {
  if (workers > 0)
    return `restarted: ${count(workers, 'new worker')} ${workers === 1 ? 'serves' : 'serve'} after ${duration(seconds)} (generation ${generation})\n`
  if (services > 0) return 'restarted the services\n'
  return configurationKept === null ? 'read the configuration again\n' : ''
}

function statusText(status: StatusAnswer): string {
  const { url, pid, version, state, uptime } = status
  const lines = [
    `${url} (pid ${pid}, version ${version}) ${stateText[state]}, up ${duration(uptime)}`,
    `${count(status.inProgress, 'request')} in progress, ${status.waiting} waiting for a thread`,
    ...workerTable(status),
    ...status.services.map(serviceText),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function serviceText({ name, pid }: ServiceAnswer): string {
  const state = pid === null ? 'waits to be started' : `runs (pid ${pid})`
  return `service ${escapeForPeople(name)} ${state}`
}

const stateText: { readonly [State in StatusAnswer['state']]: string } = {
  serving: 'is serving',
  failing: 'has workers that died while they started',
  stopping: 'is stopping',
}

const headings = ['worker', 'pid', 'state', 'generation', 'requests', 'memory', 'running'] as const

function workerTable({ workers, processes, threads, generation }: StatusAnswer): string[] {
  if (processes === 0) return []
  const capacity = `${count(processes, 'worker')} of ${count(threads, 'thread')} wanted, generation ${generation}`
  return [capacity, ...columns([headings, ...workers.flatMap(workerRows)])]
}

/** One row for the worker, with its first request, and one for each further request. */
function workerRows(worker: WorkerAnswer): string[][] {
  const { slot, pid, state, generation, requests, memory } = worker
  const running = worker.running.map(
    ({ method, target, seconds }) =>
      `${escapeForPeople(`${method} ${target}`)} ${duration(seconds)}`,
  )
  const facts = [slot, pid ?? '-', state, generation, requests, megabytes(memory)].map(String)
  const [first = '-', ...rest] = running
  return [[...facts, first], ...rest.map(text => [...facts.map(() => ''), text])]
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((_, at) => Math.max(...rows.map(row => row[at]!.length)))
  return rows.map(row =>
    row
      .map((text, at) => text.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '-' : `${Math.round(bytes / 2 ** 20)} MB`
}

/** `350 ms`, `12.3 s`, `5 min`, `3 h 20 min`. */
function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/**
 * Keys on the terminal of a server: a letter, then Enter. The terminal stays as it is, so that Ctrl-C, Ctrl-Z and
 * pasted text mean what they always do.
 */
import { spawn } from 'node:child_process'
import { isatty } from 'node:tty'
import type { AnswersOf, Refusal } from '../control/answers.js'
import { answerText } from './answer-text.js'
import type { Controls } from './controls.js'
import { readLines } from './key-reader.js'
import type { SitePlan } from './site-plan.js'

/** What the keys work on. */
export interface KeyTarget {
  readonly controls: Controls
  readonly url: string
  readonly env: NodeJS.ProcessEnv
  /** Whole lines. */
  readonly show: (text: string) => void
}

interface Key {
  readonly letter: string
  readonly help: string
  press(target: KeyTarget): void | Promise<void>
}

const keys: readonly Key[] = [
  {
    letter: 'h',
    help: 'this list',
    press: ({ show }) => show(keys.map(({ letter, help }) => `${letter}  ${help}\n`).join('')),
  },
  { letter: 'r', help: 'read the configuration again and restart the workers', press: restart },
  {
    letter: 'w',
    help: 'the workers, and the requests that run in them',
    press: target => tell(target, 'status', target.controls.status()),
  },
  {
    letter: 's',
    help: 'write the stacks of all threads to the log',
    press: async target => tell(target, 'stacks', await target.controls.writeStacks()),
  },
  { letter: 'o', help: 'open the site in a browser', press: openBrowser },
  { letter: 'c', help: 'clear the terminal', press: clear },
  {
    letter: '+',
    help: 'one worker more',
    press: target => tell(target, 'resize', target.controls.resizeBy(1)),
  },
  {
    letter: '-',
    help: 'one worker less',
    press: target => tell(target, 'resize', target.controls.resizeBy(-1)),
  },
  {
    letter: 'q',
    help: 'quit, as Ctrl-C does',
    press: () => void process.kill(process.pid, 'SIGINT'),
  },
]

/** Whether keys work: on a terminal with somebody in front of it, which no debugger owns. */
export function hasKeys({ mode }: SitePlan, env: NodeJS.ProcessEnv): boolean {
  const inCi = !['', '0', 'false'].includes(env['CI'] ?? '')
  return mode !== 'debug' && !inCi && isatty(0) && isatty(1)
}

/** Obeys the keys until the function that comes back is called. */
export function obeyKeys(python: string, target: KeyTarget): () => void {
  return readLines(python, line => void pressKey(line, target))
}

/** Does what a line means; an empty one means nothing. */
export async function pressKey(line: string, target: KeyTarget): Promise<void> {
  const letter = line.trim().toLowerCase()
  if (letter === '') return
  const key = keys.find(candidate => candidate.letter === letter)
  if (key) return key.press(target)
  target.show(`there is no key ${JSON.stringify(line.trim())}: h and Enter lists them\n`)
}

function tell<Name extends keyof AnswersOf>(
  { show }: KeyTarget,
  command: Name,
  answer: AnswersOf[Name] | Refusal,
): void {
  show(answer.ok ? answerText(command, answer as AnswersOf[Name]) : `${answer.error}\n`)
}

async function restart(target: KeyTarget): Promise<void> {
  const { controls, show } = target
  if (controls.failing) show('trying again: workers died while they started\n')
  tell(target, 'restart', await controls.restart('the key r'))
}

function clear({ env, show }: KeyTarget): void {
  // What has scrolled away, what is in sight, and then the cursor goes home.
  if (env['TERM'] !== 'dumb') show('\x1b[3J\x1b[2J\x1b[H')
}

/** BROWSER=none is the custom of tools that open one; what else it may name, xdg-open knows. */
function openBrowser({ url, env, show }: KeyTarget): void {
  if (env['BROWSER'] === 'none') return show(`BROWSER is none: the site is at ${url}\n`)
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const fail = (why: string) => show(`${program} ${why}: the site is at ${url}\n`)
  const child = spawn(program, [url], { stdio: 'ignore', detached: true, env })
  child.once('error', error => fail(`cannot be started (${(error as NodeJS.ErrnoException).code})`))
  child.once('exit', code => {
    if (code) fail(`ended with exit code ${code}`)
  })
  child.unref()
}

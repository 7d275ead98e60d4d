/** Debug mode on a real terminal, as a user sits at it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ask } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const app = join(fileURLToPath(new URL('../fixtures/apps/', import.meta.url)), 'debugged.py')

/** Neither colours nor what a line editor draws. */
const env = { TERM: 'dumb', PYTHON_COLORS: '0', PYTHON_BASIC_REPL: '1' }

function debug(...args: string[]): Promise<RunningCommand> {
  return startServer([app, ...args], { terminal: true, logToTerminal: false, env })
}

/** Types a line at the prompt and gives what is shown before the next one. */
async function command(server: RunningCommand, line: string): Promise<string> {
  const from = server.stdout.length
  server.type(`${line}\n`)
  const [shown] = await server.printed(/[\s\S]*\(Pdb\) $/, from)
  return shown
}

describe('--enable-debugger', () => {
  test('opens a prompt where an exception was raised, and answers when it is left', async () => {
    const server = await debug('--enable-debugger')
    const answer = ask(server.url('/raise'))
    const [shown] = await server.printed(/> .*debugged\.py\(\d+\)application\(\)[\s\S]*\(Pdb\) $/)
    expect(shown).toContain('-> raise ValueError')
    expect(await command(server, 'p local')).toContain('\n42\r\n')
    server.type('c\n')
    expect((await answer).status).toBe(500)
    expect((await ask(server.url('/'))).body).toBe('app answers')
  })

  test('Ctrl-C at the prompt leaves it to its user, and the server ends with it', async () => {
    const server = await debug('--enable-debugger')
    const answer = ask(server.url('/raise'))
    await server.printed(/\(Pdb\) $/)
    server.type('\x03')
    expect(await command(server, 'p local')).toContain('\n42\r\n')
    server.type('c\n')
    expect((await answer).status).toBe(500)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.stdout).toContain('app exits')
  })

  test('a second signal ends it at the prompt', async () => {
    const server = await debug('--enable-debugger', '--log-level', 'info')
    const answer = ask(server.url('/raise')).catch(() => null)
    await server.printed(/\(Pdb\) $/)
    server.type('\x03')
    const log = () => readFileSync(join(server.serverRoot, 'error_log'), 'utf8')
    await expect.poll(log, { timeout: 5000 }).toMatch(/stopping/)
    server.signal('SIGTERM')
    expect((await server.exited).code).toBe(143)
    await answer
  })

  test('--debugger-startup opens a prompt before the first request', async () => {
    const server = await debug('--enable-debugger', '--debugger-startup')
    await server.printed(/\(Pdb\) $/)
    const answer = ask(server.url('/'))
    expect(await command(server, 'p 6 * 7')).toContain('\n42\r\n')
    server.type('c\n')
    expect((await answer).body).toBe('app answers')
  })
})

describe('--debug-mode', () => {
  test('standard input is the terminal', async () => {
    // The debugger imports readline, without which Python writes the prompt to standard error, the log.
    const server = await debug('--enable-debugger')
    const answer = ask(server.url('/input'))
    await server.printed(/app asks: $/)
    server.type('typed\n')
    expect((await answer).body).toBe('typed')
  })

  test('Ctrl-C ends it, exit functions included', async () => {
    const server = await debug('--debug-mode')
    await ask(server.url('/'))
    server.type('\x03')
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.stdout).toContain('app exits')
    expect(server.family()).toEqual([])
  })

  test('the command ends with the process of the application', async () => {
    const server = await debug('--debug-mode')
    await ask(server.url('/die')).catch(() => null)
    expect((await server.exited).code).toBe(7)
  })
})

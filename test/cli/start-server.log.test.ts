/** Where what an application writes ends up. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const kitchen = fileURLToPath(new URL('../fixtures/apps/kitchen.py', import.meta.url))

/** The texts of the lines of one worker, without their prefixes. */
function textsOf(log: string, pid: string): string[] {
  return log
    .split('\n')
    .filter(line => line.includes(`[wsgi:error] [pid ${pid}`))
    .map(line => line.replace(/^(\[[^\]]*\] )+/, ''))
}

test('everything a worker writes is logged, whole lines, in order, with its process', async () => {
  const server = await startServer([kitchen])
  await ask(server.url('/log'))
  await server.logged(/without end\n/)
  const pid = (await ask(server.url('/pid'))).body
  const texts = textsOf(server.stderr, pid)
  expect(texts).toEqual([
    'printed during import',
    'by print',
    'on stderr',
    'on wsgi.errors',
    'ERROR:root:by logging',
    expect.stringMatching(/kitchen\.py:\d+: UserWarning: by warnings$/),
    expect.stringMatching(/^\s+warnings\.warn\("by warnings"\)$/),
    'by C on 1',
    'by C on 2',
    'by a child',
    'by a child on 2',
    'a line of \\xe2\\x82\\xac and \\xc3\\xa9',
    expect.stringMatching(/^x{7900,}$/),
    'without end',
  ])
})

test('lines name the request they belong to', async () => {
  const server = await startServer([kitchen])
  await ask(server.url('/log'))
  await server.logged(/\[wsgi:error\] \[pid \d+:tid \d+\] printed during import\n/)
  await server.logged(/\[remote 127\.0\.0\.1:\d+\] \[script \S+\/htdocs\/log\] by print\n/)
})

test('without --log-to-terminal the log is a file, and the banner names it', async () => {
  const server = await startServer([kitchen], { logToTerminal: false })
  const path = join(server.serverRoot, 'error_log')
  expect(server.stdout).toContain(`Error Log File     : ${path} (warn)`)
  await ask(server.url('/log'))
  await server.stop()
  expect(readFileSync(path, 'utf8')).toMatch(/by print\n/)
  expect(server.stderr).not.toContain('by print')
})

test('--log-level hides what is less urgent', async () => {
  const server = await startServer([kitchen, '--log-level', 'crit'])
  await ask(server.url('/log'))
  await server.stop()
  expect(server.stderr).not.toContain('by print')
})

test('the last words of a worker that crashes are logged', async () => {
  const server = await startServer([kitchen])
  await ask(server.url('/crash'))
  await server.logged(/ended by SIGSEGV/)
  // faulthandler names the line that crashed.
  expect(server.stderr).toMatch(/Fatal Python error: Segmentation fault[\s\S]*in crash/)
})

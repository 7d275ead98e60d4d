/** What clears the temporary folder while the server runs takes nothing from it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const kitchen = fileURLToPath(new URL('../fixtures/apps/kitchen.py', import.meta.url))

/** A server whose temporary folder, with the server root in it, is its own. */
async function start(...args: string[]): Promise<{ server: RunningCommand; temporary: string }> {
  const temporary = mkdtempSync(join(tmpdir(), 'modwsgi-cleared-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const server = await startServer(
    [kitchen, '--port', '0', '--log-to-terminal', '--log-level', 'info', ...args],
    { isolated: false, env: { TMPDIR: temporary } },
  )
  return { server, temporary }
}

const clear = (folder: string) => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
}

test('requests in progress and in the queue are answered, and new workers start', async () => {
  const { server, temporary } = await start('--threads', '1')
  const before = (await ask(server.url('/pid'))).body
  const running = ask(server.url('/slow-log?1'))
  await server.logged(/sleeping/)
  const queued = ask(server.url('/pid'))
  expect(readdirSync(temporary)).toHaveLength(2)
  clear(temporary)
  server.signal('SIGHUP')
  const answers = await Promise.all([running, queued])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const after = (await ask(server.url('/pid'))).body
  expect(after).not.toBe(before)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(readdirSync(temporary)).toEqual([])
})

test('what a worker had not begun goes to another when it is killed', async () => {
  const { server, temporary } = await start('--threads', '1', '--processes', '1')
  const worker = Number((await ask(server.url('/pid'))).body)
  const running = ask(server.url('/slow-log?600'))
  await server.logged(/sleeping/)
  const queued = ask(server.url('/pid'))
  clear(temporary)
  process.kill(worker, 'SIGKILL')
  expect((await running).status).toBe(502)
  expect((await queued).status).toBe(200)
})

test('the temporary folder itself may go', async () => {
  const { server, temporary } = await start()
  const worker = Number((await ask(server.url('/pid'))).body)
  rmSync(temporary, { recursive: true })
  process.kill(worker, 'SIGKILL')
  expect((await ask(server.url('/pid'))).status).toBe(200)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

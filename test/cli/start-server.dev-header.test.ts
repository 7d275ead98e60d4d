/** The field X-Modwsgi-Dev: which worker a response comes from. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

/** Answers with its process number; /own has such a field itself. */
const app = `
import os

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/fails":
        raise ValueError
    if path == "/unchanged":
        start_response("304 Not Modified", [])
        return []
    fields = [("Content-Type", "text/plain")]
    if path == "/own":
        fields.append(("x-modwsgi-dev", "its own"))
    if path == "/upload":
        environ["wsgi.input"].read()
    start_response("200 OK", fields)
    return iter([str(os.getpid()).encode()])
`

async function start(...args: string[]) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  writeFileSync(join(cwd, 'a.txt'), 'a file')
  const server = await startServer(['app.py', '--url-alias', '/a.txt', 'a.txt', ...args], { cwd })
  const place = async (path = '/', options = {}) =>
    (await ask(server.url(path), options)).headers['x-modwsgi-dev']
  return { server, cwd, place }
}

test('responses of the application tell worker, generation and process', async () => {
  const { server, cwd, place } = await start('--reload-on-changes')
  const first = await ask(server.url())
  expect(first.headers['x-modwsgi-dev']).toBe(`worker=1, generation=0, pid=${first.body}`)
  expect(await place('/', { method: 'HEAD' })).toMatch(/^worker=1, generation=0, pid=\d+$/)
  expect(await place('/unchanged')).toMatch(/^worker=1/)
  expect(await place('/upload', { method: 'POST', body: 'x'.repeat(100_000) })).toMatch(/^worker=1/)
  writeFileSync(join(cwd, 'app.py'), `${app}# changed\n`)
  await server.logged(/reloaded app\.py/)
  const second = await ask(server.url())
  expect(second.headers['x-modwsgi-dev']).toBe(`worker=1, generation=1, pid=${second.body}`)
  expect(second.body).not.toBe(first.body)
})

test('those that do not come from it have no such field, and its own stays', async () => {
  const { place } = await start()
  expect(await place('/a.txt')).toBeUndefined()
  expect(await place('/fails')).toBeUndefined()
  expect(await place('/own')).toBe('its own')
})

test('--disable-dev-header', async () => {
  const { place } = await start('--disable-dev-header')
  expect(await place()).toBeUndefined()
  expect(await place('/own')).toBe('its own')
})

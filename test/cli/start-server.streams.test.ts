/** Responses that stream on while the code is reloaded. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { control, startServer } from '../rig/server.js'

/** /events has no end but the file `end`, /download has a length that it never reaches, /hang answers nothing. */
const app = `
import os, time
from version import VERSION

def events():
    number = 0
    while not os.path.exists("end"):
        number += 1
        yield b"data: %s %d.\\n\\n" % (VERSION, number)
        time.sleep(0.02)

def download():
    while True:
        yield b"x" * 1000
        time.sleep(0.02)

def application(environ, start_response):
    path = environ["PATH_INFO"]
    fields = [("Content-Type", "text/plain")]
    if path == "/hang":
        print("hangs")
        while True:
            time.sleep(1)
    if path == "/download":
        fields.append(("Content-Length", "1000000000"))
    start_response("200 OK", fields)
    return {"/events": events, "/download": download}.get(path, lambda: [VERSION])()
`

async function start(...args: string[]) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
  write('app.py', app)
  write('version.py', 'VERSION = b"one"\n')
  const server = await startServer(['app.py', '--reload-on-changes', ...args], { cwd })
  const save = async (version: string) => {
    const from = server.stderr.length
    write('version.py', `VERSION = b"${version}"\n`)
    await server.logged(/reloaded version\.py in /, from)
  }
  const open = async (path: string) => {
    const connection = await RawConnection.open(server.port)
    connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    return connection
  }
  /** Waits for an event that comes after all that were seen. */
  const flows = async (events: RawConnection, version: string) => {
    const last = Number(/ (\d+)\.\s+$/.exec(events.received)?.[1] ?? 0)
    await events.until(new RegExp(`data: ${version} ${last + 5}\\.`))
  }
  return { server, write, save, open, flows }
}

const lastChunk = '\r\n0\r\n\r\n'

test('flow on old code beside the new until --shutdown-timeout, then they are cut and named', async () => {
  const { server, save, open, flows } = await start('--threads', '3', '--shutdown-timeout', '1')
  const events = await open('/events')
  const download = await open('/download')
  await events.until(/data: one 1\./)
  await download.until(/x{1000}/)
  await save('two')
  expect((await ask(server.url())).body).toBe('two')
  await flows(events, 'one')
  const seen = download.received.length
  await download.until(new RegExp(`^[\\s\\S]{${seen + 1000}}`))
  const [line] = await server.logged(/worker 1 \(pid \d+\) with old code .*/)
  const name = (path: string) => `GET ${path} from 127\\.0\\.0\\.1:\\d+ after [\\d.]+ m?s`
  expect(line).toMatch(
    /ended by force, --shutdown-timeout \(1 s\) after the reload; cut off: [^;]+; [^;]+$/,
  )
  expect(line).toMatch(new RegExp(name('/events')))
  expect(line).toMatch(new RegExp(name('/download')))
  expect(await events.end()).not.toContain(lastChunk)
  expect(await events.end()).not.toContain('data: two')
  await download.end()
  // They are named once, and what they did is no riddle.
  expect(server.stderr).not.toMatch(/Stack of|went away/)
})

test('a request that has not begun to answer by then gets 502, and its stack is in the log', async () => {
  const { server, save, open } = await start('--threads', '3', '--shutdown-timeout', '1')
  const hanging = await open('/hang')
  await server.logged(/hangs/)
  await save('two')
  await hanging.until(/^HTTP\/1.1 502 /)
  expect(server.stderr).toMatch(/cut off: GET \/hang from/)
  expect(server.stderr).toMatch(/Stack of GET \/hang/)
})

test('a stream that ends in time ends well', async () => {
  const { server, write, save, open, flows } = await start('--shutdown-timeout', '20')
  const events = await open('/events')
  await events.until(/data: one 1\./)
  await save('two')
  await flows(events, 'one')
  write('end', '')
  await events.until(new RegExp(`${lastChunk}$`))
  expect(server.stderr).not.toContain('ended by force')
})

test('many saves beside an open stream leave one old worker, and the stream flows', async () => {
  const { server, save, open, flows } = await start('--shutdown-timeout', '60')
  const events = await open('/events')
  await events.until(/data: one 1\./)
  for (const version of ['two', 'three', 'four', 'five']) {
    await save(version)
    expect((await ask(server.url())).body).toBe(version)
  }
  const generations = async () => {
    const { stdout } = await control(server, 'status', '--json', '--port', `${server.port}`)
    const { workers } = JSON.parse(stdout) as { workers: { generation: number }[] }
    return workers.map(({ generation }) => generation).sort()
  }
  // Those between may still run their exit functions.
  while ((await generations()).length > 2);
  expect(await generations()).toEqual([0, 4])
  await flows(events, 'one')
})

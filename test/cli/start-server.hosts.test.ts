/** Which hosts a running server answers for (--server-name and its kin). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    names = [environ["SERVER_NAME"], environ["SERVER_PORT"], os.environ.get("MOD_WSGI_SERVER_NAME")]
    return [" ".join(names).encode()]
`

async function start(configuration: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const configure = (text: string) =>
    writeFileSync(
      join(cwd, 'pyproject.toml'),
      `[tool.modwsgi-dev]\nentry-point = "app.py"\n${text}\n`,
    )
  writeFileSync(join(cwd, 'app.py'), app)
  configure(configuration)
  const server = await startServer(['--disable-reloading'], { cwd })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const from = async (host: string, path = '/') => {
    const { status, body, headers } = await ask(server.url(path), {
      agent,
      headers: { Host: host },
    })
    return headers.location ?? (status === 200 ? body : status)
  }
  return { server, configure, from }
}

test('--server-name answers for its names, leads from the domain to www, and refuses the rest', async () => {
  const { server, from } = await start(
    'server-name = "www.example.com"\nserver-alias = ["*.example.org"]',
  )
  expect(await from('www.example.com')).toBe('www.example.com 80 www.example.com')
  expect(await from('a.example.org:81')).toBe('a.example.org 81 www.example.com')
  expect(await from('example.com', '/a%20b?c')).toBe(
    `http://www.example.com:${server.port}/a%20b?c`,
  )
  expect(await from('other')).toBe(403)
  await server.logged(/denied: it asks for other, which is no --server-name or --server-alias/)
})

test('--allow-localhost lets clients on this machine through', async () => {
  const { from } = await start('server-name = "example.com"\nallow-localhost = true')
  expect(await from('other')).toBe('other 80 example.com')
})

test('SIGHUP changes the hosts, also for connections that are there', async () => {
  const { server, configure, from } = await start('')
  expect(await from('other')).toBe(`other ${server.port} localhost`)
  configure('server-name = "example.com"\nserver-alias = ["other"]')
  server.signal('SIGHUP')
  await server.logged(/reloaded in/)
  expect(await from('other')).toBe('other 80 example.com')
  expect(await from('one.more')).toBe(403)
  configure('server-name = "one.more"')
  const place = server.stderr.length
  server.signal('SIGHUP')
  await server.logged(/reloaded in/, place)
  expect(await from('other')).toBe(403)
  expect(await from('one.more')).toBe('one.more 80 one.more')
})

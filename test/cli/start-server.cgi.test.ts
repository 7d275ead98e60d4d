/** CGI scripts (--with-cgi) in a running server. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import atexit

atexit.register(print, "exit functions ran")

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"application"]
`

/** Starts a site with these scripts, by their names, each a text for the shell. */
async function serve(scripts: Readonly<Record<string, string>>, ...args: string[]) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  for (const [name, text] of Object.entries(scripts)) {
    const path = join(cwd, 'web', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
  }
  const options = ['app.py', '--with-cgi', '--document-root', 'web', ...args]
  const server = await startServer(options, { cwd })
  const open = async (head: string) => {
    const connection = await RawConnection.open(server.port)
    connection.send(`${head} HTTP/1.1\r\nHost: localhost\r\n`)
    return connection
  }
  return { cwd, server, open }
}

const head = 'echo Content-Type: text/plain; echo;'

/** Whether a process is there. */
function lives(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** Waits until a process is gone. */
async function gone(pid: number): Promise<void> {
  while (lives(pid)) await new Promise(resolve => setImmediate(resolve))
}

test('a script gets a body of any length, and the client what it makes of it, as it comes', async () => {
  const { server } = await serve({ 'cat.cgi': `${head} cat` })
  const body = Buffer.alloc(3_000_000, 'abcdefg')
  const answer = await ask(server.url('/cat.cgi'), { method: 'POST', body })
  expect(answer.status).toBe(200)
  expect(answer.body.length).toBe(body.length)
  expect(Buffer.from(answer.body).equals(body)).toBe(true)
})

test('output goes out while the script runs', async () => {
  const { cwd, open } = await serve({
    'slow.cgi': `${head} echo one; while [ ! -e go ]; do sleep 0.05; done; echo two`,
  })
  const client = await open('GET /slow.cgi')
  client.send('\r\n')
  await client.until(/one/)
  expect(client.received).not.toMatch(/two/)
  writeFileSync(join(cwd, 'web', 'go'), '')
  await client.until(/two/)
})

test('a client that leaves ends the script and what it has started', async () => {
  const { open } = await serve({ 'hang.cgi': `${head} sleep 1000 & echo "$$ $!"; wait` })
  const client = await open('GET /hang.cgi')
  client.send('\r\n')
  const [, script, child] = await client.until(/(\d+) (\d+)\n/)
  expect(lives(Number(script))).toBe(true)
  client.socket.resetAndDestroy()
  await Promise.all([gone(Number(script)), gone(Number(child))])
})

test('a script that does not hear SIGTERM is killed', async () => {
  const { open, server } = await serve({
    'deaf.cgi': `trap '' TERM; ${head} echo "pid $$."; while :; do sleep 0.1; done`,
  })
  const client = await open('GET /deaf.cgi')
  client.send('\r\n')
  const [, script] = await client.until(/pid (\d+)\./)
  client.socket.resetAndDestroy()
  await server.logged(/it does not end: it is killed/)
  await gone(Number(script))
})

test('scripts end with the server, and leave the workers time to end', async () => {
  const { open, server } = await serve(
    { 'hang.cgi': `trap '' TERM; ${head} echo "pid $$."; sleep 1000` },
    ...['--shutdown-timeout', '1'],
  )
  const client = await open('GET /hang.cgi')
  client.send('\r\n')
  const [, script] = await client.until(/pid (\d+)\./)
  await server.stop()
  await gone(Number(script))
  expect(server.stderr).toContain('exit functions ran')
  expect(server.stderr).not.toContain('ended by force')
})

test('a script that reads nothing and answers at length does not wait for itself', async () => {
  const { server } = await serve({
    'long.cgi': `${head} head -c 1000000 /dev/zero | tr '\\\\0' x`,
  })
  const body = Buffer.alloc(2_000_000, 'y')
  const answer = await ask(server.url('/long.cgi'), { method: 'POST', body })
  expect(answer.body.length).toBe(1_000_000)
})

test('only so many scripts run at a time as mod_wsgi-express has places', async () => {
  const { cwd, open } = await serve({
    'wait.cgi': `echo x >> ../started; ${head} while [ ! -e ../go ]; do sleep 0.1; done; echo done`,
  })
  const clients = []
  for (let number = 0; number < 22; number++) {
    const client = await open('GET /wait.cgi')
    client.send('Connection: close\r\n\r\n')
    clients.push(client)
  }
  for (const client of clients.slice(0, 20)) await client.until(/text\/plain/)
  expect(clients.slice(20).map(client => client.received)).toEqual(['', ''])
  expect(readFileSync(join(cwd, 'started'), 'utf8')).toBe('x\n'.repeat(20))
  writeFileSync(join(cwd, 'go'), '')
  for (const client of clients) expect(await client.end()).toMatch(/done/)
})

test('the answer waits until the client has sent its body', async () => {
  const { cwd, open, server } = await serve({
    'eager.cgi': `${head} echo early; touch ../wrote; cat`,
    'other.cgi': `${head} echo other`,
  })
  const client = await open('POST /eager.cgi')
  client.send('Content-Length: 10\r\nConnection: close\r\n\r\nfirst')
  while (!existsSync(join(cwd, 'wrote'))) await new Promise(resolve => setImmediate(resolve))
  // By the time of another answer the server has seen what was written.
  expect((await ask(server.url('/other.cgi'))).body).toBe('other\n')
  expect(client.received).toBe('')
  client.send('after')
  expect(await client.end()).toMatch(/early.*first.*after/s)
})

test('bytes that are no UTF-8 reach the script', async () => {
  const { open } = await serve({
    'bytes.cgi': `${head} printf %s "$PATH_INFO|$HTTP_X|$1|$QUERY_STRING" | od -An -tx1 | tr -d ' \\\\n'`,
  })
  const client = await open("GET /bytes.cgi/%ff'?%fe")
  client.send('X: \xfd\r\nConnection: close\r\n\r\n')
  const hex = Buffer.from("/\xff'|\xfd|\xfe|%fe", 'latin1').toString('hex')
  expect(await client.end()).toContain(hex)
})

test('its complaints are in the log, with its number', async () => {
  const scripts = { 'sad.cgi': `${head} echo "pid $$"; echo sad news >&2` }
  const { server } = await serve(scripts, '--log-format', 'json')
  const { body } = await ask(server.url('/sad.cgi'))
  const pid = /\d+/.exec(body)![0]
  const [line] = await server.logged(/^.*sad news.*$/m)
  expect(JSON.parse(line)).toMatchObject({ pid: Number(pid), module: 'cgid', level: 'error' })
})

test('a configuration that is read again can take scripts away', async () => {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  mkdirSync(join(cwd, 'web'))
  writeFileSync(join(cwd, 'web/x.cgi'), `#!/bin/sh\n${head} echo ran\n`)
  chmodSync(join(cwd, 'web/x.cgi'), 0o755)
  const toml = (on: boolean) =>
    writeFileSync(join(cwd, 'pyproject.toml'), `[tool.modwsgi-dev]\nwith-cgi = ${on}\n`)
  toml(true)
  const server = await startServer(['app.py', '--document-root', 'web'], { cwd })
  expect((await ask(server.url('/x.cgi'))).body).toBe('ran\n')
  toml(false)
  server.signal('SIGHUP')
  await server.logged(/from now on with other values: --with-cgi/)
  expect((await ask(server.url('/x.cgi'))).body).toMatch(/^#!/)
})

test('a script that is silent for --socket-timeout answers 504, or is cut off behind its head', async () => {
  const { open, server } = await serve(
    { 'head.cgi': 'echo "$$" >&2; sleep 1000', 'body.cgi': `${head} echo begun; sleep 1000` },
    ...['--socket-timeout', '1'],
  )
  const silent = await ask(server.url('/head.cgi'))
  expect(silent.status).toBe(504)
  await server.logged(/it said nothing for --socket-timeout 1: answered 504/)
  const client = await open('GET /body.cgi')
  client.send('\r\n')
  const received = await client.end()
  expect(received).toMatch(/begun/)
  // No last chunk: the client sees that something is missing.
  expect(received).not.toMatch(/\r\n0\r\n\r\n$/)
})

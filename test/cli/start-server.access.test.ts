/** --host-access-script, --auth-user-script and --auth-group-script, with real processes. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { killNow, type RunningCommand, runCommand, startServer } from '../rig/server.js'

const app = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr((environ.get("REMOTE_USER"), environ.get("AUTH_TYPE"))).encode()]
`

const access = `
import os, time
import rules

def allow_access(environ, host):
    print("asked from", os.getpid())
    if "loop" in environ["QUERY_STRING"]:
        print("looping")
        while True:
            time.sleep(0.01)
    if "die" in environ["QUERY_STRING"]:
        os._exit(3)
    return "deny" not in environ["QUERY_STRING"]

def check_password(environ, user, password):
    return password == rules.PASSWORD

def groups_for_user(environ, user):
    return ["staff"] if user == "boss" else []
`

function site(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'app.py'), app)
  writeFileSync(join(folder, 'access.py'), access)
  writeFileSync(join(folder, 'rules.py'), 'PASSWORD = "pw"\n')
  mkdirSync(join(folder, 'files'))
  writeFileSync(join(folder, 'files', 'a.txt'), 'a file\n')
  return folder
}

const host = ['--host-access-script', 'access.py']
const user = ['--auth-user-script', 'access.py']

/** The scripts import a module that lies beside them. */
const options = { env: { PYTHONDONTWRITEBYTECODE: '1' } }

async function start(folder: string, ...args: string[]): Promise<RunningCommand> {
  const env = { ...options.env, PYTHONPATH: folder }
  return startServer(['app.py', ...args], { cwd: folder, env })
}

function basic(name: string, password: string) {
  const text = Buffer.from(`${name}:${password}`).toString('base64')
  return { headers: { Authorization: `Basic ${text}` } }
}

async function pidOf(server: RunningCommand): Promise<number> {
  const from = server.stderr.length
  // On a busy machine a new process may take longer than a question waits.
  while ((await ask(server.url('/?who'))).status === 500);
  return Number((await server.logged(/asked from (\d+)/, from))[1])
}

describe('--auth-user-script', () => {
  test('lets in who knows the password, and tells the application who it is', async () => {
    const server = await start(site(), ...user)
    const refused = await ask(server.url())
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      `Basic realm="localhost:${server.port}"`,
    ])
    expect((await ask(server.url(), basic('me', 'no'))).status).toBe(401)
    const let_in = await ask(server.url(), basic('me', 'pw'))
    expect([let_in.status, let_in.body]).toEqual([200, "('me', 'Basic')"])
  })

  test('guards a site without an application', async () => {
    const folder = site()
    const server = await startServer(['--application-type', 'static', 'files', ...user], {
      cwd: folder,
      env: { PYTHONPATH: folder },
    })
    expect((await ask(server.url('/a.txt'))).status).toBe(401)
    expect((await ask(server.url('/a.txt'), basic('me', 'pw'))).body).toBe('a file\n')
  })

  test('works in debug mode', async () => {
    const server = await start(site(), ...user, '--debug-mode')
    expect((await ask(server.url())).status).toBe(401)
    expect((await ask(server.url(), basic('me', 'pw'))).status).toBe(200)
  })

  test('and --auth-group-script lets in who is in the group', async () => {
    const server = await start(
      site(),
      ...user,
      '--auth-group-script',
      'access.py',
      '--auth-group',
      'Staff',
    )
    expect((await ask(server.url(), basic('me', 'pw'))).status).toBe(401)
    expect((await ask(server.url(), basic('boss', 'pw'))).body).toBe("('boss', 'Basic')")
  })

  test('takes the body of who is let in, and drops that of others', async () => {
    const server = await start(site(), ...user)
    const connection = await RawConnection.open(server.port)
    const body = 'x'.repeat(300_000)
    const head = (field: string) =>
      `POST / HTTP/1.1\r\nHost: x\r\n${field}Content-Length: ${body.length}\r\n\r\n`
    connection.send(head('') + body)
    await connection.until(/401 Unauthorized/)
    const { Authorization } = basic('me', 'pw').headers
    connection.send(head(`Authorization: ${Authorization}\r\n`) + body)
    await connection.until(/200 OK/)
    connection.socket.destroy()
  })
})

describe('a changed script', () => {
  test('counts for the next request', async () => {
    const folder = site()
    const server = await start(folder, ...host)
    expect((await ask(server.url())).status).toBe(200)
    const pid = await pidOf(server)
    for (const [text, status] of [
      ['def allow_access(environ, host): return False', 403],
      ['def allow_access(environ, host) return', 403],
      ['def other(): pass', 403],
      [access, 200],
    ] as const) {
      writeFileSync(join(folder, 'access.py'), text)
      expect((await ask(server.url())).status).toBe(status)
    }
    expect(await pidOf(server)).toBe(pid)
    expect(server.stderr).toContain("WSGI0105: Could not read or compile WSGI script '")
    expect(server.stderr).toContain("does not provide 'allow_access' callable.")
  })

  test('does not count with --disable-reloading', async () => {
    const folder = site()
    const server = await start(folder, ...host, '--disable-reloading')
    expect((await ask(server.url())).status).toBe(200)
    const path = join(folder, 'access.py')
    writeFileSync(path, 'def allow_access(environ, host): return False')
    utimesSync(path, 1, 1)
    expect((await ask(server.url())).status).toBe(200)
  })

  test('counts with its modules where changes are watched', async () => {
    const folder = site()
    const server = await start(folder, ...user, '--reload-on-changes')
    expect((await ask(server.url(), basic('me', 'pw'))).status).toBe(200)
    const from = server.stderr.length
    writeFileSync(join(folder, 'rules.py'), 'PASSWORD = "other"\n')
    await server.logged(/rules\.py/, from)
    expect((await ask(server.url(), basic('me', 'pw'))).status).toBe(401)
    expect((await ask(server.url(), basic('me', 'other'))).status).toBe(200)
  })
})

describe('the process of the scripts', () => {
  test('is started again when it is killed, and requests wait for it', async () => {
    const server = await start(site(), ...host)
    const before = await pidOf(server)
    killNow(before)
    await server.logged(new RegExp(`access scripts \\(pid ${before}\\) ended by SIGKILL`))
    const answers = await Promise.all([1, 2, 3].map(() => ask(server.url())))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await pidOf(server)).not.toBe(before)
  })

  test('answers 500 to whom it dies of, and goes on', async () => {
    const server = await start(site(), ...host)
    expect((await ask(server.url('/?die'))).status).toBe(500)
    await server.logged(/the process of the access scripts has ended: answered 500 \(GET \/\?die/)
    expect((await ask(server.url())).status).toBe(200)
  })

  test('is replaced when a script hangs, whose request is answered 500', async () => {
    const server = await start(site(), ...host, '--request-timeout', '3')
    const before = await pidOf(server)
    const [hanging, other] = await Promise.all([ask(server.url('/?loop')), ask(server.url())])
    expect([hanging.status, other.status]).toEqual([500, 200])
    await server.logged(/has not answered within --request-timeout: answered 500/)
    expect(await pidOf(server)).not.toBe(before)
  })

  test('is another one after SIGHUP, by the options that count then', async () => {
    const folder = site()
    const toml = join(folder, 'pyproject.toml')
    const write = (script: string) =>
      writeFileSync(toml, `[tool.modwsgi-dev]\nhost-access-script = "${script}"\n`)
    write('access.py')
    writeFileSync(join(folder, 'closed.py'), 'def allow_access(environ, host): return False\n')
    const server = await start(folder)
    const before = await pidOf(server)
    server.signal('SIGHUP')
    while ((await pidOf(server)) === before);
    write('closed.py')
    server.signal('SIGHUP')
    await server.logged(/from now on with other values: --host-access-script/)
    expect((await ask(server.url())).status).toBe(403)
    writeFileSync(toml, '')
    const from = server.stderr.length
    server.signal('SIGHUP')
    await server.logged(/from now on with other values: --host-access-script/, from)
    expect((await ask(server.url())).status).toBe(200)
    await server.stop()
    expect(server.family()).toEqual([])
  })

  test('goes back to the former options when new workers are no use', async () => {
    const folder = site()
    const toml = join(folder, 'pyproject.toml')
    writeFileSync(toml, '[tool.modwsgi-dev]\nhost-access-script = "access.py"\n')
    const server = await start(folder)
    expect((await ask(server.url('/?deny'))).status).toBe(403)
    writeFileSync(toml, '')
    writeFileSync(join(folder, 'app.py'), 'raise ValueError("no use")\n')
    server.signal('SIGHUP')
    await server.logged(/the configuration stays as it was/)
    expect((await ask(server.url('/?deny'))).status).toBe(403)
  })

  test('forgets clients that have gone', async () => {
    const server = await start(site(), ...host, '--request-timeout', '3')
    const connection = await RawConnection.open(server.port)
    connection.send('GET /?loop HTTP/1.1\r\nHost: x\r\n\r\n')
    await server.logged(/looping/)
    connection.socket.destroy()
    await server.logged(/has not answered within/)
    expect((await ask(server.url())).status).toBe(200)
  })
})

test('a script that does not exist is one sentence', async () => {
  const command = runCommand(['start-server', 'app.py', '--auth-user-script', 'nowhere.py'], {
    cwd: site(),
  })
  expect(await command.exited).toEqual({ code: 2, signal: null })
  expect(command.stderr).toMatch(
    /^modwsgi-dev: --auth-user-script expects a file that exists, got "/,
  )
})

test('--auth-group-script alone is told to have no effect', async () => {
  const server = await start(site(), '--auth-group-script', 'access.py')
  expect((await ask(server.url())).status).toBe(200)
  expect(server.stderr).toContain('without --auth-user-script --auth-group-script has no effect')
})

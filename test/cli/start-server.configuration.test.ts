/** A running server that reads its configuration again, with the new workers of SIGHUP and `modwsgi-dev ctl restart`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const app = `
import os, time

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [("%s %d" % (environ.get("who"), os.getpid())).encode()]
`

async function start(configuration: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
  const configure = (text: string) =>
    write('pyproject.toml', `[tool.modwsgi-dev]\nentry-point = "app.py"\n${text}\n`)
  mkdirSync(join(cwd, 'files'))
  write('files/a.txt', 'a file')
  write('app.py', app)
  configure(configuration)
  // A change of the script alone is to change nothing.
  const server = await startServer(['--disable-reloading'], { cwd })
  const renew = async () => {
    const from = server.stderr.length
    server.signal('SIGHUP')
    await server.logged(/reloaded in/, from)
    return server.stderr.slice(from)
  }
  const who = async () => (await ask(server.url())).body.split(' ')[0]
  return { cwd, server, write, configure, renew, who }
}

const named = (name: string) => `setenv = [["who", "${name}"]]`

describe('SIGHUP', () => {
  test('takes over what has changed for the front and for the workers', async () => {
    const { server, configure, renew, who } = await start(named('one'))
    expect(await who()).toBe('one')
    expect((await ask(server.url('/files/a.txt'))).body).toMatch(/^one/)
    configure(
      `${named('two')}\nprocesses = 2\nurl-alias = [["/files", "files"]]\nlimit-request-body = 3`,
    )
    const log = await renew()
    expect(log).toContain(
      'from now on with other values: --processes, --setenv, --url-alias, --limit-request-body',
    )
    expect(log).toMatch(/SIGHUP: reloaded in .* \(cold: import .*, 2 workers\)/)
    expect(await who()).toBe('two')
    expect((await ask(server.url('/files/a.txt'))).body).toBe('a file')
    expect((await ask(server.url(), { method: 'POST', body: 'long' })).status).toBe(413)
  })

  test('also on a connection that was there before', async () => {
    const { server, configure, renew } = await start(named('one'))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    expect((await ask(server.url('/files/a.txt'), { agent })).body).toMatch(/^one/)
    configure('url-alias = [["/files", "files"]]')
    await renew()
    expect((await ask(server.url('/files/a.txt'), { agent })).body).toBe('a file')
  })

  test('says which options count at the start only, and keeps their values', async () => {
    const { server, configure, renew, who } = await start(named('one'))
    configure(`${named('two')}\nserver-backlog = 7`)
    expect(await renew()).toContain(
      'from now on with other values: --setenv; with other values at the next start only: --server-backlog',
    )
    expect(await who()).toBe('two')
    // Nothing new, but for what still waits for the next start.
    expect(await renew()).toContain(' with other values at the next start only: --server-backlog')
    expect(server.stderr).not.toContain('other values: \n')
  })

  test('brings new workers by the present configuration when the new one has a mistake', async () => {
    const { server, configure, who } = await start(named('one'))
    const pid = (await ask(server.url())).body
    configure(`${named('two')}\nprocesses = "many"`)
    server.signal('SIGHUP')
    await server.logged(
      /the configuration stays as it was: --processes expects a whole number, got "many" \(from .*pyproject\.toml:4\)/,
    )
    await server.logged(/reloaded in/)
    expect(await who()).toBe('one')
    expect((await ask(server.url())).body).not.toBe(pid)
  })

  test('keeps workers, their number and their rules when the new ones are no use', async () => {
    const { server, write, configure, renew, who } = await start(named('one'))
    const { body } = await ask(server.url())
    write('bad.py', 'raise RuntimeError("no")')
    write(
      'pyproject.toml',
      `[tool.modwsgi-dev]\n${named('two')}\nprocesses = 3\nentry-point = "bad.py"`,
    )
    server.signal('SIGHUP')
    await server.logged(/could not load the application: the present ones stay/)
    expect((await ask(server.url())).body).toBe(body)
    // What takes the place of one that stays is like it.
    process.kill(Number(body.split(' ')[1]), 'SIGKILL')
    await server.logged(/ended by SIGKILL/)
    expect((await ask(server.url())).body).toMatch(/^one /)
    configure(named('three'))
    await renew()
    expect(await who()).toBe('three')
  })

  test('while the workers of the one before start: all that serve go on', async () => {
    const { server, write, configure, who } = await start(named('one'))
    const { body } = await ask(server.url())
    write(
      'app.py',
      `import os, time\nprint("loads", os.getpid())\nwhile not os.path.exists("go-on"): time.sleep(0.01)\n${app}`,
    )
    for (const name of ['two', 'three']) {
      const from = server.stderr.length
      configure(named(name))
      server.signal('SIGHUP')
      await server.logged(/loads \d+/, from)
      expect((await ask(server.url())).body).toBe(body)
    }
    write('go-on', '')
    await server.logged(/reloaded in/)
    expect(await who()).toBe('three')
  })

  test('sources --envvars-script again, also for services', async () => {
    const { cwd, server, write, configure } = await start(named('one'))
    const told = () => readFileSync(join(cwd, 'told'), 'utf8').trim().split('\n')
    write('vars', 'export TOLD=first')
    write(
      'job.py',
      'import os, time\nopen("told", "a").write(os.environ["TOLD"] + "\\n")\ntime.sleep(60)\n',
    )
    configure('envvars-script = "vars"\nservice-script = [["job", "job.py"]]')
    await server.stop()
    const again = await startServer(['--disable-reloading'], { cwd })
    await vi.waitFor(() => expect(told()).toEqual(['first']), 10_000)
    write('vars', 'export TOLD=second')
    again.signal('SIGHUP')
    await vi.waitFor(() => expect(told()).toEqual(['first', 'second']), 10_000)
  })

  test('serves, and can be stopped, while a script that does not end is asked', async () => {
    const { server, write, configure, who } = await start(named('one'))
    write('vars', 'echo asked >&2; exec sleep 60')
    configure('envvars-script = "vars"')
    server.signal('SIGHUP')
    await server.logged(/asked/)
    expect(await who()).toBe('one')
    const began = Date.now()
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(Date.now() - began).toBeLessThan(30_000)
    expect(server.family()).toEqual([])
  })

  test('has the front go back as well when the new workers are no use', async () => {
    const { server, write, configure, who } = await start(named('one'))
    expect(await who()).toBe('one')
    write('app.py', 'raise RuntimeError("no")')
    configure(`${named('two')}\nmount-point = "/two"`)
    server.signal('SIGHUP')
    await server.logged(
      /the configuration stays as it was: the new workers are no use \(--setenv, --mount-point\)/,
    )
    expect((await ask(server.url())).body).toMatch(/^one /)
  })

  test('goes on when what takes the place of one that stayed is no use', async () => {
    const { server, write } = await start(named('one'))
    const { body } = await ask(server.url())
    write('app.py', app.replace('def application', 'def other'))
    server.signal('SIGHUP')
    await server.logged(/the present ones stay/)
    process.kill(Number(body.split(' ')[1]), 'SIGKILL')
    await server.logged(/ended by SIGKILL/)
    expect((await ask(server.url())).status).toBe(500)
    write('app.py', app)
    server.signal('SIGHUP')
    await server.logged(/reloaded in/)
    expect((await ask(server.url())).status).toBe(200)
  })

  test('counts the requests of each worker by its own --maximum-requests', async () => {
    const { server, write, configure } = await start(`${named('one')}\nmaximum-requests = 3`)
    const bodies = [(await ask(server.url())).body]
    write('app.py', 'raise RuntimeError("no")')
    configure(`${named('two')}\nmaximum-requests = 2`)
    server.signal('SIGHUP')
    await server.logged(/the present ones stay/)
    bodies.push((await ask(server.url())).body)
    write('app.py', app)
    for (let at = 0; at < 2; at++) bodies.push((await ask(server.url())).body)
    expect(bodies.map(body => bodies.indexOf(body))).toEqual([0, 0, 0, 3])
  })
})

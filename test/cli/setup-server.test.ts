/** A server that is set up, and run later by its control script, with real processes. */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { makeDjangoSite } from '../rig/django-site.js'
import { ask } from '../rig/http.js'
import { type Outcome, SetUpSite } from '../rig/set-up-site.js'

const kitchen = fileURLToPath(new URL('../fixtures/apps/kitchen.py', import.meta.url))
const isRoot = process.getuid?.() === 0

/** Tells where and as whom it runs. */
const tells = `import json, os, sys

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    told = {"cwd": os.getcwd(), "uid": os.getuid(), "python": sys.executable, "pid": os.getpid()}
    told["mark"] = environ.get("mark")
    told["environ"] = dict(os.environ)
    return [json.dumps(told).encode()]
`

interface Told {
  readonly cwd: string
  readonly uid: number
  readonly python: string
  readonly pid: number
  readonly mark: string | null
  readonly environ: Readonly<Record<string, string>>
}

/** A site with an application that tells about itself. */
function makeSite(name?: string): SetUpSite {
  const site = new SetUpSite(name)
  writeFileSync(join(site.folder, 'tells.wsgi'), tells)
  return site
}

async function setUp(site: SetUpSite, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await site.setUp(['tells.wsgi', ...args])
  if (code !== 0) throw new Error(`${stdout}${stderr}`)
  return stdout
}

async function told(site: SetUpSite): Promise<Told> {
  return JSON.parse((await ask(await site.url())).body) as Told
}

/** Waits until a line of the log matches. */
async function logged(site: SetUpSite, pattern: RegExp): Promise<void> {
  const end = Date.now() + 20_000
  while (!pattern.test(site.log())) {
    if (Date.now() > end) throw new Error(`waited too long for ${pattern} in the log`)
    await new Promise(setImmediate)
  }
}

/** The port of the server that stays in the foreground. */
async function servingPort(site: SetUpSite): Promise<number> {
  for (;;) {
    const { code, stdout } = await site.control('status')
    const match = /on port (\d+)/.exec(stdout)
    if (code === 0 && match) return Number(match[1])
  }
}

describe('setting up', () => {
  test('writes the files, says so, and starts nothing', async () => {
    const site = makeSite()
    const said = await setUp(site, '--port', '8123', '--host', '127.0.0.1')
    const root = site.serverRoot
    expect(said).toContain(
      `Server Root        : ${root}\nServer Conf        : ${root}/modwsgi-dev.toml\n`,
    )
    expect(said).toContain(
      `Environ Variables  : ${root}/envvars\nControl Script     : ${root}/apachectl\nOperating Mode     : daemon\n`,
    )
    expect(said).not.toContain('Stop')
    expect(readdirSync(root).sort()).toEqual([
      'apachectl',
      'envvars',
      'htdocs',
      'modwsgi-dev.service',
      'modwsgi-dev.toml',
    ])
    expect(statSync(site.controlScript).mode & 0o777).toBe(0o755)
    expect(site.family()).toEqual([])
    await expect(ask('http://127.0.0.1:8123/')).rejects.toThrow('ECONNREFUSED')
  })

  test('start-server --setup-only is the same', async () => {
    const site = makeSite()
    const root = ['--server-root', site.serverRoot]
    const both = [
      await site.modwsgiDev(['start-server', 'tells.wsgi', '--setup-only', ...root]),
      await site.modwsgiDev(['setup-server', 'tells.wsgi', ...root]),
    ]
    expect(both[0]).toMatchObject({ code: 0, stdout: both[1]!.stdout })
  })

  test('runmodwsgi --setup-only keeps what the project says, and which settings it has', async () => {
    const site = makeSite()
    const { folder, python, staticRoot, remove } = await makeDjangoSite()
    onTestFinished(remove)
    const { code, stderr } = await site.modwsgiDev(
      [
        'runmodwsgi',
        '--setup-only',
        '--port=0',
        `--server-root=${site.serverRoot}`,
        '--python',
        python,
      ],
      { cwd: folder },
    )
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(site.read('modwsgi-dev.toml')).toContain('entry-point = "mysite.wsgi"')
    expect(site.read('modwsgi-dev.toml')).toContain(staticRoot)
    expect(site.read('apachectl')).toContain("DJANGO_SETTINGS_MODULE='mysite.settings'")
    await site.controlled('start')
    expect((await ask(await site.url('/admin/login/'))).status).toBe(200)
    const css = await ask(await site.url('/static/admin/css/base.css'))
    expect(css.headers['content-type']).toBe('text/css')
    await site.controlled('stop')
  })

  test.each([
    [['missing.wsgi'], /the script .*missing\.wsgi does not exist/],
    [['tells.wsgi', '--python', '/no/such/python'], /--python \/no\/such\/python does not exist/],
    [['tells.wsgi', '--threads', 'x'], /--threads expects a whole number/],
  ])('writes nothing for %j', async (args, message) => {
    const site = makeSite()
    const { code, stdout, stderr } = await site.setUp(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(readdirSync(site.folder)).toEqual(['tells.wsgi'])
  })

  test('a unit for systemd is one that systemd reads', async context => {
    if (spawnSync('systemd-analyze', ['--version']).error)
      return context.skip('there is no systemd-analyze')
    const site = makeSite('a "root" $1 %n')
    await setUp(site)
    const unit = join(site.serverRoot, 'modwsgi-dev.service')
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('apachectl', () => {
  test('starts, asks about and stops the server', async () => {
    const site = makeSite()
    await setUp(site, '--processes', '2', '--setenv', 'mark', 'a b')
    expect(await site.control('status')).toMatchObject({
      code: 3,
      stdout: 'modwsgi-dev does not run\n',
    })
    expect(await site.controlled('start')).toBe('')
    const { pid, port } = await site.status()
    expect(site.read('httpd.pid')).toBe(`${pid}\n`)
    expect(await told(site)).toMatchObject({ cwd: site.folder, mark: 'a b' })
    expect(await site.controlled('start')).toBe(`modwsgi-dev (pid ${pid}) already running\n`)
    expect(await site.controlled('-k start -DFOREGROUND')).toContain('already running')
    expect(await site.controlled('stop')).toBe('')
    expect(site.family()).toEqual([])
    expect(readdirSync(site.serverRoot)).not.toContain('httpd.pid')
    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toThrow('ECONNREFUSED')
    expect(await site.controlled('stop')).toBe('modwsgi-dev does not run\n')
    expect(await site.control('-k status')).toMatchObject({ code: 3 })
  })

  test.each(['restart', 'graceful', '-k restart'])(
    '%s brings new workers to the server',
    async verb => {
      const site = makeSite()
      await setUp(site)
      await site.controlled('start')
      const before = { server: await site.status(), worker: (await told(site)).pid }
      expect(await site.controlled(verb)).toBe('')
      await logged(site, /reloaded in/)
      expect(await site.status()).toEqual(before.server)
      expect((await told(site)).pid).not.toBe(before.worker)
    },
  )

  test('restart starts a server that does not run', async () => {
    const site = makeSite()
    await setUp(site)
    expect(await site.controlled('restart')).toBe('modwsgi-dev does not run, trying to start\n')
    await site.status()
  })

  test.each(['start -DFOREGROUND', '-k start -D FOREGROUND', '-DFOREGROUND'])(
    '%s stays, and its log is on the terminal',
    async words => {
      const site = makeSite()
      await setUp(site, '--log-to-terminal', '--log-level', 'info')
      const running = site.control(words)
      const port = await servingPort(site)
      expect((await ask(`http://127.0.0.1:${port}/`)).status).toBe(200)
      const { pid } = await site.status()
      process.kill(pid, 'SIGTERM')
      const { code, stdout, stderr } = await running
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Stop +: /m)
      expect(stderr).toMatch(/SIGTERM: stopping/)
      expect(site.log()).toBe('')
    },
  )

  test('start has the log in files, whatever the settings say', async () => {
    const site = makeSite()
    await setUp(site, '--log-to-terminal', '--access-log', '--log-level', 'info')
    expect(await site.controlled('start')).toBe('')
    await told(site)
    await site.controlled('stop')
    expect(site.log()).toMatch(/SIGTERM: stopping/)
    expect(site.read('access_log')).toMatch(/"GET \/ HTTP\/1\.1" 200/)
  })

  test('graceful-stop finishes what is in progress', async () => {
    const site = makeSite()
    await site.setUp([kitchen, '--log-level', 'info', '--shutdown-timeout', '1'])
    await site.controlled('start')
    const slow = ask(await site.url('/slow-log?3'))
    await logged(site, /sleeping/)
    expect(await site.controlled('graceful-stop')).toBe('')
    expect(await slow).toMatchObject({ status: 200, body: 'slept' })
  })

  test('graceful-stop says that a server on a terminal ignores it', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const record = join(site.serverRoot, 'running.json')
    writeFileSync(
      record,
      site.read('running.json').replace('"onTerminal":false', '"onTerminal":true'),
    )
    const { code, stderr } = await site.control('graceful-stop')
    expect(code).toBe(2)
    expect(stderr).toMatch(/has a terminal, and ignores graceful-stop/)
  })

  test.each(['', 'nonsense', '-k nonsense', 'start nonsense'])(
    'says how it is used for %j',
    async words => {
      const site = makeSite()
      await setUp(site)
      const { code, stdout, stderr } = await site.control(words)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('Usage: apachectl start [-DFOREGROUND] | stop')
    },
  )

  test('says in one sentence that its Node is gone', async () => {
    const site = makeSite()
    await setUp(site)
    const script = site
      .read('apachectl')
      .replace(`NODE='${process.execPath}'`, "NODE='/no/such/node'")
    writeFileSync(site.controlScript, script)
    expect(await site.control('status')).toMatchObject({
      code: 2,
      stderr: 'apachectl: /no/such/node does not exist any more: set the server up again\n',
    })
  })

  test('works in a directory with any characters', async () => {
    const site = makeSite('it\'s a "root" $1 `x` %n \\ é')
    await setUp(site, '--setenv', 'mark', 'it\'s "x" $1')
    await site.controlled('start')
    expect(await told(site)).toMatchObject({ mark: 'it\'s "x" $1' })
    await site.controlled('stop')
  })
})

describe('a start', () => {
  test('that finds its port taken says so', async () => {
    const site = makeSite()
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    await setUp(site, '--port', String(port))
    const { code, stderr } = await site.control('start')
    expect(code).toBe(4)
    expect(stderr).toMatch(new RegExp(`^modwsgi-dev: [^\\n]*${port}[^\\n]*\\n$`))
    expect(site.family()).toEqual([])
    expect(readdirSync(site.serverRoot)).not.toContain('httpd.pid')
  })

  test('whose callable is missing says so', async () => {
    const site = makeSite()
    await setUp(site, '--callable-object', 'app')
    const { code, stderr } = await site.control('start')
    expect(code).toBe(3)
    expect(stderr).toBe(
      `modwsgi-dev: --callable-object app: ${site.folder}/tells.wsgi does not define it\n`,
    )
  })

  test('whose application fails serves 500, and says why', async () => {
    const site = makeSite()
    writeFileSync(join(site.folder, 'tells.wsgi'), 'raise RuntimeError("on purpose")\n')
    await setUp(site)
    const { code, stderr } = await site.control('start')
    expect(code).toBe(0)
    expect(stderr).toBe(
      `the application cannot be loaded, and requests get 500: RuntimeError: on purpose (see ${site.serverRoot}/error_log)\n`,
    )
    expect((await ask(await site.url())).status).toBe(500)
  })

  /** An application that is loaded when the file `gate` is there, and the process that waits for that. */
  async function beingStarted(): Promise<{
    site: SetUpSite
    starter: number
    started: Promise<Outcome>
  }> {
    const site = makeSite()
    const wait =
      'import os, time\nprint("loading")\nwhile not os.path.exists("gate"): time.sleep(0.02)\n'
    writeFileSync(join(site.folder, 'tells.wsgi'), wait + tells)
    await setUp(site, '--shutdown-timeout', '1')
    const started = site.control('start')
    await logged(site, /loading/)
    const { pid } = await site.status()
    const starter = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
    return { site, starter, started }
  }

  test('that is given up takes the server with it', async () => {
    const { site, starter, started } = await beingStarted()
    process.kill(starter, 'SIGTERM')
    expect((await started).code).not.toBe(0)
    expect(site.family()).toEqual([])
  })

  test('whose command is killed goes on', async () => {
    const { site, starter, started } = await beingStarted()
    process.kill(starter, 'SIGKILL')
    await started
    writeFileSync(join(site.folder, 'gate'), '')
    expect((await told(site)).mark).toBeNull()
    // What it would have told has been told to nobody by now.
    await site.controlled('stop')
    expect(site.log()).not.toMatch(/Error/)
    expect(site.family()).toEqual([])
  })

  test('of a site of files alone waits for no application', async () => {
    const site = makeSite()
    mkdirSync(join(site.folder, 'files'))
    writeFileSync(join(site.folder, 'files', 'page.txt'), 'a page')
    await site.setUp(['files', '--application-type', 'static'])
    await site.controlled('start')
    expect((await ask(await site.url('/page.txt'))).body).toBe('a page')
  })
})

describe('the settings', () => {
  test('that are set up again are those of the next restart', async () => {
    const site = makeSite()
    await setUp(site, '--setenv', 'mark', 'one')
    await site.controlled('start')
    const { pid } = await site.status()
    await setUp(site, '--setenv', 'mark', 'two')
    expect((await told(site)).mark).toBe('one')
    expect(await site.control('restart')).toMatchObject({ code: 0, stderr: '' })
    await vi.waitFor(async () => expect((await told(site)).mark).toBe('two'), 10_000)
    expect((await site.status()).pid).toBe(pid)
  })

  test('that count at the start only make the next restart a stop and a start', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const { pid } = await site.status()
    await setUp(site, '--server-backlog', '99', '--setenv', 'mark', 'two')
    expect(await site.control('restart')).toMatchObject({ code: 0, stderr: '' })
    expect((await site.status()).pid).not.toBe(pid)
    expect((await told(site)).mark).toBe('two')
  })

  test('may be edited, are checked, and when they are wrong nothing is stopped but by stop', async () => {
    const site = makeSite()
    await setUp(site)
    expect(await site.control('configtest')).toMatchObject({ code: 0, stderr: 'Syntax OK\n' })
    await site.controlled('start')
    const settings = join(site.serverRoot, 'modwsgi-dev.toml')
    writeFileSync(settings, `${site.read('modwsgi-dev.toml')}thraeds = 2\n`)
    const lines = site.read('modwsgi-dev.toml').split('\n').length - 1
    const sentence = `modwsgi-dev: The key "thraeds" in ${settings}:${lines} belongs to no option, did you mean threads\n`
    for (const words of ['configtest', '-t', 'restart', 'graceful'])
      expect(await site.control(words)).toMatchObject({ code: 2, stderr: sentence })
    const { pid } = await site.status()
    await site.controlled('stop')
    expect(site.family()).not.toContain(pid)
    expect(await site.control('start')).toMatchObject({ code: 2, stderr: sentence })
  })

  test('of a server in the foreground are read by it, and those of the start changed where it was started', async () => {
    const site = makeSite()
    await setUp(site)
    const running = site.control('start -DFOREGROUND')
    await servingPort(site)
    const { pid } = await site.status()
    expect(await site.controlled('graceful')).toBe('')
    await setUp(site, '--setenv', 'mark', 'two')
    expect(await site.control('graceful')).toMatchObject({ code: 0, stderr: '' })
    await vi.waitFor(async () => expect((await told(site)).mark).toBe('two'), 10_000)
    await setUp(site, '--server-backlog', '99')
    const { code, stderr } = await site.control('graceful')
    expect(code).toBe(2)
    expect(stderr).toBe(
      `modwsgi-dev: modwsgi-dev (pid ${pid}) has to be stopped and started where it runs: settings have changed that count at the start only\n`,
    )
    await site.controlled('stop')
    expect((await running).code).toBe(0)
  })

  test('know no variable and no pyproject.toml of the day of the start', async () => {
    const site = makeSite()
    const pyproject = join(site.folder, 'pyproject.toml')
    writeFileSync(pyproject, '[tool.modwsgi-dev]\nsetenv = [["mark", "set up"]]\n')
    await site.setUp(['tells.wsgi'], { env: { MODWSGI_DEV_THREADS: '2' } })
    expect(site.read('modwsgi-dev.toml')).toContain('threads = 2')
    writeFileSync(pyproject, '[tool.modwsgi-dev]\nsetenv = [["mark", "later"]]\n')
    await site.controlled('start', { cwd: site.folder, env: { MODWSGI_DEV_PORT: 'x' } })
    expect((await told(site)).mark).toBe('set up')
  })
})

describe('envvars', () => {
  test('gives variables to the application, and is kept', async () => {
    const site = makeSite()
    await setUp(site)
    writeFileSync(join(site.serverRoot, 'envvars'), 'export HELLO="$MOD_WSGI_SERVER_ROOT"\n')
    await setUp(site)
    await site.controlled('start')
    expect((await told(site)).environ).toMatchObject({ HELLO: site.serverRoot })
  })

  test('reads the file of --envvars-script, which replaces what it held', async () => {
    const site = makeSite()
    await setUp(site)
    writeFileSync(join(site.serverRoot, 'envvars'), 'export HELLO=old\n')
    writeFileSync(join(site.folder, "it's.sh"), 'export HELLO=new\n')
    const said = await setUp(site, '--envvars-script', "it's.sh")
    expect(said).toContain(`Environ Variables  : ${site.folder}/it's.sh\n`)
    await site.controlled('start')
    expect((await told(site)).environ).toMatchObject({ HELLO: 'new' })
  })
})

describe('the pid file', () => {
  test('of a server that was killed is noticed, and does not hinder the next start', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const { pid } = await site.status()
    process.kill(pid, 'SIGKILL')
    const stale = `(the pid file names process ${pid}, which has ended)`
    for (;;) if ((await site.control('status')).code === 3) break
    expect(await site.control('status')).toMatchObject({
      stdout: `modwsgi-dev does not run ${stale}\n`,
    })
    expect(await site.controlled('start')).toBe(`starting ${stale}\n`)
    expect((await site.status()).pid).not.toBe(pid)
    expect((await told(site)).mark).toBeNull()
  })

  test('whose number another process has is noticed, and that process is left alone', async () => {
    const site = makeSite()
    await setUp(site)
    const other = spawn('sleep', ['600'])
    onTestFinished(() => void other.kill())
    const pidFile = join(site.serverRoot, 'httpd.pid')
    writeFileSync(pidFile, `${other.pid}\n`)
    const stale = `(the pid file names process ${other.pid}, which is another program now)`
    expect(await site.control('status')).toMatchObject({
      code: 3,
      stdout: `modwsgi-dev does not run ${stale}\n`,
    })
    expect(await site.controlled('stop')).toContain(stale)
    expect(other.exitCode ?? other.signalCode).toBeNull()
    writeFileSync(pidFile, `${other.pid}\n`)
    expect(await site.controlled('start')).toBe(`starting ${stale}\n`)
    expect(site.read('httpd.pid')).toBe(`${(await site.status()).pid}\n`)
  })

  test('whose number the record gives to a process of another time is noticed', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const record = site.read('running.json')
    await site.controlled('stop')
    const other = spawn('sleep', ['600'])
    onTestFinished(() => void other.kill())
    const taken = record.replace(/"pid":\d+/, `"pid":${other.pid}`)
    writeFileSync(join(site.serverRoot, 'running.json'), taken)
    expect((await site.control('status')).code).toBe(3)
    await site.controlled('stop')
    expect(other.exitCode ?? other.signalCode).toBeNull()
  })

  test('that somebody has removed, with the record, does not hide the server', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const { pid } = await site.status()
    writeFileSync(join(site.serverRoot, 'running.json'), '')
    expect(await site.controlled('status')).toBe(`modwsgi-dev (pid ${pid}) runs\n`)
    await site.controlled('stop')
    expect(site.family()).toEqual([])
  })

  test('is where --pid-file says', async () => {
    const site = makeSite()
    await setUp(site, '--pid-file', 'site.pid')
    await site.controlled('start')
    expect(readdirSync(site.folder)).toContain('site.pid')
    expect(readdirSync(site.serverRoot)).not.toContain('httpd.pid')
    await site.controlled('stop')
    expect(readdirSync(site.folder)).not.toContain('site.pid')
  })
})

test('two servers do not know each other', async () => {
  const sites = [makeSite(), makeSite()] as const
  for (const site of sites) {
    await setUp(site, '--setenv', 'mark', site.folder)
    await site.controlled('start')
  }
  for (const site of sites) expect((await told(site)).mark).toBe(site.folder)
  const [first, second] = sites
  // A pid file that was copied by mistake.
  writeFileSync(join(first.serverRoot, 'httpd.pid'), second.read('httpd.pid'))
  await first.controlled('stop')
  expect((await first.control('status')).code).toBe(3)
  expect((await told(second)).mark).toBe(second.folder)
})

test('a server that start-server runs in the same server root is known', async () => {
  const site = makeSite()
  await setUp(site)
  const running = site.modwsgiDev([
    'start-server',
    'tells.wsgi',
    '--port',
    '0',
    '--server-root',
    site.serverRoot,
  ])
  await servingPort(site)
  const { pid } = await site.status()
  expect(await site.controlled('start')).toBe(`modwsgi-dev (pid ${pid}) already running\n`)
  expect((await site.control('restart')).stderr).toMatch(/it was started with other settings/)
  await site.controlled('stop')
  expect((await running).code).toBe(0)
})

describe.runIf(isRoot)('as root with --user', () => {
  const nobody = 65534

  test('the server root stays that of root, and a pid file that is left names nobody', async () => {
    const site = makeSite()
    await setUp(site, '--user', 'nobody')
    await site.controlled('start')
    expect((await told(site)).uid).toBe(nobody)
    const { pid } = await site.status()
    for (const name of [
      '',
      'apachectl',
      'modwsgi-dev.toml',
      'envvars',
      'httpd.pid',
      'running.json',
    ])
      expect(statSync(join(site.serverRoot, name)).uid, name).toBe(0)
    process.kill(pid, 'SIGTERM')
    for (;;) if ((await site.control('status')).code === 3) break
    expect(site.read('httpd.pid')).toBe('')
    expect(await site.controlled('start')).toBe('')
    await site.controlled('stop')
    expect(readdirSync(site.serverRoot)).not.toContain('httpd.pid')
  })

  test('a server that a user has set up runs as that user when root starts it', async () => {
    const site = makeSite()
    chownSync(site.folder, nobody, nobody)
    const { code, stderr } = await site.setUp(['tells.wsgi'], { uid: nobody })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const who of [{ uid: nobody }, {}]) {
      await site.controlled('start', who)
      expect((await told(site)).uid).toBe(nobody)
      await site.controlled('stop', who)
    }
  })

  test('gdb finds its commands, though the user may make no files in the server root', async context => {
    if (spawnSync('gdb', ['--version']).error) return context.skip('there is no gdb')
    const site = makeSite()
    await setUp(site, '--user', 'nobody', '--enable-gdb')
    const running = site.control('start')
    const port = await servingPort(site)
    expect((await ask(`http://127.0.0.1:${port}/`)).status).toBe(200)
    await site.controlled('stop')
    await running
  })

  test('who may not send it signals is told so', async () => {
    const site = makeSite()
    await setUp(site)
    await site.controlled('start')
    const { pid } = await site.status()
    expect(await site.control('stop', { uid: nobody })).toMatchObject({
      code: 2,
      stderr: `modwsgi-dev: process ${pid} cannot be sent SIGTERM: EPERM\n`,
    })
  })

  test('a server root that belongs to the user is warned of', async () => {
    const site = makeSite()
    mkdirSync(site.serverRoot)
    chownSync(site.serverRoot, nobody, nobody)
    const { stderr } = await site.setUp(['tells.wsgi', '--user', 'nobody'])
    expect(stderr).toBe(
      `${site.serverRoot} belongs to nobody, who can change the control script that root runs\n`,
    )
  })
})

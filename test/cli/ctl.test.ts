/** `modwsgi-dev ctl` and servers, all of them real processes. */
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StatusAnswer } from '../../src/control/answers.js'
import { askServer } from '../../src/control/ask-server.js'
import { readRecords } from '../../src/control/server-record.js'
import { ask } from '../rig/http.js'
import {
  control,
  type RunningCommand,
  type RunOptions,
  runCommand,
  startServer,
} from '../rig/server.js'

const app = `
import os, sys, time

if os.path.exists("dies"):
    os._exit(3)
if os.path.exists("broken"):
    raise ImportError("broken on purpose")

def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        print("waiting")
        while not os.path.exists("go-on"):
            time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`

async function start(args: readonly string[] = [], options: RunOptions = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  // For a server that gives up root.
  chmodSync(cwd, 0o755)
  writeFileSync(join(cwd, 'app.py'), app)
  const touch = (name: string) => writeFileSync(join(cwd, name), '')
  const server = await startServer(['app.py', '--log-level', 'notice', ...args], {
    cwd,
    ...options,
  })
  return { server, cwd, touch }
}

async function status(server: RunningCommand): Promise<StatusAnswer> {
  const { code, stdout } = await control(server, 'status', '--json')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

/** What lies in the folder of its sockets. */
function runFolder({ stateHome }: RunningCommand): string[] {
  const folder = join(stateHome, 'modwsgi-dev/run')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('status', () => {
  test('shows workers and what runs in them', async () => {
    const { server, touch } = await start(['--processes', '2', '--threads', '1'])
    const pid = Number((await ask(server.url())).body)
    const answers = [1, 2, 3].map(number => ask(server.url(`/wait?${number}`)))
    await server.until(() => server.stderr.match(/waiting/g)?.length === 2, 'two requests')
    const found = await status(server)
    expect(found).toMatchObject({
      ok: true,
      pid: server.pid,
      url: expect.stringMatching(`:${server.port}/$`),
      serverRoot: server.serverRoot,
      state: 'serving',
      processes: 2,
      threads: 1,
      generation: 0,
      waiting: 1,
      inProgress: 3,
    })
    expect(found.workers.map(({ slot, state }) => [slot, state])).toEqual([
      [1, 'ready'],
      [2, 'ready'],
    ])
    expect(found.workers.find(worker => worker.pid === pid)?.requests).toBe(1)
    for (const { memory, running } of found.workers) {
      expect(memory).toBeGreaterThan(1e6)
      expect(running).toEqual([
        {
          method: 'GET',
          target: expect.stringMatching(/^\/wait\?[123]$/),
          seconds: expect.any(Number),
        },
      ])
    }
    const { stdout } = await control(server, 'status')
    expect(stdout).toMatch(/^http\S+ \(pid \d+, version \S+\) is serving, up /)
    expect(stdout).toMatch(/\n1 +\d+ +ready .* GET \/wait\?/)
    touch('go-on')
    await Promise.all(answers)
  })

  test('finds a server by its root, however long, and names them when several run', async () => {
    const { server } = await start()
    const long = join(mkdtempSync(join(tmpdir(), 'modwsgi-test-')), 'r'.repeat(120))
    onTestFinished(() => rmSync(join(long, '..'), { recursive: true, force: true }))
    const env = { XDG_STATE_HOME: server.stateHome }
    const args = ['--port', '0', '--server-root', long, '--log-to-terminal']
    const other = (await start(args, { isolated: false, env })).server
    const { code, stdout, stderr } = await control(server, 'status', '--server-root', long)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`(pid ${other.pid}, `)
    expect(await control(server, 'status', '--port', String(server.port), '--json')).toMatchObject({
      stdout: expect.stringContaining(`"pid":${server.pid},`),
    })
    const several = await control({ stateHome: server.stateHome }, 'status')
    expect(several.code).toBe(1)
    expect(several.stderr).toMatch(/^modwsgi-dev: 2 servers of this user run: .*\n$/)
    expect(several.stderr).toContain(`--port ${server.port} `)
    expect(several.stderr).toContain(`--server-root ${long}`)
    const none = await control(server, 'status', '--json', '--host', '127.9.9.9')
    expect(none).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(none.stdout).error).toMatch(
      /^no server of this user runs with --host 127\.9\.9\.9; /,
    )
  })

  test('has no workers for a static site, which can read its configuration again', async () => {
    const server = await startServer(['--application-type', 'static', '.'])
    expect(await status(server)).toMatchObject({ processes: 0, workers: [], state: 'serving' })
    expect(await control(server, 'restart')).toEqual({
      code: 0,
      stdout: 'read the configuration again\n',
      stderr: '',
    })
    for (const command of [['stacks'], ['resize', '2'], ['kill-worker', '1']]) {
      expect(await control(server, ...command)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'modwsgi-dev: the site has no application, and so no workers\n',
      })
    }
  })

  test('is found after its server has given up root, and so is the end of it', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip()
    const { server } = await start(['--user', 'nobody'])
    expect(await status(server)).toMatchObject({ pid: server.pid })
    expect((await control(server, 'stop')).code).toBe(0)
    const { stateHome } = server
    expect((await control({ stateHome }, 'status')).stderr).toBe(
      'modwsgi-dev: no server of this user runs\n',
    )
    expect(runFolder(server)).toEqual([])
  })
})

describe('restart', () => {
  test('settles when the new workers serve', async () => {
    const { server } = await start(['--processes', '2'])
    const before = (await status(server)).workers.map(({ pid }) => pid)
    const { code, stdout } = await control(server, 'restart')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^restarted: 2 new workers serve after .* \(generation 1\)\n$/)
    const pid = Number((await ask(server.url())).body)
    expect(before).not.toContain(pid)
    expect(server.stderr).toContain('ctl restart: new workers take over one after the other')
  })

  test('says why the new workers do not serve, and tries again when it is asked to', async () => {
    const { server, touch, cwd } = await start(['--reload-on-changes'])
    const before = (await ask(server.url())).body
    touch('broken')
    const broken = await control(server, 'restart')
    expect(broken.code).toBe(1)
    expect(broken.stderr).toMatch(
      /^modwsgi-dev: worker 1 could not load the application \(.*ImportError.*\): the present workers stay\n/,
    )
    touch('dies')
    expect(await control(server, 'restart')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'modwsgi-dev: worker 1 exited with status 3 while it started: the present workers stay\n',
    })
    expect((await ask(server.url())).body).toBe(before)
    expect((await control(server, 'kill-worker', '1')).code).toBe(1)
    await server.logged(/3 workers in a row died/)
    expect((await status(server)).state).toBe('failing')
    expect((await control(server, 'restart')).stderr).toBe(
      'modwsgi-dev: worker 1 exited with status 3 while it started; the log says more\n',
    )
    for (const name of ['broken', 'dies']) rmSync(join(cwd, name))
    expect((await control(server, 'restart')).code).toBe(0)
    expect(server.stderr).toContain(
      'starting new workers again, after others died while they started',
    )
    expect((await ask(server.url())).status).toBe(200)
  })

  test('is refused in debug mode, as is all that changes its one worker', async () => {
    const { server } = await start(['--debug-mode'])
    for (const command of [['restart'], ['resize', '2'], ['kill-worker', '1']]) {
      expect(await control(server, ...command)).toMatchObject({
        code: 1,
        stderr: 'modwsgi-dev: debug mode has one worker, and ends with it\n',
      })
    }
    expect((await ask(server.url())).status).toBe(200)
  })
})

describe('stop', () => {
  test('waits for the requests in progress, and until nothing is left of the server', async () => {
    const { server, touch } = await start()
    const answer = ask(server.url('/wait'))
    await server.logged(/waiting/)
    const env = { XDG_STATE_HOME: server.stateHome }
    const stopped = runCommand(['ctl', 'stop'], { isolated: false, env })
    await server.logged(/ctl stop: stopping, 1 request in progress/)
    // A second one, and others, while it ends.
    expect((await status(server)).state).toBe('stopping')
    const [record] = readRecords(join(server.stateHome, 'modwsgi-dev/run'))
    const again = await askServer(record!, { command: 'stop' }, null)
    expect(again.answer).toEqual({ ok: true, pid: server.pid, inProgress: 1 })
    expect((await control(server, 'restart')).stderr).toBe('modwsgi-dev: the server is stopping\n')
    expect(stopped.stdout).toBe('')
    touch('go-on')
    expect((await answer).status).toBe(200)
    expect(await stopped.exited).toEqual({ code: 0, signal: null })
    expect(stopped.stdout).toBe(`stopped (pid ${server.pid}), 1 request had been in progress\n`)
    await again.closed
    expect(server.family()).toEqual([])
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(runFolder(server)).toEqual([])
  })

  test('is not held up by a client that says nothing', async () => {
    const { server } = await start()
    const [record] = readRecords(join(server.stateHome, 'modwsgi-dev/run'))
    const silent = connect(record!.socket)
    await once(silent, 'connect')
    const stopped = control(server, 'stop').then(({ code }) => code)
    // Such a client has ten seconds.
    const late = new Promise(resolve => setTimeout(resolve, 5000, 'late'))
    expect(await Promise.race([stopped, late])).toBe(0)
    silent.destroy()
  })

  test('says that no server runs', async () => {
    const { server } = await start()
    await server.stop()
    const { stateHome } = server
    expect(await control({ stateHome }, 'stop')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'modwsgi-dev: no server of this user runs\n',
    })
  })
})

test('stacks are in the log when it is done', async () => {
  const { server, touch } = await start([], { logToTerminal: false })
  const answer = ask(server.url('/wait'))
  const log = join(server.serverRoot, 'error_log')
  await expect.poll(() => readFileSync(log, 'utf8')).toContain('waiting')
  const [one, other] = await Promise.all([control(server, 'stacks'), control(server, 'stacks')])
  for (const { stdout } of [one, other]) {
    expect(stdout).toBe(`wrote the stacks of 1 worker to ${log}\n`)
  }
  expect(readFileSync(log, 'utf8')).toMatch(/Stack of GET \/wait [\s\S]*in application/)
  touch('go-on')
  await answer
})

test('reopen-logs begins new files after the old ones were renamed', async () => {
  const { server } = await start(['--access-log'], { logToTerminal: false })
  const access = join(server.serverRoot, 'access_log')
  const error = join(server.serverRoot, 'error_log')
  await ask(server.url('/before'))
  await expect.poll(() => readFileSync(access, 'utf8')).toContain('/before')
  for (const path of [access, error]) renameSync(path, `${path}.1`)
  await ask(server.url('/between'))
  await expect.poll(() => readFileSync(`${access}.1`, 'utf8')).toContain('/between')
  expect(existsSync(access)).toBe(false)
  const { code, stdout } = await control(server, 'reopen-logs')
  expect(code).toBe(0)
  expect(stdout).toBe(`opened anew: ${error}, ${access}\n`)
  await ask(server.url('/after'))
  await expect.poll(() => readFileSync(access, 'utf8')).toContain('/after')
  expect(readFileSync(`${access}.1`, 'utf8')).not.toContain('/after')
  await control(server, 'stop')
  expect(readFileSync(error, 'utf8')).toContain('ctl stop: stopping')
  expect(readFileSync(`${error}.1`, 'utf8')).not.toContain('stopping')
})

test('SIGHUP opens the log files anew as well, and says which it cannot', async () => {
  const { server } = await start([], { logToTerminal: false })
  const error = join(server.serverRoot, 'error_log')
  const renewed = () => readFileSync(error, 'utf8').match(/SIGHUP: new workers/g)?.length
  await ask(server.url())
  renameSync(error, `${error}.1`)
  server.signal('SIGHUP')
  await expect.poll(() => existsSync(error) && renewed()).toBe(1)
  renameSync(error, `${error}.2`)
  symlinkSync('elsewhere', error)
  server.signal('SIGHUP')
  await expect
    .poll(() => readFileSync(`${error}.2`, 'utf8'))
    .toContain(`the log ${error} cannot be opened anew, and goes on as it is: ELOOP`)
})

test('reopen-logs opens those of services, and leaves a program alone that rotates them', async () => {
  const service = ['--service-script', 'tick', 'tick.py', '--service-log-file', 'tick', 'tick_log']
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  writeFileSync(join(cwd, 'tick.py'), 'import time\nwhile True: time.sleep(1)\n')
  writeFileSync(join(cwd, 'rotate'), '#!/bin/sh\nexec cat >> rotated\n')
  chmodSync(join(cwd, 'rotate'), 0o755)
  const rotation = ['--rotate-logs', '--rotatelogs-executable', './rotate']
  const options = { cwd, logToTerminal: false }
  const site = ['app.py', '--log-level', 'notice', ...service]
  const plain = await startServer(site, options)
  expect((await control(plain, 'reopen-logs')).stdout).toBe(
    `opened anew: ${join(plain.serverRoot, 'error_log')}, ${join(plain.serverRoot, 'tick_log')}\n`,
  )
  const rotated = await startServer([...site, ...rotation], options)
  expect(await control(rotated, 'reopen-logs')).toMatchObject({
    code: 0,
    stdout: 'the log goes to the terminal or to programs: there is no file to open anew\n',
  })
  await control(rotated, 'stop')
  await expect
    .poll(() => readFileSync(join(rotated.serverRoot, 'rotated'), 'utf8'))
    .toContain('ctl stop: stopping')
})

test('reopen-logs has nothing to do on a terminal', async () => {
  const { server } = await start()
  expect(await control(server, 'reopen-logs')).toMatchObject({
    code: 0,
    stdout: 'the log goes to the terminal or to programs: there is no file to open anew\n',
  })
})

test('resize changes the number of workers, and says of a mistake what it is', async () => {
  const { server } = await start()
  expect(await control(server, 'resize', '3')).toMatchObject({
    code: 0,
    stdout: '3 workers wanted from now on, 1 before\n',
  })
  expect((await status(server)).workers.map(({ slot }) => slot)).toEqual([1, 2, 3])
  expect((await control(server, 'resize', '1')).code).toBe(0)
  expect((await status(server)).processes).toBe(1)
  const mistake = await control(server, 'resize', '0')
  expect(mistake.code).toBe(2)
  expect(mistake.stderr).toMatch(/^modwsgi-dev: ctl resize expects a whole number from 1 /)
})

test('kill-worker settles when another serves in its place', async () => {
  const { server } = await start(['--processes', '1'])
  const old = Number((await ask(server.url())).body)
  const lost = ask(server.url('/wait'))
  await server.logged(/waiting/)
  const { code, stdout } = await control(server, 'kill-worker', '1')
  expect(code).toBe(0)
  const pid = Number((await ask(server.url())).body)
  expect(stdout).toBe(`worker 1 (pid ${old}) was ended, and replaced by pid ${pid}\n`)
  expect((await lost).status).toBe(502)
  await server.logged(/worker 1 \(pid \d+\) ended by SIGKILL \(ctl kill-worker\)/)
  expect(await control(server, 'kill-worker', '99')).toMatchObject({
    code: 1,
    stderr: 'modwsgi-dev: there is no worker 99: there is only worker 1\n',
  })
})

test('what a killed server leaves behind is in nobody’s way', async () => {
  const { server } = await start()
  const { server: living } = await start([], { env: { XDG_STATE_HOME: server.stateHome } })
  server.signal('SIGKILL')
  await server.exited
  expect(runFolder(server)).toHaveLength(4)
  const env = { XDG_STATE_HOME: server.stateHome }
  const args = ['--port', '0', '--server-root', server.serverRoot, '--log-to-terminal']
  const { server: heir } = await start(args, { isolated: false, env })
  expect(runFolder(server)).toHaveLength(4)
  const found = await control(server, 'status', '--server-root', server.serverRoot)
  expect(found.stdout).toContain(`(pid ${heir.pid}, `)
  const other = await control(server, 'status', '--server-root', living.serverRoot)
  expect(other.stdout).toContain(`(pid ${living.pid}, `)
})

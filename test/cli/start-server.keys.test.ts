/** Keys on a real terminal, as a user types them, and what a shell does with a job. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import {
  control,
  type RunningCommand,
  type RunOptions,
  runCommand,
  startServer,
} from '../rig/server.js'

const app = `
import os, time

if os.path.exists("dies"):
    os._exit(3)

def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        print("app waits")
        while not os.path.exists("go-on"):
            time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`

/** Root has one of his own. */
const prompt = /[$#] $/

const hint = 'press h and Enter for help'

function folder(): string {
  const cwd = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  return cwd
}

async function start(args: readonly string[] = [], options: RunOptions = {}) {
  const cwd = folder()
  const given = ['app.py', '--log-level', 'notice', ...args]
  const env = { TERM: 'dumb', ...options.env }
  const server = await startServer(given, { cwd, terminal: true, ...options, env })
  return { server, cwd }
}

/** Types a key and waits for what it says. */
async function press(server: RunningCommand, key: string, pattern: RegExp): Promise<string> {
  const from = server.stdout.length
  server.type(`${key}\n`)
  return (await server.printed(pattern, from))[0]
}

/** A shell on a terminal, in which a server can be a job. */
async function startShell(): Promise<RunningCommand> {
  const env = { TERM: 'dumb', PS1: '$ ', ENV: '' }
  const args = ['start-server', 'app.py', '--log-level', 'notice']
  const shell = runCommand(args, { cwd: folder(), terminal: 'shell', env })
  await shell.printed(prompt)
  return shell
}

/** Types a line to the shell, and waits until it has been carried out. */
async function typeToShell(shell: RunningCommand, line: string, pattern: RegExp): Promise<void> {
  const from = shell.stdout.length
  shell.type(`${line}\n`)
  await shell.printed(pattern, from)
}

describe('on a terminal', () => {
  test('h lists the keys that the banner speaks of, and others are named', async () => {
    const { server } = await start()
    expect(server.stdout).toContain(`Keys               : ${hint}`)
    expect(await press(server, 'h', /h {2}this list[\s\S]*q {2}quit.*/)).toContain('w  the workers')
    await press(server, 'what', /there is no key "what": h and Enter lists them\r\n/)
  })

  test('w, r, s, + and - work on the workers', async () => {
    const { server } = await start(['--processes', '1'])
    const old = (await ask(server.url())).body
    await press(server, 'w', new RegExp(`\n1 +${old} +ready +0 +1 .*`))
    await press(
      server,
      'r',
      /the key r: new workers take over[\s\S]*restarted: 1 new worker serves/,
    )
    expect((await ask(server.url())).body).not.toBe(old)
    await press(server, 's', /wrote the stacks of \d workers? to the log on the terminal/)
    await press(server, '+', /2 workers wanted from now on, 1 before/)
    await press(server, 'W', /\n2 +\d+ +(?:starting|ready) /)
    await press(server, '-', /1 worker wanted from now on, 2 before/)
    await press(server, '-', /1 worker wanted, as before/)
  })

  test('q ends it as Ctrl-C does', async () => {
    const { server } = await start()
    await press(server, 'q', /SIGINT: stopping/)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.family()).toEqual([])
  })

  test('o says where the site is, where BROWSER is none', async () => {
    const { server } = await start([], { env: { BROWSER: 'none' } })
    await press(
      server,
      'o',
      new RegExp(`BROWSER is none: the site is at http://localhost:${server.port}/`),
    )
  })

  test('the end of the input ends nothing, and Ctrl-C does after it', async () => {
    const { server } = await start()
    server.type('\x04')
    await press(server, 'w', / is serving/)
    server.type('\x04\x04')
    await press(server, 'w', / is serving/)
    server.type('\x03')
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.family()).toEqual([])
  })

  test('r tries again after workers died while they started, and says so', async () => {
    const { server, cwd } = await start(['--reload-on-changes'])
    await ask(server.url())
    writeFileSync(join(cwd, 'dies'), '')
    await press(
      server,
      'r',
      /worker 1 exited with status 3 while it started: the present workers stay/,
    )
    expect((await control(server, 'kill-worker', '1')).code).toBe(1)
    await server.printed(/3 workers in a row died/)
    await press(server, 'w', /has workers that died while they started/)
    rmSync(join(cwd, 'dies'))
    await press(server, 'r', /trying again: workers died while they started[\s\S]*restarted: 1 new/)
    expect((await ask(server.url())).status).toBe(200)
  })

  test('keys work while it waits for requests after Ctrl-C', async () => {
    const { server, cwd } = await start()
    // The reader is there.
    await press(server, 'w', / is serving/)
    const answer = ask(server.url('/wait'))
    await server.printed(/app waits/)
    server.type('\x03')
    await server.printed(/SIGINT: stopping, 1 request in progress/)
    await press(server, 'w', / is stopping[\s\S]*GET \/wait/)
    await press(server, 'r', /the server is stopping/)
    writeFileSync(join(cwd, 'go-on'), '')
    expect((await answer).status).toBe(200)
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })

  test('a static site has keys as well', async () => {
    const server = await startServer(['--application-type', 'static', '.'], { terminal: true })
    expect(server.stdout).toContain(hint)
    await press(server, 'r', /read the configuration again/)
    await press(server, 'w', / is serving/)
  })
})

describe('as a job of a shell', () => {
  test('Ctrl-Z, bg and fg leave it and its keys in order', async () => {
    const shell = await startShell()
    await typeToShell(shell, '$SERVER', /Stop\s*: .*\r\n/)
    await press(shell, 'w', / is serving/)
    shell.type('\x1a')
    await shell.printed(/Stopped/)
    await typeToShell(shell, 'bg', prompt)
    // What is typed now is for the shell, again and again, and the server neither stops nor takes it for a key.
    for (const word of ['r', 'w', 'q']) {
      await typeToShell(
        shell,
        `echo said-${word}; jobs`,
        new RegExp(`\n(?:[$#] )?said-${word}\r\n[^]*Running`),
      )
      expect((await ask(shell.url())).status).toBe(200)
    }
    expect(shell.stdout).not.toMatch(/the key r|stopping|workers wanted/)
    await typeToShell(shell, 'fg', /\n.*SERVER/)
    await press(shell, '+', /2 workers wanted from now on, 1 before/)
    shell.type('\x1a')
    await shell.printed(/Stopped[\s\S]*Stopped/)
    await typeToShell(shell, 'fg', /\n.*SERVER/)
    await press(shell, 'q', /SIGINT: stopping[\s\S]*[$#] $/)
  })

  test('started in the background it serves, and has its keys once it is in the foreground', async () => {
    const shell = await startShell()
    await typeToShell(shell, '$SERVER &', /Stop\s*: .*\r\n/)
    for (const word of ['one', 'two']) {
      await typeToShell(
        shell,
        `echo said-${word}; jobs`,
        new RegExp(`\n(?:[$#] )?said-${word}\r\n[^]*Running`),
      )
    }
    expect((await ask(shell.url())).status).toBe(200)
    await typeToShell(shell, 'fg', /\n.*SERVER/)
    await press(shell, 'w', / is serving/)
    shell.type('\x03')
    await shell.printed(/SIGINT: stopping/)
  })
})

test('a server that is killed leaves nobody behind who reads the terminal', async () => {
  const shell = await startShell()
  await typeToShell(shell, '$SERVER', /Stop\s*: .*\r\n/)
  await press(shell, 'w', / is serving/)
  const readers = () => shell.family().filter(pid => commandOf(pid).includes('terminal_keys.py'))
  expect(readers()).toHaveLength(1)
  const [, pid] = /\(pid (\d+), version/.exec(shell.stdout)!
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(readers, { timeout: 10_000 }).toEqual([])
})

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

describe('there are no keys', () => {
  test('without a terminal', async () => {
    const { server } = await start([], { terminal: false })
    expect(server.stdout).not.toContain(hint)
  })

  test('in CI', async () => {
    const { server } = await start([], { env: { CI: 'true' } })
    expect(server.stdout).not.toContain(hint)
    server.type('what\n')
    await ask(server.url())
    server.type('\x03')
    await server.exited
    expect(server.stdout).not.toContain('no key')
  })

  test('in debug mode, where the debugger has the terminal', async () => {
    const { server } = await start(['--debug-mode'])
    expect(server.stdout).not.toContain(hint)
  })
})

/** Workers that are forked from a template, seen from outside. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { control, type RunningCommand, startServer } from '../rig/server.js'

/** Tells in which process the installed module was imported, which forked this one, and what the project has. */
const script = `
import os, sys
import installed
import helper

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    path = environ["PATH_INFO"]
    if path == "/lazy":
        import lazy
    if path == "/random":
        import random
        return [repr([random.random(), installed.random()]).encode()]
    facts = [helper.VALUE, installed.VALUE, str(installed.PID), str(os.getpid()), str(os.getppid())]
    return [" ".join(facts).encode()]
`

const installed = (value: string) => `
import os
import random as generators
PID = os.getpid()
VALUE = "${value}"
random = generators.Random().random
`

interface Facts {
  readonly helper: string
  readonly installed: string
  /** Where the installed module was imported. */
  readonly importedBy: number
  readonly pid: number
  readonly parent: number
}

interface Project {
  readonly server: RunningCommand
  readonly folder: string
  /** A file of the project. */
  write(name: string, text: string): void
  /** A file of an installed package. */
  install(name: string, text: string): void
  ask(): Promise<Facts>
  /** Waits for a template, the first one after `from` in the log, and gives its process. */
  template(from?: number): Promise<number>
  /** Waits until workers with new code serve; `act` brings that about. */
  reload(act: () => void): Promise<void>
}

async function project(
  args: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const packages = join(folder, 'site-packages')
  const site = join(folder, 'site')
  mkdirSync(packages)
  mkdirSync(site)
  const write = (name: string, text: string) => writeFileSync(join(site, name), text)
  const install = (name: string, text: string) => writeFileSync(join(packages, name), text)
  install('installed.py', installed('one'))
  install('lazy.py', '')
  for (const [name, text] of Object.entries(files)) install(name, text)
  write('helper.py', 'VALUE = "one"\n')
  write('app.py', script)
  const server = await startServer(
    ['app.py', '--reload-on-changes', '--log-level', 'debug', ...args],
    { cwd: site, env: { PYTHONPATH: packages } },
  )
  return {
    server,
    folder,
    write,
    install,
    async ask() {
      const { status, body } = await ask(server.url())
      if (status !== 200) throw new Error(`status ${status}: ${body}`)
      const [helper = '', value = '', ...numbers] = body.split(' ')
      const [importedBy = 0, pid = 0, parent = 0] = numbers.map(Number)
      return { helper, installed: value, importedBy, pid, parent }
    },
    async template(from = 0) {
      return Number((await server.logged(/template \(pid (\d+)\) imported/, from))[1])
    },
    async reload(act) {
      const from = server.stderr.length
      act()
      await server.logged(/\] (SIGHUP: )?reload(ed|.* failed) /, from)
    },
  }
}

const askBody = async (server: RunningCommand) => (await ask(server.url())).body

const parentOf = (pid: number) =>
  Number(/PPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])

const helper = (value: string) => `VALUE = "${value}"\n`

describe.skipIf(process.platform !== 'linux')('a template', () => {
  test('forks the workers that a save brings, with the packages imported', async () => {
    const { ask, template, reload, write } = await project()
    const first = await ask()
    expect(first.importedBy).toBe(first.pid)
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    const second = await ask()
    expect(second).toMatchObject({ helper: 'two', importedBy: pid, parent: pid })
    expect(second.pid).not.toBe(pid)
    await reload(() => write('helper.py', helper('three!')))
    expect(await ask()).toMatchObject({ helper: 'three!', importedBy: pid, parent: pid })
  })

  test('is of no use when a file of it changes: the next worker starts from nothing, and another template is made', async () => {
    const { server, ask, template, reload, write, install } = await project()
    const before = await template()
    const from = server.stderr.length
    await reload(() => install('installed.py', installed('two-and-longer')))
    const changed = await ask()
    expect(changed.installed).toBe('two-and-longer')
    expect(changed.importedBy).toBe(changed.pid)
    const after = await template(from)
    expect(after).not.toBe(before)
    await reload(() => write('helper.py', helper('two')))
    expect(await ask()).toMatchObject({
      helper: 'two',
      installed: 'two-and-longer',
      importedBy: after,
    })
  })

  test('is of no use when the project gets a module that a package has looked for in vain', async () => {
    const { ask, template, reload, write } = await project([], {
      'installed.py': `${installed('one')}
try:
    import local_settings
    VALUE = local_settings.VALUE
except ImportError:
    pass
`,
    })
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    expect(await ask()).toMatchObject({ installed: 'one', importedBy: pid })
    await reload(() => write('local_settings.py', 'VALUE = "local"\n'))
    expect((await ask()).installed).toBe('local')
    // What needs the project is loaded in the worker from now on.
    await reload(() => write('local_settings.py', 'VALUE = "changed"\n'))
    expect((await ask()).installed).toBe('changed')
  })

  test('an installed module that needs the project is run as it is saved last', async () => {
    const needs = (value: string) => `import helper\nVALUE = helper.VALUE + "-${value}"\n`
    const { server, template, reload, write, install } = await project([], {
      'needs_project.py': needs('one'),
    })
    await template()
    const from = server.stderr.length
    await reload(() =>
      write(
        'app.py',
        script
          .replace('import helper', 'import helper, needs_project')
          .replace('helper.VALUE, inst', 'needs_project.VALUE, inst'),
      ),
    )
    const value = async () => (await askBody(server)).split(' ')[0]
    expect(await value()).toBe('one-one')
    const pid = await template(from)
    expect(server.stderr.slice(from)).toContain('needs_project needs helper of the project')
    await reload(() => write('helper.py', helper('two')))
    expect(await value()).toBe('two-one')
    expect((await askBody(server)).split(' ')[4]).toBe(String(pid))
    await reload(() => install('needs_project.py', needs('two')))
    expect(await value()).toBe('two-two')
  })

  test('imports under the conditions that the application has set', async () => {
    const knob = `
import os, sys
KNOB = os.environ.get("KNOB")
PLACE = "extra" in sys.path[-1]
`
    const app = (value: string) => `
import os, sys
os.environ["KNOB"] = "${value}"
os.environ["STARTED"] = str(os.getpid())
sys.path.append("extra")
import knob
${script.replace('facts = [', 'facts = [knob.KNOB + str(knob.PLACE) + str(knob.PID), ')}`
    const { server, template, reload, write } = await project([], {
      'knob.py': `${knob}PID = os.getpid()\n`,
    })
    await template()
    const knobbed = async () => (await ask(server.url())).body.split(' ')[0]!
    const from = server.stderr.length
    await reload(() => write('app.py', app('one')))
    expect(await knobbed()).toMatch(/^oneTrue/)
    const pid = await template(from)
    await reload(() => write('helper.py', helper('two')))
    expect(await knobbed()).toBe(`oneTrue${pid}`)
    await reload(() => write('app.py', app('another')))
    expect(await knobbed()).toMatch(/^anotherTrue/)
  })

  test('is made anew for what a request has imported', async () => {
    const { server, template } = await project()
    const first = await template()
    const from = server.stderr.length
    await ask(server.url('/lazy'))
    expect(await template(from)).not.toBe(first)
  })

  test('leaves out what starts a thread or keeps a file open, and says so', async () => {
    const { server, ask, template, reload, write } = await project([], {
      'installed.py': `${installed('one')}
import starts_thread, keeps_file
`,
      'starts_thread.py':
        'import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n',
      'keeps_file.py': 'file = open(__file__)\n',
    })
    await template()
    expect(server.stderr).toMatch(/left out: .*starts_thread starts a thread/)
    expect(server.stderr).toMatch(/left out: .*keeps_file keeps a file or socket open/)
    await reload(() => write('helper.py', helper('two')))
    const facts = await ask()
    expect(facts.helper).toBe('two')
    expect(facts.importedBy).toBe(facts.pid)
  })

  test('that is gone costs nothing but time: workers serve on, and the next ones start from nothing', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    const { pid: worker } = await ask()
    process.kill(pid, 'SIGKILL')
    expect(await ask()).toMatchObject({ helper: 'two', pid: worker })
    const from = server.stderr.length
    await reload(() => write('helper.py', helper('three')))
    const facts = await ask()
    expect(facts).toMatchObject({ helper: 'three', parent: server.pid })
    expect(facts.importedBy).toBe(facts.pid)
    expect(server.stderr.slice(from)).not.toContain(':error]')
    await template(from)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(server.family()).toEqual([])
  })

  test('that does not answer is done without', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    process.kill(pid, 'SIGSTOP')
    await reload(() => write('helper.py', helper('two')))
    expect(await ask()).toMatchObject({ helper: 'two', parent: server.pid })
    await expect.poll(() => server.family()).not.toContain(pid)
  })

  test('that ends by itself is told of, with its last words', async () => {
    const { server, ask, reload, write } = await project([], {
      'installed.py': `${installed('one')}
import sys
if any(type(finder).__name__ == "Guard" for finder in sys.meta_path):
    sys.stderr.write("first words\\nlast words\\n")
    os._exit(3)
`,
    })
    await server.logged(
      /\[modwsgi_dev:debug\] .* template \(pid \d+\) ended before it was ready \(exit code 3: last words\): workers start from nothing/,
    )
    await reload(() => write('helper.py', helper('two')))
    const { helper: value, importedBy, pid } = await ask()
    expect({ value, importedBy }).toEqual({ value: 'two', importedBy: pid })
  })

  test('whose workers hang is done without, and so it is when the server stops', async () => {
    const { server, ask, template, reload, write, install } = await project([], {
      'forked.py': 'import os\nPID = os.getpid()\n',
    })
    await template()
    install('later.py', '')
    const from = server.stderr.length
    // It hangs where the package was imported by another process.
    await reload(() =>
      write(
        'helper.py',
        'import os, time, forked\nVALUE = "one"\ntime.sleep(99 if os.getpid() != forked.PID else 0)\n',
      ),
    )
    await template(from)
    await reload(() =>
      write(
        'helper.py',
        'import os, time, forked\nVALUE = "two"\ntime.sleep(99 if os.getpid() != forked.PID else 0)\n',
      ),
    )
    expect(await ask()).toMatchObject({ helper: 'two', parent: server.pid })
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  test('that is stopped keeps no server from ending', async () => {
    const { server, template, reload, write } = await project()
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    process.kill(pid, 'SIGSTOP')
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await expect.poll(() => server.family(), { timeout: 10_000 }).toEqual([])
  })

  test('is made also when the application takes long after its last import', async () => {
    const { template, ask } = await project([], {
      'installed.py': `${installed('one')}import time\ntime.sleep(0.8)\n`,
    })
    await ask()
    await template()
  })

  test('workers look for folders anew that were not there, and live where the project lies now', async () => {
    const { server, folder, ask, template, reload, write } = await project([
      '--python-path',
      'added-later',
    ])
    write(
      'app.py',
      script.replace('facts = [', 'facts = [NAME + os.getcwd(), ').replace(
        'import helper',
        `import helper
try:
    from local_conf import NAME
except ImportError:
    NAME = "none"
`,
      ),
    )
    await template()
    const site = join(folder, 'site')
    mkdirSync(join(site, 'added-later'))
    write('added-later/local_conf.py', 'NAME = "local"\n')
    await reload(() => write('helper.py', helper('two')))
    expect((await askBody(server)).startsWith(`local${site} `)).toBe(true)
    renameSync(site, join(folder, 'away'))
    cpSync(join(folder, 'away'), site, { recursive: true })
    await reload(() => write('helper.py', helper('moved')))
    expect(await askBody(server)).toMatch(new RegExp(`^local${site} moved`))
    expect(server.stderr.match(/reloaded/g)!.length).toBeLessThan(6)
    void ask
  })

  test('modules of signals are as in other workers', async () => {
    const { server, template, reload, write } = await project([], {
      'installed.py': `${installed('one')}import signal\n`,
    })
    await template()
    await reload(() =>
      write(
        'helper.py',
        'import signal\nVALUE = repr(signal.getsignal(signal.SIGALRM)).replace(" ", "")\n',
      ),
    )
    expect(await askBody(server)).toMatch(/^(<Handlers.SIG_DFL:0>|Handlers.SIG_DFL) /)
  })

  test('forks the later ones of many workers at the first start', async () => {
    const processes = 8 * availableParallelism()
    const { server, template } = await project(['--processes', String(processes)], {
      'installed.py': `${installed('one')}
import time
time.sleep(0.5)
`,
    })
    const pid = await template()
    await server.until(
      () => (server.stderr.match(/loaded the application in/g)?.length ?? 0) >= processes,
      'all workers',
    )
    const { workers } = JSON.parse((await control(server, 'status', '--json')).stdout)
    const parents = (workers as { pid: number }[]).map(worker => parentOf(worker.pid))
    expect(parents.filter(parent => parent === server.pid)).toHaveLength(availableParallelism())
    expect(parents.filter(parent => parent === pid)).toHaveLength(
      processes - availableParallelism(),
    )
  })

  test('a worker of one that is gone is replaced when it dies', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    const { pid: worker } = await ask()
    process.kill(pid, 'SIGKILL')
    process.kill(worker, 'SIGKILL')
    await server.logged(/worker 1 \(pid \d+\) has ended/)
    const next = await ask()
    expect(next).toMatchObject({ helper: 'two', parent: server.pid })
  })

  test('leaves nothing behind when the server stops or is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { server, template, reload, write } = await project(['--processes', '2'])
      await template()
      await reload(() => write('helper.py', helper('two')))
      expect(server.family()).toHaveLength(4)
      await server.stop(signal)
      await expect.poll(() => server.family(), { timeout: 10_000 }).toEqual([])
    }
  })

  test('code that cannot be loaded is told once, and by a worker that started from nothing', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    const from = server.stderr.length
    await reload(() => write('helper.py', 'print("about to fail")\nVALUE = undefined_name\n'))
    await server.logged(/\n[^\n]*NameError[^\n]*\n/, from)
    await reload(() => write('helper.py', helper('repaired')))
    const log = server.stderr.slice(from)
    expect(log.match(/about to fail/g)).toHaveLength(1)
    expect(log.match(/Traceback/g)).toHaveLength(1)
    expect(log).toMatch(/out of the template is no use \(NameError.*from nothing takes its place/)
    expect(await ask()).toMatchObject({ helper: 'repaired', parent: pid })
  })

  test('code that fails after a while is tried again from nothing, too', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    const slow = (end: string) => `import os, time
print("loading in", os.getppid())
time.sleep(1.2)
${end}
`
    const from = server.stderr.length
    await reload(() => write('helper.py', slow('VALUE = undefined_name')))
    const parents = [...server.stderr.slice(from).matchAll(/loading in (\d+)/g)].map(([, id]) =>
      Number(id),
    )
    expect(parents).toEqual([pid, server.pid])
    await reload(() => write('helper.py', slow('VALUE = "slow"')))
    expect(await ask()).toMatchObject({ helper: 'slow', parent: pid })
    // Its conditions are those of a forked worker: the next one is forked as well.
    await reload(() => write('helper.py', helper('two')))
    expect(await ask()).toMatchObject({ helper: 'two', parent: pid })
  })

  test('code that ends the process is told once, and by a worker that started from nothing', async () => {
    const { server, ask, template, reload, write } = await project()
    const pid = await template()
    const from = server.stderr.length
    write('helper.py', 'import os\nos.write(2, b"about to end\\n")\nos._exit(7)\n')
    await server.logged(/workers in a row died while they started/, from)
    const log = server.stderr.slice(from)
    expect(log.match(/about to end/g)).toHaveLength(1)
    expect(log.match(/exited with status 7/g)?.length).toBeGreaterThan(0)
    expect(log.match(/\(pid \d+\) exited with status 7$/gm)).toHaveLength(1)
    await reload(() => write('helper.py', helper('repaired')))
    expect(await ask()).toMatchObject({ helper: 'repaired', parent: pid })
  })

  test('gives no two workers the same random numbers', async () => {
    const { server, template, reload, write } = await project([
      '--processes',
      '2',
      '--threads',
      '1',
    ])
    await ask(server.url('/random'))
    await template()
    await reload(() => write('helper.py', helper('two')))
    const seen = new Map<string, string>()
    for (let at = 0; at < 4; at++) {
      const { body } = await ask(server.url('/random'))
      for (const number of JSON.parse(body) as number[]) seen.set(String(number), body)
    }
    expect(seen.size).toBe(8)
  })

  test('follows another configuration', async () => {
    const { server, ask, template, reload, write } = await project([
      '--envvars-script',
      'envvars.sh',
    ])
    const before = await template()
    const from = server.stderr.length
    server.signal('SIGHUP')
    await server.logged(/\] (SIGHUP: )?reload(ed|.* failed) /, from)
    const after = await template(from)
    expect(after).not.toBe(before)
    await reload(() => write('helper.py', helper('two')))
    expect(await ask()).toMatchObject({ helper: 'two', parent: after })
  })

  test('is shown as such in listings', async () => {
    const { ask, template, reload, write } = await project()
    const pid = await template()
    await reload(() => write('helper.py', helper('two')))
    const uid = process.getuid!()
    const title = (of: number) => readFileSync(`/proc/${of}/cmdline`, 'latin1').split('\0')[0]
    expect(title(pid)).toBe(`(wsgi:localhost:0:${uid} template)`)
    expect(title((await ask()).pid)).toBe(`(wsgi:localhost:0:${uid})`)
  })
})

test('--cold-restart: every worker starts from nothing', async () => {
  const { server, ask, reload, write } = await project(['--cold-restart'])
  await ask()
  for (const value of ['two', 'three']) {
    await reload(() => write('helper.py', helper(value)))
    const facts = await ask()
    expect(facts).toMatchObject({ helper: value, parent: server.pid })
    expect(facts.importedBy).toBe(facts.pid)
  }
  expect(server.stderr).not.toContain('template')
})

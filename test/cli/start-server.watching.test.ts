/** What a running server watches, and by what means: globs, polling, limits of the system. */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { type RunOptions, runCommand, startServer } from '../rig/server.js'

const script = `
import helper
import generated.parts

def application(environ, start_response):
    with open("config/site.yaml") as config:
        text = helper.VALUE + ", " + config.read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
`

/** A site that serves, and has been asked once. */
async function site(args: readonly string[] = [], options: RunOptions = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  write('helper.py', 'VALUE = "helper one"\n')
  write('generated/parts.py', '')
  write('config/site.yaml', 'config one')
  write('app.py', script)
  const server = await startServer(
    ['app.py', '--reload-on-changes', '--log-level', 'notice', ...args],
    { cwd: folder, ...options },
  )
  const body = async () => (await ask(server.url())).body
  await body()
  /** The files of all changes so far, once there are so many. */
  const changes = async (times: number) => {
    const pattern = /\] reloaded (.*) in [\d.]+ m?s \(/g
    const lines = () => [...server.stderr.matchAll(pattern)].map(found => found[1])
    await server.until(() => lines().length >= times, `change number ${times}`)
    return lines()
  }
  const pollingLines = () =>
    server.stderr.split('\n').filter(line => line.includes('polled for changes'))
  return { server, folder, write, body, changes, pollingLines }
}

describe('--reload-include and --reload-exclude', () => {
  test('say what a reason for a reload is', async () => {
    const { write, body, changes } = await site([
      ...['--reload-include', '*.yaml', '--reload-include', '.env'],
      ...['--reload-exclude', 'generated/', '--reload-exclude', 'local.yaml'],
    ])
    expect(await body()).toBe('helper one, config one')
    write('generated/parts.py', 'VALUE = 2\n')
    write('config/local.yaml', 'one')
    write('config/site.yaml', 'config one')
    write('.env', 'A=1')
    expect(await changes(1)).toEqual(['.env'])
    write('config/site.yaml', 'config two')
    expect(await changes(2)).toEqual(['.env', 'config/site.yaml'])
    expect(await body()).toBe('helper one, config two')
    write('helper.py', 'VALUE = "helper two"\n')
    expect(await changes(3)).toEqual(['.env', 'config/site.yaml', 'helper.py'])
    expect(await body()).toBe('helper two, config two')
  })

  test('without them files that are no code are none', async () => {
    const { write, changes } = await site()
    write('config/site.yaml', 'config two')
    write('helper.py', 'VALUE = "helper two"\n')
    expect(await changes(1)).toEqual(['helper.py'])
  })

  test.each(['--reload-include', '--reload-exclude'])('%s needs a glob', async option => {
    const command = runCommand(['start-server', option, ' '])
    expect((await command.exited).code).toBe(2)
    expect(command.stderr).toContain(`${option} expects a value that is not empty, got " "`)
  })
})

describe.runIf(process.platform === 'linux')('polling', () => {
  test.each(['CHOKIDAR_USEPOLLING', 'WATCHFILES_FORCE_POLLING'])(
    '%s=1 polls from the start, and says so',
    async name => {
      const { server, write, body, changes, pollingLines } = await site([], {
        env: { [name]: '1' },
      })
      expect(pollingLines()).toHaveLength(1)
      expect(pollingLines()[0]).toContain(`files are polled for changes (${name}=1)`)
      expect(inotifyWatches(server.pid)).toBe(0)
      write('helper.py', 'VALUE = "helper two"\n')
      expect(await changes(1)).toEqual(['helper.py'])
      expect(await body()).toBe('helper two, config one')
    },
  )

  test('events are what a server has otherwise: one watch for a folder', async () => {
    const { server, body, pollingLines } = await site()
    // Where the machine has the folder of its tests on a file system without events.
    if (pollingLines().length > 0) return
    while (inotifyWatches(server.pid) < 2) await body()
    expect(inotifyWatches(server.pid)).toBeLessThan(10)
  })
})

/** Limits of inotify can be set lower for a user namespace alone, where the machine lets anybody have one. */
const hasNamespaces =
  spawnSync('unshare', ['-U', '-r', 'sh', '-c', 'echo 9 > /proc/sys/user/max_inotify_watches'])
    .status === 0

describe.runIf(hasNamespaces)('a limit of inotify', () => {
  test.each([
    ['max_inotify_watches', 1],
    ['max_inotify_watches', 0],
    ['max_inotify_instances', 0],
  ])('%s=%i: one line says so, and all changes are seen', async (name, value) => {
    const limited = `echo ${value} > /proc/sys/user/${name} && exec "$@"`
    const wrapper = ['unshare', '-U', '-r', 'sh', '-c', limited, 'sh']
    const include = ['--reload-include', '*.yaml']
    const { server, write, body, changes, pollingLines } = await site(include, { wrapper })
    await server.logged(/polled for changes from now on/)
    write('helper.py', 'VALUE = "helper two"\n')
    expect(await changes(1)).toEqual(['helper.py'])
    write('config/site.yaml', 'config two')
    expect(await changes(2)).toEqual(['helper.py', 'config/site.yaml'])
    expect(await body()).toBe('helper two, config two')
    expect(pollingLines()).toHaveLength(1)
    expect(pollingLines()[0]).toContain(`the limit user.${name} of ${value} is reached`)
    expect(server.stderr).not.toContain('Unhandled')
    expect((await server.stop()).code).toBe(0)
  })
})

/** Watches that a process has, by what Linux tells of its descriptors. */
function inotifyWatches(pid: number): number {
  const folder = `/proc/${pid}/fdinfo`
  const text = readdirSync(folder).map(name => {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      // Closed meanwhile.
      return ''
    }
  })
  return text.join('\n').match(/^inotify /gm)?.length ?? 0
}

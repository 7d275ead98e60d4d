/** Packages that are installed with `pip install -e`: they belong to the project, wherever they lie. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

const script = `
import os
import installed, package

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    facts = [package.VALUE, package.part.VALUE, package.PID, installed.PID, os.getpid(), os.getppid()]
    return [" ".join(map(str, facts)).encode()]
`

const init = (value: string) =>
  `import os\nfrom . import part\nPID = os.getpid()\nVALUE = "${value}"\n`
const part = (value: string) => `VALUE = "${value}"\n`

/** As setuptools writes it for a package that does not lie alone in a folder. */
const finder = (folder: string) => `
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path

MAPPING = {"package": ${JSON.stringify(folder)}}

class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname in MAPPING:
            return spec_from_file_location(fullname, Path(MAPPING[fullname]) / "__init__.py")
        parent, _, child = fullname.rpartition(".")
        if parent and parent in MAPPING:
            return PathFinder.find_spec(fullname, path=[MAPPING[parent]])
        return None

def install():
    sys.meta_path.append(_EditableFinder)
`

test.skipIf(process.platform !== 'linux').each(['a folder on sys.path', 'a finder'])(
  'an editable install by %s is no part of the template, and a save in it counts',
  async way => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    const dist = 'site-packages/package-1.dist-info'
    const source = 'elsewhere/src/package'
    for (const name of ['site', dist, source]) mkdirSync(join(folder, name), { recursive: true })
    write('site-packages/installed.py', 'import os\nPID = os.getpid()\n')
    write(`${dist}/METADATA`, 'Metadata-Version: 2.1\nName: package\nVersion: 1\n')
    const url = `file://${join(folder, 'elsewhere')}`
    write(`${dist}/direct_url.json`, JSON.stringify({ dir_info: { editable: true }, url }))
    if (way === 'a finder') {
      const name = '__editable___package_1_finder'
      write(`site-packages/${name}.py`, finder(join(folder, source)))
      write('site-packages/__editable__.package-1.pth', `import ${name}; ${name}.install()`)
    } else write('site-packages/__editable__.package-1.pth', `${join(folder, 'elsewhere/src')}\n`)
    write(`${source}/__init__.py`, init('one'))
    write(`${source}/part.py`, part('one'))
    write('site/app.py', script)
    const args = [
      '--python-path',
      '../site-packages',
      '--reload-on-changes',
      '--log-level',
      'debug',
    ]
    const server = await startServer(['app.py', ...args], { cwd: join(folder, 'site') })
    const facts = async () => {
      const [value, ofPart, ...numbers] = (await ask(server.url())).body.split(' ')
      const [package_, installed, pid, parent] = numbers.map(Number)
      return { value, ofPart, package: package_, installed, pid, parent }
    }
    expect(await facts()).toMatchObject({ value: 'one', ofPart: 'one' })
    const [, template] = await server.logged(/template \(pid (\d+)\) imported/)
    const save = async (name: string, text: string) => {
      const from = server.stderr.length
      write(`${source}/${name}`, text)
      await server.logged(/\] reloaded /, from)
      const now = await facts()
      // Forked, with what is installed, and without what is the project's.
      expect(now).toMatchObject({ installed: Number(template), parent: Number(template) })
      expect(now.package).toBe(now.pid)
      return now
    }
    // Of the same size, in the same second: bytecode does not tell one from the other.
    expect((await save('__init__.py', init('two'))).value).toBe('two')
    expect((await save('__init__.py', init('six'))).value).toBe('six')
    expect((await save('part.py', part('two'))).ofPart).toBe('two')
  },
)

/**
 * The arrows between the folders of src, and what no file may be called, hold, or grow to.
 * ARCHITECTURE.md draws the layers; this is the same drawing for the machine.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** From top to bottom. A file imports from its own folder and from lower lines, never else. */
const layers = [
  ['bin'],
  ['cli'],
  ['supervisor', 'front', 'load'],
  ['workers', 'static', 'watch', 'http', 'control'],
  ['logging'],
  ['settings'],
  ['base'],
]

const vagueWords = ['util', 'utils', 'helper', 'helpers', 'manager', 'managers', 'misc']
/** Made by running the project, and not part of it. */
const madeFiles = /__pycache__|^examples\/django-site\/static\//
const longestFile = 400
const mayBeLonger = /^src\/settings\/options/
const mayUseConsole = /^src\/(logging|cli)\//

/** A file of the project: its path from the root, with slashes, and its text. */
interface SourceFile {
  readonly path: string
  readonly text: string
}

describe('the files of the project', () => {
  test('have only the arrows of the drawing, short files, and console where text is made', () => {
    const files = [...sourceFiles('src'), ...sourceFiles('bin')]
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap(problemsOf)).toEqual([])
  })

  test('have names that say what they hold', () => {
    const folders = ['src', 'bin', 'python', 'scripts', 'bench', 'examples', 'test']
    expect(folders.flatMap(pathsBelow).flatMap(vagueNames)).toEqual([])
  })
})

describe('problemsOf()', () => {
  const refused: [title: string, path: string, text: string, problem: string][] = [
    [
      'an import of a higher layer',
      'src/base/clock.ts',
      "import { settings } from '../settings/options.js'",
      'src/base/clock.ts imports src/settings/options.ts: settings is above base',
    ],
    [
      'a type import of a higher layer',
      'src/workers/channel.ts',
      "import type {\n  Slot,\n  State,\n} from '../supervisor/slot.js'",
      'src/workers/channel.ts imports src/supervisor/slot.ts: supervisor is above workers',
    ],
    [
      'a re-export of a higher layer',
      'src/settings/check.ts',
      "export * from '../logging/events.js'",
      'src/settings/check.ts imports src/logging/events.ts: logging is above settings',
    ],
    [
      'a dynamic import of a higher layer',
      'src/logging/sink.ts',
      "const x = await import('../cli/main.js')",
      'src/logging/sink.ts imports src/cli/main.ts: cli is above logging',
    ],
    [
      'an import for its effects from a higher layer',
      'src/watch/files.ts',
      "import '../front/server.js'",
      'src/watch/files.ts imports src/front/server.ts: front is above watch',
    ],
    [
      'an import of a neighbour in the same layer',
      'src/front/server.ts',
      "import { fleet } from '../supervisor/fleet.js'",
      'src/front/server.ts imports src/supervisor/fleet.ts: front and supervisor are neighbours',
    ],
    [
      'an import that leaves src',
      'src/cli/main.ts',
      "import { rig } from '../../test/rig/puppet.js'",
      'src/cli/main.ts imports test/rig/puppet.ts: it is in no layer',
    ],
    [
      'a folder that the drawing does not have',
      'src/shared/thing.ts',
      '',
      'src/shared/thing.ts is in no layer',
    ],
    ['a file beside the layers', 'src/index.ts', '', 'src/index.ts is in no layer'],
    [
      'console below the command line',
      'src/front/server.ts',
      "console.log('listening')",
      'src/front/server.ts uses console',
    ],
    [
      'console after a glob in a string',
      'src/watch/files.ts',
      "const globs = ['a/**', 'b']\nconsole.log(globs) /* end */",
      'src/watch/files.ts uses console',
    ],
    [
      'a long file',
      'src/front/server.ts',
      'x\n'.repeat(401),
      'src/front/server.ts has 401 lines, more than 400',
    ],
  ]
  test.each(refused)('refuses %s', (_title, path, text, problem) => {
    expect(problemsOf({ path, text })).toEqual([problem])
  })

  const accepted: [title: string, path: string, text: string][] = [
    ['an import of a lower layer', 'src/cli/main.ts', "import { x } from '../base/clock.js'"],
    ['an import within a folder', 'src/base/clock.ts', "import { x } from './deferred.js'"],
    ['an import of a package', 'src/watch/files.ts', "import { watch } from 'chokidar'"],
    ['an import of Node', 'src/base/clock.ts', "import { x } from 'node:timers'"],
    ['the compiled command line in bin', 'bin/modwsgi-dev.js', "import '../dist/cli/main.js'"],
    ['an import in a comment', 'src/base/a.ts', "// import { x } from '../cli/main.js'\n"],
    ['console in a comment', 'src/base/a.ts', '/* not console.log */'],
    ['console in a comment after code', 'src/base/a.ts', "call('x') // not console.log"],
    ['console in src/logging', 'src/logging/terminal.ts', 'console.log(1)'],
    ['console in src/cli', 'src/cli/main.ts', 'console.error(1)'],
    ['a long table of options', 'src/settings/options.ts', 'x\n'.repeat(900)],
    ['400 lines', 'src/base/a.ts', 'x\n'.repeat(400)],
  ]
  test.each(accepted)('accepts %s', (_title, path, text) => {
    expect(problemsOf({ path, text })).toEqual([])
  })
})

describe('vagueNames()', () => {
  test.each(['src/utils/a.ts', 'src/base/helpers.ts', 'src/front/connection-manager.ts'])(
    'refuses %s',
    path => {
      expect(vagueNames(path)).toHaveLength(1)
    },
  )

  test('refuses a vague part of a Python name', () => {
    expect(vagueNames('python/modwsgi_dev_worker/socket_utils.py')).toEqual([
      'python/modwsgi_dev_worker/socket_utils.py: "utils" does not say what it holds',
    ])
  })

  test.each(['src/base/clock.ts', 'src/front/management.ts', 'examples/django-site/manage.py'])(
    'accepts %s',
    path => {
      expect(vagueNames(path)).toEqual([])
    },
  )
})

/** What is wrong with one file of src or bin, as sentences. */
function problemsOf({ path, text }: SourceFile): string[] {
  const code = withoutComments(text)
  const problems = importsOf(code).flatMap(imported => arrowProblems(path, imported))
  if (layerOf(path) === undefined) problems.unshift(`${path} is in no layer`)
  if (/\bconsole\./.test(code) && !mayUseConsole.test(path)) problems.push(`${path} uses console`)
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines > longestFile && !mayBeLonger.test(path)) {
    problems.push(`${path} has ${lines} lines, more than ${longestFile}`)
  }
  return problems
}

/** Sample: `connection-manager.ts` has the part `manager`. */
function vagueNames(path: string): string[] {
  const parts = path.toLowerCase().split(/[/\-_.]/)
  return parts
    .filter(part => vagueWords.includes(part))
    .map(part => `${path}: "${part}" does not say what it holds`)
}

/** Comments go; strings stay, also those that hold the start of a comment (a glob). */
function withoutComments(text: string): string {
  const stringOrComment =
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/.*/g
  return text.replace(stringOrComment, (_whole, string: string | undefined) => string ?? '')
}

/** The names that a file imports from, in every form an import has. */
function importsOf(code: string): string[] {
  const forms = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g
  return [...code.matchAll(forms)].map(match => match[2]!)
}

function arrowProblems(path: string, imported: string): string[] {
  if (!imported.startsWith('.')) return []
  const target = posix
    .join(posix.dirname(path), imported)
    .replace(/^dist\//, 'src/')
    .replace(/\.js$/, '.ts')
  const [from, to] = [layerOf(path), layerOf(target)]
  const arrow = `${path} imports ${target}`
  if (from === undefined) return []
  if (to === undefined) return [`${arrow}: it is in no layer`]
  if (from.name === to.name || from.level < to.level) return []
  if (from.level === to.level) return [`${arrow}: ${from.name} and ${to.name} are neighbours`]
  return [`${arrow}: ${to.name} is above ${from.name}`]
}

function layerOf(path: string): { name: string; level: number } | undefined {
  const [top, folder, file] = path.split('/')
  const name = top === 'src' && file !== undefined ? folder! : top === 'bin' ? 'bin' : ''
  const level = layers.findIndex(layer => layer.includes(name))
  return level === -1 ? undefined : { name, level }
}

function sourceFiles(folder: string): SourceFile[] {
  return pathsBelow(folder)
    .filter(path => /\.(ts|js)$/.test(path))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function pathsBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(path => !madeFiles.test(path))
    .sort()
}

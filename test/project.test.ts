/** What holds for the repository as a whole, and for the scripts that judge it. */
import { execFileSync } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { countUnittest, countVitest } from '../scripts/test-results.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const textOf = (path: string) => readFile(join(root, path), 'utf8')

describe('the repository', () => {
  test('says in ARCHITECTURE.md what each dependency is for', async () => {
    const { dependencies, devDependencies } = JSON.parse(await textOf('package.json'))
    const page = await textOf('ARCHITECTURE.md')
    const names = Object.keys({ ...dependencies, ...devDependencies })
      .filter(name => !name.startsWith('@types/'))
      .map(name => name.replace(/^@[^/]+\//, ''))
    expect(names.filter(name => !new RegExp(`\\b${name}\\b`, 'i').test(page))).toEqual([])
  })

  test.each(['CHANGELOG.md', 'LICENSE', 'README.md', 'CONTRIBUTING.md', '.ci/run'])(
    'has %s',
    async path => {
      expect(await textOf(path)).not.toBe('')
    },
  )

  test.each(['bin/modwsgi-dev.js', '.ci/run'])('has an executable %s', async path => {
    await access(join(root, path), constants.X_OK)
  })

  test('locks versions and checksums of packages, not where they came from', async () => {
    expect(await textOf('package-lock.json')).not.toContain('"resolved"')
  })

  test('names no package registry and no folder of the machine it was written on', async () => {
    const found = await Promise.all(
      committedFiles().map(async path => placesIn(path, await textOf(path).catch(() => ''))),
    )
    expect(found.flat()).toEqual([])
  })
})

describe('placesIn()', () => {
  test.each([
    `see https://${['registry', 'npmjs', 'org'].join('.')}/pino`,
    `--index-url https://${['pypi', 'org'].join('.')}/simple`,
    `https://${['files', 'pythonhosted', 'org'].join('.')}/x.whl`,
    `cd ${['', 'work', 'main'].join('/')}`,
  ])('finds a place in %j', text => {
    expect(placesIn('a.md', `first\n${text}\n`)).toHaveLength(1)
  })

  test.each(['https://pypi.org/project/Django/', 'src/work/queue.ts', 'npm ci'])(
    'finds nothing in %j',
    text => {
      expect(placesIn('a.md', text)).toEqual([])
    },
  )
})

describe('countUnittest()', () => {
  test.each([
    ['Ran 12 tests in 0.3s\n\nOK', 0, 12, 0],
    ['Ran 1 test in 0.3s\n\nOK', 0, 1, 0],
    ['Ran 12 tests in 0.3s\n\nOK (skipped=2)', 0, 10, 0],
    ['Ran 12 tests in 0.3s\n\nOK (skipped=2, expected failures=1)', 0, 9, 0],
    ['Ran 12 tests in 0.3s\n\nFAILED (failures=1, errors=2, skipped=3)', 1, 6, 3],
    ['Ran 12 tests in 0.3s\n\nFAILED (unexpected successes=1)', 1, 11, 1],
    ['Ran 0 tests in 0.0s\n\nNO TESTS RAN', 5, 0, 1],
    ['Ran 12 tests in 0.3s\n\nOK\nFatal Python error', 134, 12, 1],
    ['Segmentation fault', 139, 0, 1],
  ])('reads %j with exit code %i', (output, code, passed, failed) => {
    expect(countUnittest(output, code)).toEqual({ passed, failed })
  })
})

describe('countVitest()', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map(status => ({ status })),
  })
  test.each([
    ['tests that passed', [file('passed', 'passed', 'passed')], 0, { passed: 2, failed: 0 }],
    ['a test that failed', [file('failed', 'passed', 'failed')], 1, { passed: 1, failed: 1 }],
    ['a file that could not be loaded', [file('failed')], 1, { passed: 0, failed: 1 }],
    ['an error outside of all tests', [file('passed', 'passed')], 1, { passed: 1, failed: 1 }],
  ])('counts %s', (_title, testResults, code, expected) => {
    const all = testResults.flatMap(({ assertionResults }) => assertionResults)
    const numPassedTests = all.filter(({ status }) => status === 'passed').length
    const numFailedTests = all.length - numPassedTests
    const report = JSON.stringify({ testResults, numPassedTests, numFailedTests })
    expect(countVitest(report, code)).toEqual(expected)
  })

  test('counts a run without a report as failed', () => {
    expect(countVitest(undefined, 0)).toEqual({ passed: 0, failed: 1 })
  })
})

/** Tracked files and new ones that are not ignored, so that a file is judged before it is committed. */
function committedFiles(): string[] {
  // The clone may belong to somebody else (a container, CI); git refuses to read such a one by itself.
  const options = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others']
  const output = execFileSync('git', [...options, '--exclude-standard'], { cwd: root })
  return output.toString().split('\0').filter(Boolean)
}

/** The lines of a text that name a place which only the writer's machine can know. */
function placesIn(path: string, text: string): string[] {
  const hosts = [
    'registry\\.npmjs',
    'registry\\.yarnpkg',
    'pypi\\.org/simple',
    'pythonhosted\\.org',
  ]
  const place = new RegExp(`${hosts.join('|')}|(?<![\\w.-])/[w]ork/`)
  return text
    .split('\n')
    .flatMap((line, index) => (place.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))
}

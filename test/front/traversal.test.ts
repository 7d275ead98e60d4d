/** That no target names a file outside of what is served. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTarget } from '../../src/front/request-target.js'
import { openStaticSite, type StaticSite } from '../../src/static/site.js'
import { targets } from '../parity/scenarios/traversal.mjs'
import { optionsFor, temporaryFolder } from '../static/served-site.js'

describe('whatever a target says', () => {
  const parts = [
    ...['/', '//', '\\', '%2f', '%5c', '%252f', '..', '.', '%2e', '%2E%2e', '%252e', ';', '?', '#'],
    ...['st', 'static', 'inner', 'one.txt', 'a.txt', 'secret.txt', 'site', 'out', '%00', '%c0%ae'],
    ...['http://localhost', 'st-secret', '-secret', ' ', '%20', ':', '~', '*', 'x', 'bare', '\xff'],
  ]

  test('only files in the served folders are found: a list of targets', () => {
    const { site, served } = makeSite()
    for (const target of targets) expectServed(site, served, target)
    // The list does find files.
    const found = targets.filter(target => fileOf(site, target) !== null)
    expect(found.length).toBeGreaterThan(10)
  })

  test('only files in the served folders are found: any targets', () => {
    const { site, served } = makeSite()
    const anyTarget = fc.array(fc.constantFrom(...parts), { maxLength: 12 })
    fc.assert(
      fc.property(fc.constantFrom('/', '/st', '/st/', ''), anyTarget, (begin, rest) => {
        expectServed(site, served, begin + rest.join(''))
      }),
      { numRuns: 2000 },
    )
  })
})

function expectServed(site: StaticSite, served: readonly string[], target: string): void {
  const path = fileOf(site, target)
  if (path === null) return
  const isServed = served.some(folder => path.startsWith(`${folder}/`))
  expect([target, path, isServed]).toEqual([target, path, true])
  expect([target, path.split('/').includes('..')]).toEqual([target, false])
}

/** The name of the file that answers; null for none. */
function fileOf(site: StaticSite, target: string): string | null {
  const parsed = parseTarget(target)
  if (typeof parsed === 'number') return null
  const resolution = site.resolve(parsed.path)
  return resolution.kind === 'file' ? resolution.file.path : null
}

function makeSite() {
  const folder = temporaryFolder({
    'secret.txt': '',
    'st-secret/x.txt': '',
    'site-secret/x.txt': '',
    'st/a.txt': '',
    'st/bare/x.txt': '',
    'st/x': '',
    'inner/x': '',
    'inner/x.txt': '',
    'site/a.txt': '',
    'site/x': '',
    'elsewhere/x': '',
    'elsewhere/secret.txt': '',
  })
  symlinkSync('../elsewhere', join(folder, 'st/out'))
  const aliases = [
    ['/st', 'st'],
    ['/static', 'st'],
    ['/st/inner', 'inner'],
    ['/one.txt', 'st/a.txt'],
    ['/slash/', 'st/'],
  ] as const
  const site = openStaticSite(
    optionsFor(join(folder, 'site'), {
      aliases: aliases.map(([path, target]) => [path, join(folder, target)] as const),
    }),
  )
  return { site, served: ['st', 'inner', 'site'].map(name => join(folder, name)) }
}

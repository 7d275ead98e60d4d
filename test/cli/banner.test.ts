import { describe, expect, test } from 'vitest'
import { banner } from '../../src/cli/banner.js'
import { planSite } from '../../src/cli/site-plan.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'

/** The lines for some settings, as label and text. */
function linesFor(values: Partial<Settings>, port = 8000): Map<string, string> {
  const settings = { ...defaultSettings, ...values }
  const plan = planSite(settings, null, { cwd: '/site', env: {}, uid: 1000 })
  const lines = banner(settings, plan, null, port).trimEnd().split('\n')
  return new Map(lines.map(line => [line.slice(0, 19).trimEnd(), line.slice(21)]))
}

describe('banner()', () => {
  test.each<[Partial<Settings>, number, string]>([
    [{}, 8000, 'http://localhost:8000/'],
    [{}, 80, 'http://localhost/'],
    [{ serverName: 'www.example.org' }, 8000, 'http://www.example.org:8000/'],
    [{ host: '::1' }, 8000, 'http://[::1]:8000/'],
  ])('with %j on port %i names %s', (values, port, url) => {
    expect(linesFor(values, port).get('Server URL')).toBe(url)
  })

  test.each<[Partial<Settings>, string]>([
    [{}, '5 (1 process * 5 threads)'],
    [{ processes: 2, threads: 1 }, '2 (2 processes * 1 threads)'],
  ])('with %j tells the capacity %s', (values, capacity) => {
    expect(linesFor(values).get('Request Capacity')).toBe(capacity)
  })

  test.each<[Partial<Settings>, string]>([
    [{}, 'when the script changes, with the next request'],
    [{ reloadOnChanges: true }, 'when loaded code changes (--reload-on-changes)'],
    [
      { reloadOnChanges: true, liveReload: true },
      'when loaded code changes, with the pages in the browser (--live-reload)',
    ],
    [
      { reloadOnChanges: true, liveReload: true, disableReloading: true },
      'never (--disable-reloading)',
    ],
  ])('with %j says that code is reloaded %s', (values, rule) => {
    expect(linesFor(values).get('Reload')).toBe(rule)
  })

  test('leaves out times that are off, and files that are not given', () => {
    const names = ['Startup Timeout', 'Interrupt Timeout', 'Rewrite Rules', 'Environ Variables']
    const present = (values: Partial<Settings>) =>
      names.filter(name => linesFor(values).get(name) !== undefined)
    expect(present({ startupTimeout: 0 })).toEqual([])
    const given = { interruptTimeout: 1, rewriteRules: '/rules', envvarsScript: '/envvars' }
    expect(present(given)).toEqual(names)
  })

  test('says how to open the site only where it is closed', () => {
    expect(linesFor({}).get('Reachable From')).toContain('--host 0.0.0.0')
    expect(linesFor({ host: '0.0.0.0' }).has('Reachable From')).toBe(false)
  })
})

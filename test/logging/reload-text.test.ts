import { expect, describe as suite, test } from 'vitest'
import { describe } from '../../src/logging/describe.js'
import type { EntryEvent } from '../../src/logging/events.js'

const reloaded: Extract<EntryEvent, { type: 'reloaded' }> = {
  type: 'reloaded',
  files: ['/site/mysite/views.py'],
  folder: '/site',
  by: null,
  seconds: 0.034,
  importSeconds: 0.012,
  workers: 1,
  warm: 1,
  error: null,
  generation: 3,
}

suite('what is told of a reload', () => {
  test.each([
    [{}, 'reloaded mysite/views.py in 34 ms (warm: import 12 ms, 1 worker)'],
    [
      { warm: 0, workers: 2, seconds: 1.24, importSeconds: 1.04 },
      'reloaded mysite/views.py in 1.2 s (cold: import 1.0 s, 2 workers)',
    ],
    [
      { warm: 1, workers: 2 },
      'reloaded mysite/views.py in 34 ms (1 of 2 warm: import 12 ms, 2 workers)',
    ],
    [{ by: 'SIGHUP', files: [] }, 'SIGHUP: reloaded in 34 ms (warm: import 12 ms, 1 worker)'],
    [{ by: 'SIGHUP' }, 'SIGHUP: reloaded mysite/views.py in 34 ms (warm: import 12 ms, 1 worker)'],
    [
      { error: 'NameError: x' },
      'reload of mysite/views.py failed in 34 ms (warm: import 12 ms, 1 worker): NameError: x; each request tries again',
    ],
    [
      { by: 'key r', files: [], error: 'NameError: x' },
      'key r: reload failed in 34 ms (warm: import 12 ms, 1 worker): NameError: x; each request tries again',
    ],
  ])('%j', (changes, text) => {
    expect(describe({ ...reloaded, ...changes }, 0).text).toBe(text)
  })

  test('a failure is an error, and its fields are there', () => {
    expect(describe({ ...reloaded, error: 'NameError: x' }, 0)).toMatchObject({
      level: 'error',
      generation: 3,
      details: { files: ['/site/mysite/views.py'], warm: 1, error: 'NameError: x', total_ms: 34 },
    })
    expect(describe(reloaded, 0).level).toBe('warn')
  })

  test('three files have their names, as seen from the folder where they lie in it', () => {
    const files = ['/site/a.py', '/lib/b.py', '/site/..c.py', '/site/d.py', '/site/e.py']
    const entry = describe({ type: 'changed', files, folder: '/site', generation: 1 }, 0)
    expect(entry.text).toBe('changed: a.py, /lib/b.py, ..c.py and 2 more; new workers are starting')
    expect(entry.details).toEqual({ files })
  })

  test('slow imports are a table', () => {
    const imports = [
      ['mysite.models', 1.24, 2.04, true],
      ['numpy', 0.034, 0.034, false],
    ] as const
    const entry = describe({ type: 'slowImports', slot: 1, seconds: 2.5, imports }, 0)
    expect(entry.text).toBe(
      [
        'the application took 2.5 s to load; slowest imports (own time, time with what they import):',
        '   1.2 s    2.0 s  mysite.models (project)',
        '   34 ms    34 ms  numpy',
      ].join('\n'),
    )
    expect(entry.details).toEqual({
      import_ms: 2500,
      imports: [
        { module: 'mysite.models', own_ms: 1240, total_ms: 2040, project: true },
        { module: 'numpy', own_ms: 34, total_ms: 34, project: false },
      ],
    })
  })
})

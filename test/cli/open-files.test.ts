import { expect, test } from 'vitest'
import { mostConnections, openFileLimit } from '../../src/cli/open-files.js'

test.each([
  [1024, 3, 5, 906],
  [1024, 1, 25, 918],
  [64, 3, 5, 10],
  [null, 3, 5, Number.POSITIVE_INFINITY],
])(
  'mostConnections() leaves room for everything else: %j for %i x %i',
  (limit, processes, threads, most) => {
    expect(mostConnections(limit, { processes, threads })).toBe(most)
  },
)

test.runIf(process.platform === 'linux')('openFileLimit() reads that of this process', () => {
  expect(openFileLimit()).toBeGreaterThan(0)
})

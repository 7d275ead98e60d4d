import { expect, test } from 'vitest'
import { acceptsGzip } from '../../../src/front/compression/gzip-acceptance.js'

test.each([
  ['gzip', true],
  ['br, GZIP;q=0.1', true],
  ['x gzip', true],
  ['br;x="a,b",gzip', true],
  ['br;,gzip', true],
  ['gzip;q=0.001', true],
  // As it is, a number written in another way is not looked at.
  ['gzip;q=00', true],
  ['gzip;x=y;q=0', true],
  ['gzip;Q=0', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['gzip;q=0, gzip', false],
  ['', false],
  [',gzip', false],
  ['br;;gzip', false],
  ['"gzip"', false],
  ['br;x="a,gzip', false],
  ['x-gzip', false],
  ['*', false],
])('%s: %s', (list, accepted) => {
  expect(acceptsGzip(list)).toBe(accepted)
})

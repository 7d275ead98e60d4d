import { expect, test } from 'vitest'
import { isLogged, readLevels } from '../../src/logging/levels.js'

test.each([
  ['warn', 'wsgi', 'error', true],
  ['crit', 'wsgi', 'error', false],
  ['INFO', 'wsgi', 'info', true],
  ['wsgi:crit', 'wsgi', 'error', false],
  ['wsgi:crit', 'core', 'warn', true],
  ['crit mod_wsgi.c:error', 'wsgi', 'error', true],
  ['error wsgi_module:trace1', 'wsgi', 'trace2', false],
] as const)('readLevels(%j) for %s:%s', (text, module, level, logged) => {
  expect(isLogged(readLevels(text), module, level)).toBe(logged)
})

import { expect, test } from 'vitest'
import { closest, didYouMean } from '../../src/settings/closest.js'

const names = ['--port', '--host', '--processes', '--process-name', '--threads']

test.each([
  ['--prot', '--port'],
  ['--proceses', '--processes'],
  ['--thread', '--threads'],
  ['--hosst', '--host'],
])('closest() finds for %s %s', (word, name) => {
  expect(closest(word, names)).toBe(name)
})

test('closest() finds nothing for a stranger', () => {
  expect(closest('--verbosity', names)).toBeNull()
})

test('didYouMean() ends a sentence, or leaves it', () => {
  expect(didYouMean('--prot', names)).toBe(', did you mean --port')
  expect(didYouMean('--verbosity', names)).toBe('')
})

import { expect, test } from 'vitest'
import { uniqueVary } from '../../src/front/vary.js'

test('uniqueVary() keeps the first of words that are the same', () => {
  const cases = [
    ['Cookie', 'Cookie'],
    ['Accept, Cookie', 'Accept,Cookie'],
    ['a A\tb,,a ,', 'a,b'],
    ['*, a', '*,a'],
    ['a;b', 'a;b'],
    [',', ','],
    ['', ''],
  ]
  for (const [value, unique] of cases) expect([value, uniqueVary(value!)]).toEqual([value, unique])
})

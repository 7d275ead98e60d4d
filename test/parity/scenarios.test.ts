import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scenarioFiles } from './scenarios/index.mjs'

test('every scenario file is held to its recording by one test file', () => {
  const tests = readdirSync(new URL('.', import.meta.url)).filter(name => name.endsWith('.test.ts'))
  const held = tests.flatMap(name => {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8')
    return [...(/holdToRecorded\(([^)]+)\)/.exec(text)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      ([, file]) => file!,
    )
  })
  expect(held.toSorted()).toEqual(Object.keys(scenarioFiles).toSorted())
})

/**
 * The scenarios of this folder against what the real mod_wsgi-express did, as recorded by `npm run
 * parity:record`. (`npm run parity` compares both live.)
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { testPython } from '../rig/python-environment.js'
import { compare, describeDifference } from './runner/compare.mjs'
import { runScenario } from './runner/run.mjs'
import { ownTool } from './runner/tools.mjs'
import { scenarioFiles } from './scenarios/index.mjs'

const rows = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8')

describe.each(Object.entries(scenarioFiles))('%s', (file, scenarios) => {
  const path = new URL(`recorded/${file}.json`, import.meta.url)
  const recorded = JSON.parse(readFileSync(path, 'utf8'))

  test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
    '%s',
    async (name, scenario) => {
      const seen = { [name]: await runScenario(ownTool(testPython()), scenario) }
      const { differing } = compare([scenario], recorded, seen)
      expect(differing.map(describeDifference).join('\n')).toBe('')
    },
    120_000,
  )

  test('what differs on purpose is a row of docs/differences.md', () => {
    const named = scenarios.flatMap(({ differs }) => Object.values(differs ?? {}))
    expect(named.filter(row => !rows.includes(`\n| ${row} |`))).toEqual([])
  })
})

/**
 * Tests that hold us to what the real mod_wsgi-express did, as recorded by `npm run parity:record`. (`npm run
 * parity` compares both live.) The scenario files are spread over several test files, which run side by side.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { testPython } from '../rig/python-environment.js'
import { compare, describeDifference } from './runner/compare.mjs'
import { runScenario, type Scenario } from './runner/run.mjs'
import { accountCanUse, ownTool } from './runner/tools.mjs'
import { scenarioFiles } from './scenarios/index.mjs'

const rows = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8')

/** False: the tests run as root, from where no other account can read, and root may read everything. */
const hasAccount = process.getuid?.() !== 0 || accountCanUse(testPython())

/** @param files names of scenario files */
export function holdToRecorded(...files: string[]): void {
  for (const file of files) describe(file, () => holdFile(file, scenarioFiles[file]!))
}

function holdFile(file: string, scenarios: readonly Scenario[]): void {
  const path = new URL(`recorded/${file}.json`, import.meta.url)
  const recorded = JSON.parse(readFileSync(path, 'utf8'))

  test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
    '%s',
    async (name, scenario) => {
      const chosen = hasAccount ? scenario : withoutAccount(scenario)
      const seen = { [name]: await runScenario(ownTool(testPython()), chosen) }
      const { differing } = compare([chosen], recorded, seen)
      expect(differing.map(describeDifference).join('\n')).toBe('')
    },
    120_000,
  )

  const needy = scenarios.flatMap(({ asAccount = [] }) => asAccount)
  if (needy.length > 0 && !hasAccount) test.skip(`not as root: ${needy.join(', ')}`, () => {})

  test('what differs on purpose is a row of docs/differences.md', () => {
    const named = scenarios.flatMap(({ differs }) => Object.values(differs ?? {}))
    expect(named.filter(row => !rows.includes(`\n| ${row} |`))).toEqual([])
  })
}

function withoutAccount(scenario: Scenario): Scenario {
  const needy = scenario.asAccount ?? []
  const probes = Object.entries(scenario.probes).filter(([probe]) => !needy.includes(probe))
  return { ...scenario, probes: Object.fromEntries(probes) }
}

/** Targets that try to leave what is served, over sockets: the answers are those of the real tool, and none has a secret. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { holdToRecorded } from './recorded.js'
import { targets } from './scenarios/traversal.mjs'

holdToRecorded('traversal')

test('there are many of them, and the real tool gives no secret away', () => {
  const recorded = readFileSync(new URL('recorded/traversal.json', import.meta.url), 'utf8')
  expect(targets.length).toBeGreaterThan(400)
  expect(recorded).not.toContain('the secret')
  expect(recorded).not.toContain('"failed"')
})

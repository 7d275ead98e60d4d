import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allOptions } from '../../src/settings/options.js'
import { optionsPage } from '../../src/settings/options-page.js'

test('docs/options.md is what optionsPage() makes (npm run build, node scripts/write-options-doc.mjs)', () => {
  const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')
  expect(page).toBe(optionsPage())
})

test('optionsPage() has a line for every option, each with the same number of cells', () => {
  const lines = optionsPage().split('\n')
  for (const { name } of allOptions) {
    const line = lines.find(
      line =>
        line.startsWith(`| \`${name}`) ||
        line.startsWith(`| \`-v, ${name}`) ||
        line.includes(`, ${name}\``),
    )
    expect(line?.split(/(?<!\\)\|/)).toHaveLength(7)
  }
})

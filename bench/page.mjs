/** docs/benchmarks.md: the text is written by hand, the results stand between markers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../scripts/step.mjs'

const pageFile = join(projectFolder, 'docs/benchmarks.md')
const end = '<!-- /results -->'

/**
 * Puts results in the place of former ones of the same scenario, or at the end of the page.
 *
 * @param {{ name: string, text: string }[]} results
 */
export function writePage(results) {
  const page = results.reduce(withResult, readFileSync(pageFile, 'utf8'))
  writeFileSync(pageFile, page)
}

/**
 * @param {string} page
 * @param {{ name: string, text: string }} result
 */
export function withResult(page, { name, text }) {
  const start = `<!-- results: ${name} -->`
  const block = `${start}\n${text.trim()}\n${end}`
  const from = page.indexOf(start)
  if (from === -1) return `${page.trimEnd()}\n\n${block}\n`
  const to = page.indexOf(end, from) + end.length
  return page.slice(0, from) + block + page.slice(to)
}

// Writes docs/options.md from the options table; with --check only says whether the file is in step.
// Run it after a build: it reads the table from dist.
import { readFileSync, writeFileSync } from 'node:fs'

const { optionsPage } = await import('../dist/settings/options-page.js')
const target = new URL('../docs/options.md', import.meta.url)
const wanted = optionsPage()

if (!process.argv.includes('--check')) {
  writeFileSync(target, wanted)
} else if (readPage() !== wanted) {
  process.stderr.write('docs/options.md is out of date: run node scripts/write-options-doc.mjs\n')
  process.exitCode = 1
}

function readPage() {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return null
  }
}

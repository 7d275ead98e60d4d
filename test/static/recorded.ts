/** What Apache was seen to answer, kept as tables in `recorded/`. */
import { readFileSync } from 'node:fs'

/** The rows of a recorded table: columns parted by tabs, comments and empty lines left out. */
export function recordedRows(name: string): string[][] {
  const text = readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8')
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return lines.map(line => line.split('\t'))
}

/** Words about an option that both `--help` and the docs page use. */
import type { OptionRow } from './option-row.js'

/** `--url-alias URL-PATH FILE-PATH|DIRECTORY-PATH`; short spellings come first. */
export function optionSynopsis(row: OptionRow): string {
  const short = row.aliases?.filter(name => !name.startsWith('--')) ?? []
  const names = [...short, row.name].join(', ')
  return row.metavar === undefined ? names : `${names} ${row.metavar}`
}

/** The default as one types it, or null where there is none that one could type. */
export function defaultText(row: OptionRow): string | null {
  const value = row.default
  return typeof value === 'number' || typeof value === 'string' ? String(value) : null
}

/** Whether the option can be given more than once. */
export function isRepeatable(row: OptionRow): boolean {
  return row.type === 'string' && row.repeatable === true
}

/** `works`, `not yet` or `no effect: ` and why. */
export function stateText(row: OptionRow): string {
  if (row.parity === 'works') return 'works'
  return row.parity === 'not-yet' ? 'not yet' : `no effect: ${row.why}`
}

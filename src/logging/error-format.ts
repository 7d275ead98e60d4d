/**
 * `--error-log-format`: an ErrorLogFormat of Apache, read once and then applied to each entry. A field, from
 * one blank to the next, disappears when a directive in it has nothing to tell.
 */
import { eachLine } from './apache-format.js'
import { type ErrorDirective, errorDirectives } from './error-directives.js'
import type { LogEntry } from './events.js'
import { FormatError, readDirective, unquoted } from './format-text.js'
import { apacheLevel } from './levels.js'
import type { ServerNames } from './server-names.js'

interface Item {
  /** A field begins here. */
  startsField: boolean
  /** Null: the message. */
  give: ErrorDirective | null
  argument: string
  /** Shown at this level of severity (0 emerg to 7 debug and on) and for what is less severe. */
  from: number
  /** Nothing to tell is shown as a hyphen. */
  hyphen: boolean
}

/**
 * Gives what makes lines of an entry.
 *
 * @throws FormatError for what Apache refuses
 */
export function errorFormat(format: string, server: ServerNames): (entry: LogEntry) => string {
  const items = readItems(unquoted(format))
  if (!items.some(({ give }) => give === null)) {
    throw new FormatError('has to contain %M, the message')
  }
  return entry => eachLine(entry, message => formatLine(items, entry, message, server))
}

function formatLine(
  items: readonly Item[],
  entry: LogEntry,
  message: string,
  server: ServerNames,
): string {
  const level = apacheLevel(entry.level)
  let line = ''
  let fieldStart = 0
  let skipping = false
  for (const { startsField, give, argument, from, hyphen } of items) {
    if (startsField) {
      if (!skipping) fieldStart = line.length
      skipping = false
    }
    if (give === null) {
      line += message
      continue
    }
    if (skipping) continue
    const text = from > level ? '' : give(entry, argument, server) || (hyphen ? '-' : '')
    if (text === '') {
      line = line.slice(0, fieldStart)
      skipping = true
    } else {
      line += text
    }
  }
  return line
}

function readItems(format: string): Item[] {
  const items: Item[] = []
  let at = 0
  let separated = false
  while (at < format.length) {
    // `% ` separates fields without a blank in the line.
    if (format.startsWith('% ', at)) {
      separated = true
      at += 2
      continue
    }
    const [item, end] = format[at] === '%' ? readItem(format, at) : readLiteral(format, at)
    item.startsField ||= separated
    separated = false
    items.push(item)
    at = end
  }
  return items
}

function readItem(format: string, start: number): [Item, number] {
  if (format[start + 1] === '%') return [literal('%', false), start + 2]
  const directive = readDirective(format, start, '+-')
  const { letter, argument, flags, numbers, end } = directive
  if (flags.includes('+')) throw new FormatError('cannot have the flag +')
  const known = Object.hasOwn(errorDirectives, letter) ? errorDirectives[letter]! : undefined
  if (letter !== 'M' && known === undefined) {
    throw new FormatError(`has an unknown directive %${letter}`)
  }
  const give = letter === 'M' ? null : known!
  const from = numbers.at(-1) ?? 0
  return [{ startsField: false, give, argument, from, hyphen: flags.includes('-') }, end]
}

const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' }

/** Text up to a directive or to the blank before the next field. */
function readLiteral(format: string, start: number): [Item, number] {
  let text = ''
  let at = start
  let leading = true
  while (at < format.length && format[at] !== '%' && (format[at] !== ' ' || leading)) {
    const character = format[at]!
    if (character !== ' ') leading = false
    if (character === '\\') {
      const next = format[at + 1]
      text += next === undefined ? '\\' : (escapes[next] ?? next)
      at += 2
    } else {
      text += character
      at++
    }
  }
  return [literal(text, format[start] === ' '), at]
}

function literal(text: string, startsField: boolean): Item {
  return { startsField, give: () => text, argument: '', from: 0, hyphen: false }
}

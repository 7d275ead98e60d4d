/** Values of a TOML file to values of settings; unlike texts they already have a type, which must fit. */
import type { OptionRow } from './option-row.js'
import type { Origin } from './origin.js'
import type { Pair } from './settings.js'
import { readText, wrongValue } from './value-text.js'

/**
 * The value of one key.
 *
 * @throws UserError naming the option, the value and the place, when it is not of the option's type
 */
export function readTomlValue(row: OptionRow, value: unknown, origin: Origin): unknown {
  const fitting = readFitting(row, value, origin)
  if (fitting !== undefined) return fitting
  throw wrongValue(row, show(value), origin, example(row))
}

/** Undefined when the value does not fit. */
function readFitting(row: OptionRow, value: unknown, origin: Origin): unknown {
  if (row.type === 'flag') return typeof value === 'boolean' ? value : undefined
  if (row.type === 'int') return Number.isSafeInteger(value) ? value : undefined
  if (row.type !== 'string') return Number.isFinite(value) ? value : undefined
  if (row.arity === 2) return readPairs(value)
  if (row.repeatable) return readList(value)
  return typeof value === 'string' ? readText(row, value, origin) : undefined
}

function readList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) return undefined
  return value
}

/** Lists of two, or a table when the first values are all different. */
function readPairs(value: unknown): readonly Pair[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const pairs: unknown[] = Array.isArray(value) ? value : Object.entries(value)
  const read = pairs.map(readPair)
  return read.every(pair => pair !== undefined) ? read : undefined
}

/** Numbers are let through: `[404, "/missing"]` is the natural way to write it. */
function readPair(pair: unknown): Pair | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined
  if (!pair.every(item => typeof item === 'string' || typeof item === 'number')) return undefined
  return [String(pair[0]), String(pair[1])]
}

/** How to write it instead, for options whose form in TOML is not obvious. */
function example(row: OptionRow): string {
  if (row.arity === 2) return ', write it as [["first", "second"]]'
  return row.type === 'string' && row.repeatable ? ', write it as ["one", "two"]' : ''
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

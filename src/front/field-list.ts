/** Fields as an array of names and values, alternating, in which names come but once. */
import { fieldName } from './field-names.js'

/** The value of a field; null if it is not there. */
export function fieldValue(fields: readonly string[], name: string): string | null {
  const at = placeOf(fields, name)
  return at < 0 ? null : fields[at + 1]!
}

/** Gives a field a value, in its place if it is there, or else at the end. */
export function setField(fields: string[], name: string, value: string): void {
  const at = placeOf(fields, name)
  if (at < 0) fields.push(name, value)
  else fields[at + 1] = value
}

/** Adds a word to the value of a field, or the field at the end. */
export function mergeField(fields: string[], name: string, word: string): void {
  const at = placeOf(fields, name)
  if (at < 0) fields.push(name, word)
  else fields[at + 1] = `${fields[at + 1]}, ${word}`
}

/** Takes a field away; true if it was there. */
export function removeField(fields: string[], name: string): boolean {
  const at = placeOf(fields, name)
  if (at < 0) return false
  fields.splice(at, 2)
  return true
}

function placeOf(fields: readonly string[], name: string): number {
  const { lower } = fieldName(name)
  for (let at = 0; at < fields.length; at += 2) {
    if (fieldName(fields[at]!).lower === lower) return at
  }
  return -1
}

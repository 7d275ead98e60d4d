/**
 * Fields that Apache adds to what a handler of a request answers, such as the application, and not to its own pages
 * for errors and redirects.
 */
import { mergeField, removeField, setField } from './field-list.js'

export interface AddedFields {
  /** Value of Strict-Transport-Security; null: it is not added. */
  readonly hsts: string | null
  /** The client is told that HTTP/2 is spoken here. */
  readonly offersHttp2: boolean
}

export const http2Offer: AddedFields = { hsts: null, offersHttp2: true }

/** Protocols that a client may change to, as Apache names them with `Protocols h2 h2c http/1.1`. */
const protocols = 'h2,h2c'

/**
 * Adds them to a head, which begins with Date and Server, and whose Content-Type is not among the fields yet. True:
 * Connection is among them now.
 */
export function addFields(fields: string[], { hsts, offersHttp2 }: AddedFields): boolean {
  if (hsts !== null) setField(fields, 'Strict-Transport-Security', hsts)
  if (!offersHttp2) return false
  const own = takeField(fields, 'Connection')
  fields.splice(4, 0, 'Upgrade', protocols, 'Connection', 'Upgrade')
  if (own !== null) mergeField(fields, 'Connection', own)
  return true
}

function takeField(fields: string[], name: string): string | null {
  const at = fields.indexOf(name)
  if (at < 0) return null
  const value = fields[at + 1]!
  removeField(fields, name)
  return value
}

/**
 * Fields that Apache adds to what a handler of a request answers, such as the application, and not to its own pages
 * for errors and redirects.
 */
import { setField } from './field-list.js'

export interface AddedFields {
  /** Value of Strict-Transport-Security; null: it is not added. */
  readonly hsts: string | null
}

/** Adds them to a head, whose Content-Type is not among the fields yet. */
export function addFields(fields: string[], { hsts }: AddedFields): void {
  if (hsts !== null) setField(fields, 'Strict-Transport-Security', hsts)
}

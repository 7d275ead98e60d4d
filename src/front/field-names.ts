/** What becomes of a field of an application, by its name: the cases of mod_wsgi and of Apache after it. */
import { remember } from '../base/remember.js'

export type FieldTreatment =
  /** Several become one. */
  | 'merged'
  /** As `merged`; the server has one of its own. */
  | 'worker'
  /** As `merged`; of words that count once. */
  | 'vary'
  /** As `merged`; the server adds to it, or replaces it. */
  | 'connection'
  | 'keep-alive'
  /** The last one counts. These go before the merged ones. */
  | 'single'
  | 'length'
  | 'coding'
  | 'location'
  /** As `single` where a CGI script says it, else as `merged`. */
  | 'tag'
  /** The latest one counts, written anew. */
  | 'modified'
  /** Each one stays as it is. Cookies go behind the merged ones, challenges before all. */
  | 'cookie'
  | 'challenge'
  /** The last one counts, and goes behind everything. */
  | 'type'
  /** No field of the response, but its status; the last one counts. */
  | 'status'
  /** Apache has its own. */
  | 'replaced'
  /** No field can have that name. */
  | 'impossible'

export interface FieldName {
  readonly lower: string
  readonly treatment: FieldTreatment
}

const treatments: ReadonlyMap<string, FieldTreatment> = new Map([
  ['vary', 'vary'],
  ['x-modwsgi-dev', 'worker'],
  ['connection', 'connection'],
  ['keep-alive', 'keep-alive'],
  ['content-range', 'single'],
  ['content-length', 'length'],
  ['transfer-encoding', 'coding'],
  ['location', 'location'],
  ['etag', 'tag'],
  ['last-modified', 'modified'],
  ['set-cookie', 'cookie'],
  ['www-authenticate', 'challenge'],
  ['content-type', 'type'],
  ['status', 'status'],
  ['date', 'replaced'],
  ['server', 'replaced'],
])

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Looks a name up; most come again and again. */
export const fieldName: (name: string) => FieldName = remember(name => {
  const lower = name.toLowerCase()
  const treatment = token.test(name) ? (treatments.get(lower) ?? 'merged') : 'impossible'
  return { lower, treatment }
}, 1000)

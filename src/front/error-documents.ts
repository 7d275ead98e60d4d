/**
 * What is sent in place of a page of the server's own (--error-document, Apache's ErrorDocument): something
 * of this site, another site's, or a text.
 */
import type { Pair } from '../settings/settings.js'
import { knownStatus } from './server-page.js'

export type ErrorDocument =
  /** Path, and perhaps query, of this site, which is asked with GET. */
  | { readonly kind: 'path'; readonly path: string }
  /** The client is sent there. */
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'text'; readonly text: Buffer }

/** Gives the document of a status; null where there is none. */
export type ErrorDocuments = (status: number) => ErrorDocument | null

/**
 * @param pairs status and document, as on the command line: the last one of a status counts, and `default` is
 *   the page of the server
 */
export function readErrorDocuments(pairs: readonly Pair[]): ErrorDocuments {
  const documents = new Map(pairs.map(([status, text]) => [Number(status), readDocument(text)]))
  // Apache has one place for all statuses that it does not know.
  return status => documents.get(knownStatus(status)) ?? null
}

function readDocument(text: string): ErrorDocument | null {
  if (text.toLowerCase() === 'default') return null
  if (text.startsWith('/')) return { kind: 'path', path: text }
  if (/^[a-z0-9+.-]+:\S*$/i.test(text)) return { kind: 'url', url: text }
  return { kind: 'text', text: Buffer.from(text, 'utf8') }
}

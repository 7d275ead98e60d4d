/** `Authorization: Digest`, as mod_auth_digest takes it apart. Text is latin-1: a character for each byte. */
import { looksLikeNonce } from './nonces.js'

export interface DigestFields {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: string | null
  readonly cnonce: string | null
  readonly qop: string | null
  readonly nc: string | null
  /** A text that the server never gave. */
  readonly opaque: string | null
}

/** What is wrong with a field. */
export type BadDigest =
  | { readonly bad: 'scheme'; readonly scheme: string }
  | { readonly bad: 'incomplete' }

/** `name = value`, `name = "va\lue"`, `name`, and what follows up to a comma. */
const part = /[ \t]*([^=, \t]*)[ \t]*(?:=[ \t]*(?:"((?:\\.|[^"])*)"?|([^, \t]*)))?[^,]*(?:,|$)/gsy

/** The fields that are known; the last one of each name counts. */
export function readDigest(field: string): DigestFields | BadDigest {
  const [, scheme, rest] = /^[ \t]*([^ \t]*)[ \t]*(.*)$/s.exec(field)!
  if (scheme!.toLowerCase() !== 'digest') return { bad: 'scheme', scheme: scheme! }
  const found = partsOf(rest!)
  const of = (name: string) => found.get(name) ?? null
  const [username, realm, nonce] = [of('username'), of('realm'), of('nonce')]
  const [uri, response, qop] = [of('uri'), of('response'), of('qop')]
  const [cnonce, nc] = [of('cnonce'), of('nc')]
  if (username === null || realm === null || nonce === null || uri === null || response === null)
    return { bad: 'incomplete' }
  if (!looksLikeNonce(nonce)) return { bad: 'incomplete' }
  if (qop !== null && (cnonce === null || nc === null)) return { bad: 'incomplete' }
  const [algorithm, opaque] = [of('algorithm'), of('opaque')]
  return { username, realm, nonce, uri, response, algorithm, cnonce, qop, nc, opaque }
}

function partsOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  part.lastIndex = 0
  while (part.lastIndex < text.length) {
    const [whole, name, quoted, token] = part.exec(text) ?? ['']
    if (whole === '') break
    found.set(name!.toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? token ?? '')
  }
  return found
}

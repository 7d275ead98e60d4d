/** Status and fields of an upstream, turned into what the client gets of them (mod_proxy_http, ProxyPassReverse). */
import { uniqueVary } from '../vary.js'
import type { ReverseRule } from './mounts.js'

/** Longest line of a field: Apache's ResponseFieldSize, without what ends it. */
const longestField = 8190

/** They belong to the connection of the upstream. */
const notPassed: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** They hold a URL, which is mapped back. */
const locations: ReadonlySet<string> = new Set([
  'content-location',
  'destination',
  'location',
  'uri',
])

/** What a head of an upstream is looked at with. */
export interface ResponseContext {
  readonly reverse: readonly ReverseRule[]
  /** Makes an absolute URL of this server of a path. */
  readonly urlOf: (path: string) => string
}

/**
 * Names and values, alternating. Cookies go last, as Apache has it; Date and Server of the upstream stay.
 *
 * @param rawHeaders as the upstream sent them
 * @param hasBody false: a length would speak of nothing
 */
export function clientFields(
  rawHeaders: readonly string[],
  context: ResponseContext,
  hasBody: boolean,
): string[] {
  const named = wordsOfConnection(rawHeaders)
  const fields: string[] = []
  const cookies: string[] = []
  const vary: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const value = rawHeaders[at + 1]!
    const lower = name.toLowerCase()
    if (notPassed.has(lower) || named.has(lower)) continue
    if (lower === 'content-length' && !hasBody) continue
    if (lower === 'set-cookie') cookies.push(name, value)
    else if (lower === 'vary') {
      if (vary.length === 0) fields.push(name, '')
      vary.push(value)
    } else if (locations.has(lower)) fields.push(name, mapBack(value, context))
    else fields.push(name, value)
  }
  if (vary.length > 0) joinVary(fields, vary)
  return fields.concat(cookies)
}

function joinVary(fields: string[], values: readonly string[]): void {
  const at = fields.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'vary')
  fields[at + 1] = uniqueVary(values.join(', '))
}

/** A URL of an upstream becomes one of this server; others stay. */
function mapBack(value: string, { reverse, urlOf }: ResponseContext): string {
  const lower = value.toLowerCase()
  const rule = reverse.find(({ url }) => lower.startsWith(url.toLowerCase()))
  return rule === undefined ? value : urlOf(rule.path + value.slice(rule.url.length))
}

/** A field whose line is longer than Apache reads; null: none. */
export function longField(rawHeaders: readonly string[]): string | null {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length + rawHeaders[at + 1]!.length + ': '.length > longestField) return name
  }
  return null
}

function wordsOfConnection(rawHeaders: readonly string[]): Set<string> {
  const words = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() !== 'connection') continue
    for (const word of rawHeaders[at + 1]!.split(',')) words.add(word.trim().toLowerCase())
  }
  return words
}

/** What the fields of a head say about body and connection, before anybody else looks at them. */
import type { Framing } from './body-decoder.js'
import { connectionWords } from './connection-words.js'
import type { Head, Version } from './head.js'

/** What a client says it expects (RFC 9110, 10.1.1). */
export type Expectation = 'nothing' | 'continue' | 'unknown'

export interface Announced {
  /** Null: the length of the body cannot be known, so nothing behind the head can be understood. */
  readonly framing: Framing | null
  readonly expects: Expectation
  /** The client agrees to further requests on this connection. */
  readonly keepAlive: boolean
  /** Content-Length and Transfer-Encoding were both there. */
  readonly twoLengths: boolean
  /** The fields to be seen by others: without Content-Length where Transfer-Encoding overrules it. */
  readonly fields: readonly string[]
}

/** The largest that Apache can count to. */
const largestLength = 2n ** 63n - 1n

const noBody: Framing = { kind: 'none' }
const chunked: Framing = { kind: 'chunked' }

/** Reads the fields that belong to the connection. Rules: RFC 9112, 6.3 and 9.3, as strict as Apache. */
export function announcedBy({ fields, version }: Head): Announced {
  let length: string | null = null
  let coding: string | null = null
  let connection: string | null = null
  let expected: string | null = null
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    // Most names are told apart by their length.
    switch (name.length) {
      case 6:
        if (isName(name, 'expect')) expected = joined(expected, fields[at + 1]!)
        break
      case 10:
        if (isName(name, 'connection')) connection = joined(connection, fields[at + 1]!)
        break
      case 14:
        if (isName(name, 'content-length')) length = joined(length, fields[at + 1]!)
        break
      case 17:
        if (isName(name, 'transfer-encoding')) coding = joined(coding, fields[at + 1]!)
        break
    }
  }
  const expectation = expectationOf(expected)
  // A client of HTTP/1.0 does not know the answer, and without one Apache does not keep the connection.
  const unanswered = expectation === 'continue' && version < 11
  const expects = unanswered ? 'nothing' : expectation
  const keepAlive = isKept(connection, version) && !unanswered
  const twoLengths = length !== null && coding !== null
  if (coding === null) return { framing: byLength(length), expects, keepAlive, twoLengths, fields }
  const framing = isChunked(coding) && byLength(length) !== null ? chunked : null
  // Two lengths are how requests are smuggled: nothing after this one is believed.
  if (twoLengths) {
    const seen = without(fields, 'content-length')
    return { framing, expects, keepAlive: false, twoLengths, fields: seen }
  }
  return { framing, expects, keepAlive, twoLengths, fields }
}

function isName(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower
}

function joined(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`
}

function byLength(text: string | null): Framing | null {
  if (text === null) return noBody
  if (!/^\d+$/.test(text) || BigInt(text) > largestLength) return null
  const length = Number(text)
  return length === 0 ? noBody : { kind: 'length', length }
}

/** Only the last coding tells where the body ends. Apache skips blanks before it, and nothing else. */
function isChunked(coding: string): boolean {
  const last = coding.slice(coding.lastIndexOf(',') + 1)
  return /^ *chunked$/i.test(last)
}

function expectationOf(value: string | null): Expectation {
  if (!value) return 'nothing'
  return value.toLowerCase() === '100-continue' ? 'continue' : 'unknown'
}

function isKept(value: string | null, version: Version): boolean {
  if (value === null) return version >= 11
  const { close, keepAlive } = connectionWords(value)
  return !close && (version >= 11 || keepAlive)
}

function without(fields: readonly string[], lower: string): string[] {
  return fields.filter((_, at) => fields[at - (at % 2)]!.toLowerCase() !== lower)
}

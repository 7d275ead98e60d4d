/**
 * Status and header fields of an application, turned into what Apache sends for them.
 */
import { connectionWish } from '../http/connection-field.js'
import { reasonPhrase } from './server-page.js'

/** What goes to the client before the body. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  /** Names and values, alternating. */
  readonly fields: string[]
  /** The application asks for the end of the connection. */
  readonly close: boolean
  /** What else it says of the connection: goes before what the server says. */
  readonly connection: string | null
  /** The application's Location, for the rule about internal redirects. */
  readonly location: string | null
}

/** Fields that stay apart when they are repeated. */
const keptApart: ReadonlySet<string> = new Set(['set-cookie', 'www-authenticate'])

/**
 * @param head status line, then names and values alternating, latin-1
 */
export function responseHead(head: readonly string[]): ResponseHead {
  const line = head[0]!
  const status = Number.parseInt(line, 10)
  const reason = line.length > 3 ? line.slice(4) : reasonPhrase(status)
  const fields: string[] = []
  const seen: string[] = []
  const bodiless = status === 204 || status === 304
  let close = false
  let connection: string | null = null
  let location: string | null = null
  for (let at = 1; at < head.length; at += 2) {
    const name = head[at]!
    let value = head[at + 1]!
    const lower = name.toLowerCase()
    switch (lower) {
      case 'date':
      case 'server':
      // The framing is the server's affair.
      case 'transfer-encoding':
      // Node throws for it where the body is not chunked; there are never trailers here.
      case 'trailer':
        continue
      case 'connection':
        // Only the server decides about the connection; a wish to close it is granted.
        if (connectionWish(value).close) close = true
        else connection = value
        continue
      case 'content-length':
        if (bodiless) continue
        break
      case 'content-type':
        if (bodiless) continue
        value = lowerMediaType(value)
        break
      case 'location':
        location = value
        break
    }
    const known = keptApart.has(lower) ? -1 : seen.indexOf(lower)
    if (known < 0) {
      seen.push(lower)
      fields.push(name, value)
    } else {
      fields[known * 2 + 1] = `${fields[known * 2 + 1]}, ${value}`
    }
  }
  return { status, reason, fields, close, connection, location }
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const controls = /[\x00-\x08\x0a-\x1f\x7f]/

/** Field names that were sent before need no look. Bounded, because applications make them. */
const sentNames = new Set<string>()
const mostSentNames = 1000

/** Why a head cannot be sent, in words for the log; null for one that can. Apache refuses the same. */
export function faultOf({ fields }: ResponseHead): string | null {
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    if (!sentNames.has(name)) {
      if (!token.test(name)) return `${JSON.stringify(name)} is no name of a field`
      if (sentNames.size < mostSentNames) sentNames.add(name)
    }
    const value = fields[at + 1]!
    if (controls.test(value)) return `the field ${name} has a control character in its value`
  }
  return null
}

/** `Text/HTML; Charset=UTF-8` gives `text/html; Charset=UTF-8`. */
function lowerMediaType(value: string): string {
  const end = value.indexOf(';')
  if (end < 0) return value.toLowerCase()
  return value.slice(0, end).toLowerCase() + value.slice(end)
}

let dateSecond = 0
let dateText = ''

/** The value of Date for now; made once a second. */
export function httpDate(milliseconds: number = Date.now()): string {
  const second = Math.floor(milliseconds / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}

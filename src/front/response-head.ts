/**
 * Status and header fields of an application, turned into what Apache sends for them. They pass two places
 * there: mod_wsgi writes them as lines for the server process, which reads them as those of a CGI script
 * (wsgi_scan_headers_brigade); then Apache makes a head of them (ap_http_header_filter).
 */
import { remember } from '../base/remember.js'
import { connectionWords } from '../http/connection-words.js'
import { formatHttpDate, parseHttpDate } from '../static/http-date.js'
import { mergeField, removeField, setField } from './field-list.js'
import { fieldName } from './field-names.js'
import { responseStatus } from './response-status.js'
import { uniqueVary } from './vary.js'

/** Bytes of the longest line between the two places: `name: value` (without --header-buffer-size). */
export const usualLongestLine = 32768 - 2

/** What goes to the client before the body. */
export class ResponseHead {
  status: number
  reason: string
  /** See {@link responseStatus}. */
  decides: number
  /** Names and values, alternating, in the order of Apache; a Content-Type comes last. */
  fields: string[] = []
  /** The application asks for the end of the connection. */
  close = false
  /** Connection or Keep-Alive is among the fields. */
  speaksOfConnection = false
  /** X-Modwsgi-Dev is among the fields. */
  namesWorker = false
  /** Value of X-Modwsgi-Dev that is sent; null: none. */
  workerField: string | null = null
  /** The application's own Transfer-Encoding: whether it says that the body comes in chunks. */
  coding: 'chunked' | 'other' | null = null
  /** There was a Content-Length besides; it is not sent, and the connection ends without a word about it. */
  contradicts = false
  /** There was a Content-Type, if only an empty one. */
  hasType = false
  /** The application's Location, for the rule about internal redirects. */
  location: string | null = null
  /** No body follows, as far as that is known. */
  isEmpty = false
  /** A line is longer than the server reads. */
  tooLong = false
  /** The line by which a daemon of mod_wsgi says that it could not answer. */
  saysError: boolean
  #line: string
  #fault: string | null = null
  #type = ''
  #modified = 0
  #names: string[] = []
  #single: string[] | null = null
  #cookies: string[] | null = null
  #challenges: string[] | null = null

  /**
   * @param head status line, then names and values alternating, latin-1
   * @param longestLine see {@link usualLongestLine}
   * @param from a CGI script's fields that come once go behind the others
   */
  constructor(
    head: readonly string[],
    longestLine = usualLongestLine,
    readonly from: 'application' | 'script' = 'application',
  ) {
    this.#line = head[0]!
    const room = longestLine - ': '.length
    this.tooLong = this.#line.length + 'Status'.length > room
    for (let at = 1; at < head.length; at += 2) {
      const name = head[at]!
      const value = head[at + 1]!
      if (name.length + value.length > room) this.tooLong = true
      this.#add(name, value)
    }
    const { status, reason, decides } = responseStatus(this.#line)
    this.status = status
    this.reason = reason
    this.decides = decides
    this.saysError = this.#line === '200 Error'
    this.#arrange()
  }

  /** The response has no body, nor fields about one, whatever the application says. */
  get bodiless(): boolean {
    return this.status === 204 || this.status === 304
  }

  /**
   * Why the head cannot be sent, in words for the log; null for one that can. Apache refuses the same.
   *
   * @param canChunk the server may send the body in chunks, where the application does not
   */
  fault(canChunk: boolean): string | null {
    if (this.#fault !== null) return this.#fault
    if (this.coding === 'other' && (this.contradicts || !canChunk)) {
      return 'its Transfer-Encoding does not tell where the body ends'
    }
    const { fields } = this
    for (let at = 1; at < fields.length; at += 2) {
      if (controls.test(fields[at]!)) return controlFault(fields[at - 1]!)
    }
    return null
  }

  /** The client has what would be sent: no more than that is said. */
  becomeNotModified(): void {
    this.status = 304
    this.reason = 'Not Modified'
    this.decides = 304
    removeField(this.fields, 'content-type')
  }

  #add(name: string, raw: string): void {
    const value = raw.charCodeAt(0) <= 0x20 ? raw.replace(leadingSpace, '') : raw
    const { lower, treatment } = fieldName(name)
    switch (treatment) {
      case 'merged':
        return this.#merge(name, lower, value)
      case 'type':
        this.hasType = true
        this.#type = mediaType(value)
        return
      case 'length':
        return this.#setSingle('Content-Length', value)
      case 'single':
        return this.#setSingle(name, value)
      case 'location':
        this.location = value
        return this.#setSingle(name, value)
      case 'coding':
        this.coding = isChunked(value) ? 'chunked' : 'other'
        return this.#setSingle(name, value)
      case 'modified':
        this.#modified = Math.max(this.#modified, parseHttpDate(value) ?? 0)
        return this.#setSingle('Last-Modified', modifiedText(this.#modified))
      case 'cookie':
        this.#cookies ??= []
        this.#cookies.push(name, value)
        return
      case 'challenge':
        this.#challenges ??= []
        this.#challenges.push(name, value)
        return
      case 'vary':
        return this.#merge(name, lower, value, uniqueVary)
      case 'connection':
        this.close ||= connectionWords(value).close
        this.speaksOfConnection = true
        return this.#merge(name, lower, value)
      case 'tag':
        if (this.from === 'script') return this.#setSingle(name, value)
        return this.#merge(name, lower, value)
      case 'worker':
        this.namesWorker = true
        return this.#merge(name, lower, value)
      case 'keep-alive':
        this.speaksOfConnection = true
        return this.#merge(name, lower, value)
      case 'status':
        // As in the CGI way, whatever start_response was told.
        this.#line = value
        return
      case 'replaced':
        if (controls.test(value)) this.#fault ??= controlFault(name)
        return
      case 'impossible':
        return this.#addSplit(name, raw)
    }
  }

  #merge(name: string, lower: string, value: string, tidy?: (value: string) => string): void {
    const known = this.#names.indexOf(lower)
    if (known < 0) {
      this.#names.push(lower)
      this.fields.push(name, tidy === undefined ? value : tidy(value))
      return
    }
    const at = known * 2 + 1
    const merged = `${this.fields[at]}, ${value}`
    this.fields[at] = tidy === undefined ? merged : tidy(merged)
  }

  #setSingle(name: string, value: string): void {
    this.#single ??= []
    setField(this.#single, name, value)
  }

  /** In a name with a colon the server takes what follows it for a part of the value. */
  #addSplit(name: string, value: string): void {
    const colon = name.indexOf(':')
    if (colon >= 0) this.#add(name.slice(0, colon), `${name.slice(colon + 1)}: ${value}`)
    else this.#fault ??= `${JSON.stringify(name)} is no name of a field`
  }

  #arrange(): void {
    if (this.#single !== null) this.#arrangeSingle(this.#single)
    if (this.#challenges !== null) this.fields.unshift(...this.#challenges)
    if (this.#cookies !== null) this.fields.push(...this.#cookies)
    if (this.#type !== '' && !this.bodiless) this.fields.push('Content-Type', this.#type)
  }

  #arrangeSingle(single: string[]): void {
    if (this.bodiless) {
      this.coding = null
      removeField(single, 'content-length')
      removeField(single, 'transfer-encoding')
    } else if (this.coding !== null) {
      this.contradicts = removeField(single, 'content-length')
      if (this.coding === 'other') mergeField(single, 'transfer-encoding', 'chunked')
    }
    this.fields = this.from === 'script' ? this.fields.concat(single) : single.concat(this.fields)
  }
}

/** White space as C's isspace has it. */
const leadingSpace = /^[ \t\n\v\f\r]+/
const trailingSpace = /[ \t\n\v\f\r]+$/

const controls = /[\x00-\x08\x0a-\x1f\x7f]/

function controlFault(name: string): string {
  return `the field ${name} has a control character in its value`
}

/** `Text/HTML; Charset=UTF-8` gives `text/html; Charset=UTF-8`. */
const mediaType = remember(value => {
  const [type, ...parameters] = value.replace(trailingSpace, '').split(';')
  // Other letters than these are bytes of some encoding.
  const lower = type!.replace(/[A-Z]+/g, letters => letters.toLowerCase())
  return [lower, ...parameters].join(';')
}, 100)

/** Whether the last coding is that of chunks (Apache's ap_is_chunked). */
function isChunked(coding: string): boolean {
  return /(?:^|,[ \t\n\v\f\r]*)chunked$/i.test(coding)
}

/** A modification that is still to come happened now. */
function modifiedText(seconds: number): string {
  return formatHttpDate(Math.min(seconds, Math.floor(Date.now() / 1000)))
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

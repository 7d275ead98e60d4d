/** Takes the head off what a CGI script prints, as Apache does (ap_scan_script_header_err_brigade). */

/** Longest line, without its end: Apache's MAX_STRING_LEN, less two. */
const longestLine = 8190

/** Why a head is none; for messages. */
export type HeadFault = 'nothing' | 'premature' | { readonly badLine: string }

export class ScriptHead {
  /** Names and values, alternating, latin-1. */
  readonly fields: string[] = []
  #rest: Buffer = Buffer.alloc(0)

  /** @param withStatusLine a status line of HTTP may come first: it becomes a field */
  constructor(private readonly withStatusLine = false) {}

  /** What came behind the head, once it is whole. */
  get rest(): Buffer {
    return this.#rest
  }

  /** Takes a piece of the output. `whole`: the head is complete; null: it goes on. */
  push(piece: Buffer): 'whole' | HeadFault | null {
    let bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    for (;;) {
      const end = bytes.indexOf(0x0a)
      this.#rest = bytes
      if (end < 0) return bytes.length > 2 * longestLine ? this.ended() : null
      const line = lineOf(bytes.subarray(0, end))
      if (line === null) return this.ended()
      bytes = bytes.subarray(end + 1)
      this.#rest = bytes
      if (line === '') return 'whole'
      const status = this.withStatusLine ? /^HTTP\/[\d.]+ (.*)/.exec(line)?.[1] : undefined
      if (status !== undefined && this.fields.length === 0) {
        this.fields.push('Status', status)
        continue
      }
      const colon = line.indexOf(':')
      if (colon < 0) return { badLine: line.slice(0, 30) }
      this.fields.push(line.slice(0, colon), line.slice(colon + 1))
    }
  }

  /** The script prints no more. */
  ended(): HeadFault {
    return this.fields.length === 0 ? 'nothing' : 'premature'
  }
}

/** Null for one that is too long. Returns are dropped wherever they are, and a NUL ends the line. */
function lineOf(bytes: Buffer): string | null {
  const text = bytes.toString('latin1').replaceAll('\r', '')
  if (text.length > longestLine) return null
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** Escapes what others have written, so that no text can forge a line or steer a terminal. */
import { encodeUtf8 } from '../base/text-bytes.js'

const named: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  13: '\\r',
  92: '\\\\',
}

const plainText = /^[\x20-\x5b\x5d-\x7e]*$/

/** As Apache's ap_escape_errorlog_item: bytes that are not printable ASCII as `\xNN`, a backslash doubled. */
export function escapeText(text: string): string {
  return plainText.test(text) ? text : escapeBytes(encodeUtf8(text))
}

/** The same for text of one character for each byte. */
export function escapeByteText(text: string): string {
  return plainText.test(text) ? text : escapeBytes(Buffer.from(text, 'latin1'))
}

/** As Apache's ap_escape_logitem, for the access log: quotes as well. Text of one character for each byte. */
export function escapeItem(text: string): string {
  return escapeByteText(text).replaceAll('"', '\\"')
}

function escapeBytes(bytes: Buffer): string {
  let escaped = ''
  for (const byte of bytes) {
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) escaped += String.fromCharCode(byte)
    else escaped += named[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return escaped
}

const unprintable =
  /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]/gu

/** For people: letters of any script stay, control characters, line ends and bytes that are no text do not. */
export function escapeForPeople(text: string): string {
  return text.replace(unprintable, character => {
    const code = character.codePointAt(0)!
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** Bytes that are no text as `\xNN`; all else stays, for JSON escapes it. */
export function escapeLoneBytes(text: string): string {
  return text.replace(
    /[\udc80-\udcff]/gu,
    byte => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`,
  )
}

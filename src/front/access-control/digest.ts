/** The computations of Digest authentication with MD5 and qop=auth (RFC 7616). */
import { createHash } from 'node:crypto'
import type { DigestFields } from './digest-fields.js'
import { isSameText } from './same-text.js'

/** Whether the response is that of somebody who knows the password. @param hash of user, realm and password */
export function isRightResponse(fields: DigestFields, hash: string, method: string): boolean {
  return isSameText(fields.response, responseOf(fields, hash, `${method}:${fields.uri}`))
}

/** Value of `Authentication-Info`. @param nextNonce for requests to come; null: the present one is good for them */
export function authenticationInfo(
  fields: DigestFields,
  hash: string,
  nextNonce: string | null,
): string {
  const { cnonce, nc, qop } = fields
  const proof = responseOf(fields, hash, `:${fields.uri}`)
  const next = nextNonce === null ? '' : `, nextnonce="${nextNonce}"`
  const quoted = cnonce!.replace(/(\\.)|"/gs, (text, escaped) => escaped ?? `\\${text}`)
  return `rspauth="${proof}"${next}, cnonce="${quoted}", nc=${nc}, qop=${qop}`
}

function responseOf({ nonce, nc, cnonce, qop }: DigestFields, hash: string, what: string): string {
  return md5(`${hash}:${nonce}:${nc}:${cnonce}:${qop}:${md5(what)}`)
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex')
}

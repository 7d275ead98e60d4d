/** What the methods mean for a file. */

/** How a request with a certain method is answered. */
export type MethodKind = 'read' | 'options' | 'notAllowed' | 'unknown'

/** The value of `Allow` for everything static. */
export const allowedMethods = 'GET,HEAD,POST,OPTIONS,TRACE'

/** Methods that Apache knows by name (RFC 9110, 5789, 4918, 3253); it answers others with 501. */
const notAllowed: ReadonlySet<string> = new Set([
  'PUT',
  'DELETE',
  'CONNECT',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'VERSION-CONTROL',
  'CHECKOUT',
  'UNCHECKOUT',
  'CHECKIN',
  'UPDATE',
  'LABEL',
  'REPORT',
  'MKWORKSPACE',
  'MKACTIVITY',
  'BASELINE-CONTROL',
  'MERGE',
])

/**
 * @example
 * methodKind('POST') // 'read': a file is sent as for GET
 * methodKind('PUT') // 'notAllowed'
 * methodKind('PURGE') // 'unknown'
 */
export function methodKind(method: string | undefined): MethodKind {
  if (method === 'GET' || method === 'HEAD' || method === 'POST') return 'read'
  if (method === 'OPTIONS') return 'options'
  return method !== undefined && notAllowed.has(method) ? 'notAllowed' : 'unknown'
}

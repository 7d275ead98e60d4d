/** Requests as they go over the wire, with bodies of the kinds that browsers send. */

/**
 * A request of bytes as they are sent. The target is latin-1.
 *
 * @param {string} target
 * @param {string} [fields] each with its line end
 * @param {string} [method]
 */
export const get = (target, fields = '', method = 'GET') =>
  `${method} ${target} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`

/**
 * @param {string} target
 * @param {string | Buffer} body text is latin-1
 * @param {string} type
 * @param {string} [fields]
 */
export function post(target, body, type, fields = '', method = 'POST') {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  const head = `${method} ${target} HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n${fields}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

/** A request whose body comes in chunks of at most so many bytes. */
export function postChunked(target, body, type, size = 65_536) {
  const head = `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`
  const chunks = [Buffer.from(head)]
  for (let start = 0; start < body.length; start += size) {
    const chunk = body.subarray(start, start + size)
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')])
}

export const formType = 'application/x-www-form-urlencoded'
const boundary = 'a-boundary-of-the-tests'
export const multipartType = `multipart/form-data; boundary=${boundary}`

/**
 * @param {readonly { name: string, value?: string | Buffer, file?: string, type?: string }[]} parts texts are UTF-8
 */
export function multipart(parts) {
  const pieces = parts.flatMap(({ name, value = '', file, type }) => {
    const fileName = file === undefined ? '' : `; filename="${file}"`
    const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n${typeLine}\r\n`
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

/** Bytes that do not repeat soon: the same in each run. */
export function manyBytes(size) {
  const bytes = Buffer.allocUnsafe(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >>> 8) * 17 + (at >>> 16)) & 255
  return bytes
}

/** A server that others forward to: keeps all bytes that it gets, connection by connection, and reads them strictly. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One request, and what is wrong with it. */
export interface UpstreamRequest {
  readonly line: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
}

/** Milliseconds until something that has to happen is given up. */
const deadline = 20_000

export class Upstream {
  /** All bytes of each connection, in the order in which they were made. */
  readonly bytes: string[] = []
  readonly open = new Set<Socket>()
  readonly #server: Server
  readonly #changed = new Set<() => void>()

  private constructor(answer: (socket: Socket, text: string, upstream: Upstream) => void) {
    this.#server = createServer(socket => {
      const at = this.bytes.push('') - 1
      this.open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.open.delete(socket)
        this.#tell()
      })
      socket.on('data', chunk => {
        this.bytes[at] += chunk.toString('latin1')
        answer(socket, this.bytes[at]!, this)
        this.#tell()
      })
    })
  }

  /** @param answer is called with all that came on a connection each time that something has come */
  static async listen(
    answer: (socket: Socket, text: string, upstream: Upstream) => void,
    port = 0,
  ): Promise<Upstream> {
    const upstream = new Upstream(answer)
    await new Promise<void>(resolve => upstream.#server.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => upstream.close())
    return upstream
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  close(): void {
    for (const socket of this.open) socket.destroy()
    this.#server.close()
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = Date.now() + deadline
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`the upstream waits for ${what}`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(done, 100)
        const changed = this.#changed
        changed.add(done)
        function done() {
          clearTimeout(timer)
          changed.delete(done)
          resolve()
        }
      })
    }
  }

  #tell(): void {
    for (const told of [...this.#changed]) told()
  }
}

/**
 * The requests in the bytes of a connection, read as RFC 9112 has it and no more generously. Throws for what is not in
 * order; a last one that is incomplete is left out.
 */
export function readRequests(bytes: string): UpstreamRequest[] {
  const requests: UpstreamRequest[] = []
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return requests
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n')
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e\x80-\xff]+ HTTP\/1\.1$/.test(line)) {
      throw new Error(`no request line: ${JSON.stringify(line)}`)
    }
    const fields = lines.map(readField)
    const { body, next } = readBody(fields, rest.slice(end + 4))
    if (next === null) return requests
    requests.push({ line, fields, body })
    rest = next
  }
}

function readField(line: string): readonly [string, string] {
  const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([^\x00-\x08\x0a-\x1f\x7f]*)$/.exec(line)
  if (field === null) throw new Error(`no field: ${JSON.stringify(line)}`)
  return [field[1]!.toLowerCase(), field[2]!]
}

/** `next` is null while bytes are missing. */
function readBody(
  fields: readonly (readonly [string, string])[],
  rest: string,
): { readonly body: string; readonly next: string | null } {
  const valuesOf = (name: string) => fields.flatMap(([key, value]) => (key === name ? [value] : []))
  const lengths = valuesOf('content-length')
  const codings = valuesOf('transfer-encoding')
  if (lengths.length + codings.length > 1) throw new Error('the length is told more than once')
  if (codings.length === 1) {
    if (codings[0] !== 'chunked') throw new Error(`another coding: ${codings[0]}`)
    return readChunks(rest)
  }
  if (lengths.length === 0) return { body: '', next: rest }
  if (!/^\d+$/.test(lengths[0]!)) throw new Error(`no length: ${lengths[0]}`)
  const length = Number(lengths[0])
  return { body: rest.slice(0, length), next: rest.length < length ? null : rest.slice(length) }
}

function readChunks(text: string): { readonly body: string; readonly next: string | null } {
  let body = ''
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) return { body, next: null }
    const size = text.slice(at, end)
    if (!/^[0-9a-f]+$/.test(size)) throw new Error(`no size of a chunk: ${JSON.stringify(size)}`)
    const length = Number.parseInt(size, 16)
    const last = end + 2 + length
    if (text.length < last + 2) return { body, next: null }
    if (text.slice(last, last + 2) !== '\r\n') throw new Error('a chunk without its end')
    if (length === 0) return { body, next: text.slice(last + 2) }
    body += text.slice(end + 2, last)
    at = last + 2
  }
}

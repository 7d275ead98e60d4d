/**
 * A response that is through: everything that a line of the access log can tell of it. Only made where an
 * access log is wanted. Texts of the request are one character for each byte, and not escaped.
 */
export interface ServedRequest {
  readonly type: 'served'
  readonly client: string
  readonly clientPort: number
  readonly localAddress: string
  readonly localPort: number
  /** As the client sent them; an internal redirect changes `path` and `query` alone. */
  readonly method: string
  readonly target: string
  /** Such as `HTTP/1.1`. */
  readonly protocol: string
  /** Set when the request could not be taken apart: its first line as it came, null for none at all. */
  readonly rawLine?: string | null
  /** Decoded and normalised; as it came where that is not possible. */
  readonly firstPath: string
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Host that the request names, without port; null for none. */
  readonly host: string | null
  /** The one that it belongs to; null where all hosts are the same. A name or port of null is that of the server. */
  readonly virtualHost: { readonly name: string | null; readonly port: string | null } | null
  readonly user: string | null
  /** Names and values, alternating. */
  readonly requestFields: readonly string[]
  readonly responseFields: readonly string[]
  /** Keys and values of the environ that depend on the request, alternating and NUL-separated. */
  readonly environ: string | null
  /** What mod_ssl knows of the connection, in the same form; null for one without TLS. */
  readonly tls: string | null
  /** What the path was mapped to; null where it was not looked up. */
  readonly fileName: string | null
  /** What answered: the application, a CGI script, a directory, the status page, another server, or none of them. */
  readonly handler: 'application' | 'script' | 'directory' | 'status' | 'proxy' | null
  readonly requestId: string | null
  /** Status that was sent, and that before an internal redirect. */
  readonly status: number
  readonly firstStatus: number
  /** Bytes of the response body, without its framing. */
  readonly bodyBytes: number
  /** Bytes on the connection, with heads and framing. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** Requests that were answered on this connection before, when it was kept each time. */
  readonly keptBefore: number
  readonly connection: 'aborted' | 'kept' | 'closed'
  /** Seconds since the epoch: the head of the request had come; the response was through. */
  readonly arrived: number
  readonly finished: number
  /** Milliseconds from arrival to the last byte of the response. */
  readonly duration: number
  /** Milliseconds in wait for a thread, and with the application; null when no worker had it. */
  readonly queued: number | null
  readonly running: number | null
  readonly worker: {
    readonly slot: number
    readonly generation: number
    readonly pid: number
  } | null
  /** Number of the thread in its worker, from 1; null when no thread answered. */
  readonly thread: number | null
}

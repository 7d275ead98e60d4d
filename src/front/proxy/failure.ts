/** What went wrong with an upstream, and what the client is answered with: the cases of mod_proxy_http. */

/** How far a request to an upstream got. */
export interface Progress {
  readonly connected: boolean
  /** The head of a response came. */
  readonly answered: boolean
  /** Bytes of a response came. */
  readonly heard: boolean
  /** It has been silent for too long. */
  readonly outOfTime: boolean
  /** It was asked whether it wants the body, and has not said yet. */
  readonly asked: boolean
}

export interface ProxyFailure {
  readonly status: number
  /** Of the status line. */
  readonly reason: string
  /** For the log. */
  readonly words: string
  /** A head came before: the page is not to be kept. */
  readonly expires?: true
}

/** Faults of the first line of a response, by the codes of Node's parser. */
const faultsOfFirstLine: ReadonlySet<string> = new Set([
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_STATUS',
  'HPE_INVALID_VERSION',
])

const proxyError = 'Proxy Error'
const badGateway = 'Bad Gateway'

/** @param error as Node has it */
export function proxyFailure(error: NodeJS.ErrnoException, progress: Progress): ProxyFailure {
  const { connected, answered, heard, outOfTime, asked } = progress
  if (!connected) {
    const why = outOfTime ? 'it takes too long' : error.message
    return { status: 503, reason: 'Service Unavailable', words: `cannot be connected to: ${why}` }
  }
  if (outOfTime && asked) {
    return {
      status: 503,
      reason: proxyError,
      words: 'did not say in time whether it wants the body',
    }
  }
  if (outOfTime) {
    return { status: 502, reason: heard ? badGateway : proxyError, words: 'did not answer in time' }
  }
  if (answered || error.code === 'HPE_INVALID_CONTENT_LENGTH') {
    const words = `sent what is no body: ${error.message}`
    return { status: 502, reason: badGateway, words, expires: true }
  }
  if (error.code?.startsWith('HPE_')) {
    const isFirst = faultsOfFirstLine.has(error.code)
    return {
      status: 502,
      reason: isFirst ? proxyError : badGateway,
      words: `sent what is no response: ${error.message}`,
    }
  }
  return {
    status: 502,
    reason: heard ? badGateway : proxyError,
    words: `went away before it had answered: ${error.message}`,
  }
}

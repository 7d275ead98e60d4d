/** Who gets the status page, and what others get. */
import { isLocalClient } from '../hosts/local-clients.js'
import type { HttpExchange } from '../reply.js'
import { askedHost } from '../request-host.js'
import type { RequestTarget } from '../request-target.js'
import type { StatusBoard } from './status-board.js'
import { statusPath } from './status-query.js'

/** The phases that a request for the page can go on with. */
export interface StatusPhases {
  /** Refuses access, for this reason. */
  deny(reason: string): void
  /** As if there were no page. */
  answer(): void
  /** Does it when the body of the request is through. */
  afterBody(show: () => void): void
}

/** The page is for GET and HEAD, and for clients on this machine, or, where users log in, for those who have done so. */
export function enterStatus(
  status: StatusBoard,
  http: HttpExchange,
  target: RequestTarget,
  phases: StatusPhases,
): void {
  const isLocal = http.identity === null ? isLocalClient(http.request.socket) : true
  void Promise.resolve(isLocal).then(isAdmitted => {
    // Who has left meanwhile is not served.
    if (http.response.destroyed) return
    if (!isAdmitted) return phases.deny(`${statusPath} is for clients on this machine`)
    if (http.method !== 'GET' && http.method !== 'HEAD') return phases.answer()
    http.access?.showsStatus()
    phases.afterBody(() => status.answer(http, target.query, nameOf(http, target)))
  })
}

/** The host that is asked for, or else that of the server. */
function nameOf(http: HttpExchange, target: RequestTarget): string {
  return askedHost(target, http.head) ?? http.host?.name ?? http.request.socket.localAddress ?? ''
}

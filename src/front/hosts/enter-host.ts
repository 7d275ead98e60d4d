/** Finds the virtual host of a request, and what follows from it. */
import { escapePath } from '../../static/url-escape.js'
import type { HttpExchange } from '../reply.js'
import { askedHost } from '../request-host.js'
import type { RequestTarget } from '../request-target.js'
import { isLocalClient } from './local-clients.js'
import type { HostRedirect, VirtualHost, VirtualHosts } from './virtual-hosts.js'

/** The phases that a request can go on with. */
export interface HostPhases {
  /** Looks what answers it. @param admitted false: access is refused in the end */
  find(http: HttpExchange, target: RequestTarget, admitted: boolean): void
  /** Sends it elsewhere. @param location of the answer */
  redirect(http: HttpExchange, status: number, location: string): void
  /** Refuses it at once. */
  refuse(http: HttpExchange): void
  /** Forwards it to the host of --proxy-virtual-host. */
  forward(http: HttpExchange, target: RequestTarget, url: string): void
}

/** An internal redirect stays with the host of the request that led to it. */
export function enterHost(
  hosts: VirtualHosts,
  http: HttpExchange,
  target: RequestTarget,
  phases: HostPhases,
): void {
  const { secure } = http.request
  http.host ??= hosts.of(secure, askedHost(target, http.head))
  const { host } = http
  switch (host.kind) {
    case 'site':
      return phases.find(http, target, true)
    case 'proxied':
      return phases.forward(http, target, host.url)
    case 'redirect':
      return sendElsewhere(host, http, target, phases)
    case 'default':
      return admit(host, http, admitted => phases.find(http, target, admitted))
  }
}

function sendElsewhere(
  host: HostRedirect,
  http: HttpExchange,
  target: RequestTarget,
  phases: HostPhases,
): void {
  // A `?` in the path can only have come as %3F, which mod_rewrite does not let through.
  if (host.rewrites && target.path.includes('?')) return phases.refuse(http)
  const location = locationOf(host, target, http.target)
  if (host.rewrites) {
    http.access?.rewritten(location)
    // The document of an error is none any more when it lies elsewhere.
    http.failing = false
    http.firstFailure = null
  }
  phases.redirect(http, host.status, location)
}

/** The same path there; an empty query stays one. */
function locationOf({ origin }: HostRedirect, { path, query }: RequestTarget, sent: string) {
  return `${origin()}${escapePath(path)}${sent.includes('?') ? `?${query}` : ''}`
}

function admit(
  { admits }: Extract<VirtualHost, { kind: 'default' }>,
  { request, response }: HttpExchange,
  next: (admitted: boolean) => void,
): void {
  if (admits === 'nobody') return next(false)
  void isLocalClient(request.socket).then(isLocal => {
    // Who has left meanwhile is not served.
    if (!response.destroyed) next(isLocal)
  })
}

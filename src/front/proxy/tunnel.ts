/** A connection of a client and one of an upstream that have become one: what comes on either goes to the other. */

import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Patience, type PatienceRule } from '../../http/patience.js'
import type { HttpResponse } from '../../http/response.js'

/** The response by which the protocol is switched. */
export interface SwitchingHead {
  readonly status: number
  readonly reason: string
  readonly fields: string[]
}

/**
 * Sends the head and gives the connection away. When one side ends, what it has sent still arrives, and then the other
 * one ends as well.
 *
 * @param head bytes of the upstream that came behind its response
 * @param rule time that both may be silent
 */
export function joinTunnel(
  response: HttpResponse,
  { status, reason, fields }: SwitchingHead,
  upstream: Duplex,
  { head, rule }: { readonly head: Buffer; readonly rule: PatienceRule },
): void {
  response.keepAlive = true
  response.switches = true
  response.writeHead(status, reason, fields)
  const detached = response.detach()
  if (detached === null) return void upstream.destroy()
  const { socket, rest } = detached
  const both = () => {
    patience.end()
    socket.destroySoon()
    ;(upstream as Socket).destroySoon()
  }
  const patience = new Patience(both)
  patience.start(rule)
  for (const side of [socket, upstream]) {
    side.on('data', () => patience.renew())
    side.on('error', both)
    side.on('end', both)
    side.on('close', both)
  }
  if (head.length > 0) socket.write(head)
  if (rest.length > 0) upstream.write(rest)
  upstream.pipe(socket)
  socket.pipe(upstream)
}

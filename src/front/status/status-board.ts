/**
 * Answers for the status page (--server-status). What it tells is gathered when it is asked for; only the time that
 * requests take is counted as they go.
 */
import { loadavg } from 'node:os'
import type { Clock } from '../../base/clock.js'
import type { ConnectionTotals } from '../../http/connection-totals.js'
import type { HttpResponse } from '../../http/response.js'
import { plainAddress } from '../plain-address.js'
import { type HttpExchange, writeOwnHead } from '../reply.js'
import type { StatusFacts } from './status-facts.js'
import { statusPage } from './status-page.js'
import { parseStatusQuery } from './status-query.js'
import { statusText } from './status-text.js'

/** What the page tells that the front does not know. */
export type OutsideFacts = Pick<
  StatusFacts,
  'version' | 'built' | 'started' | 'generation' | 'workers' | 'workersCpu' | 'vhost'
>

export interface StatusSources {
  readonly clock: Clock
  readonly outside: () => OutsideFacts
  readonly connections: () => ConnectionTotals
  /** New connections are taken. */
  readonly accepting: () => boolean
}

export class StatusBoard {
  readonly #sources: StatusSources
  /** Milliseconds that requests took which are through. */
  #duration = 0

  constructor(sources: StatusSources) {
    this.#sources = sources
  }

  /** Measures how long a request takes, from now on. */
  follow(response: HttpResponse): void {
    const { clock } = this.#sources
    const began = clock.now()
    const before = response.whenThrough
    response.whenThrough = () => {
      before?.()
      this.#duration += clock.now() - began
    }
  }

  /** Answers a GET or HEAD. @param serverName host that was asked for */
  answer(http: HttpExchange, query: string, serverName: string): void {
    const { auto, noTable, refresh } = parseStatusQuery(query)
    const facts = this.#facts()
    const address = plainAddress(http.request.socket.localAddress)
    const text = auto
      ? statusText(facts, serverName)
      : statusPage(facts, { serverName, address, noTable })
    const body = Buffer.from(text, 'latin1')
    const contentType = `text/${auto ? 'plain' : 'html'}; charset=ISO-8859-1`
    const fields = [
      ...(refresh === null ? [] : ['Refresh', String(refresh)]),
      ...['Content-Length', String(body.length)],
      ...['Content-Type', contentType],
    ]
    writeOwnHead(http, 200, fields, { size: body.length, contentType, page: body })
    http.response.end(body)
  }

  #facts(): StatusFacts {
    const { clock, outside, connections, accepting } = this.#sources
    const { requests, bytesSent, ...counts } = connections()
    const { user, system } = process.cpuUsage()
    return {
      ...outside(),
      now: clock.epoch(),
      load: loadavg(),
      accesses: requests,
      bytes: bytesSent,
      duration: this.#duration,
      cpu: { user: hundredths(user), system: hundredths(system) },
      connections: counts,
      accepting: accepting(),
    }
  }
}

/** Microseconds as seconds, as exactly as other systems tell them. */
function hundredths(microseconds: number): number {
  return Math.round(microseconds / 10_000) / 100
}

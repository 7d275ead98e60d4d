/** A request on its way through access control, and what the scripts are told of it. */
import type { Clock } from '../../base/clock.js'
import type { Log } from '../../logging/log.js'
import type { AccessPool } from '../../workers/access-scripts.js'
import { commonKeys } from '../environ.js'
import type { HttpExchange } from '../reply.js'
import type { RequestHead } from '../request-head.js'
import type { RequestTarget } from '../request-target.js'
import type { AccessPath } from './access-path.js'
import { AccessQuestion } from './access-question.js'
import type { Verdict } from './verdict.js'

export interface Visit {
  readonly http: HttpExchange
  readonly target: RequestTarget
  readonly path: AccessPath
  /** Nothing is in its way. */
  readonly proceed: () => void
}

/** Whom or what a question is about. Text has one latin-1 character for each byte. */
export interface AskedAbout {
  readonly user?: string
  readonly password?: string
  readonly realm?: string
}

/** @param checks see docs/protocol.md */
export type Asked = AskedAbout & { readonly checks: string }

/** Has the scripts asked about a visit. `answer` is not called when the client has gone meanwhile. */
export function putQuestion(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  pool: AccessPool,
  limit: number,
  visit: Visit,
  asked: Asked,
  answer: (verdict: Verdict) => void,
): void {
  const { request, response, method } = visit.http
  const since = clock.now()
  const describe = () => ({
    method,
    target: request.url,
    client: request.client,
    scriptFilename: visit.path.filename,
    seconds: (clock.now() - since) / 1000,
  })
  const asker = {
    clock,
    limit,
    gone: () => response.destroyed,
    describe,
    unanswered: (why: 'waited' | 'hangs' | 'died') =>
      log.emit({ type: 'accessUnanswered', why, request: describe() }),
    answer: (verdict: Verdict) => {
      if (!response.destroyed) answer(verdict)
    },
  }
  new AccessQuestion(pool, asker, ownWords(asked, request.secure) + accessEnviron(visit)).ask()
}

/** What the client says of who he is; null: nothing. */
export function authorizationOf({ keys, values }: RequestHead): string | null {
  const at = keys.indexOf(authorization)
  return at < 0 ? null : values[at]!
}

const authorization = 'HTTP_AUTHORIZATION'

/** Our own words, among the keys of the environ. */
function ownWords(asked: Asked, secure: boolean): string {
  const words = Object.entries(secure ? { ...asked, https: 'on' } : asked)
  return words.map(([name, value]) => `modwsgi_dev.${name}\0${value}`).join('\0')
}

/** The keys of the environ that the scripts see, each after a NUL. The password is none of them. */
function accessEnviron({ http, target, path }: Visit): string {
  const { request, head, method, host } = http
  const at = head.keys.indexOf(authorization)
  const others = (list: readonly string[]) => list.filter((_, index) => index !== at)
  const shown = at < 0 ? head : { ...head, keys: others(head.keys), values: others(head.values) }
  return `\0SCRIPT_FILENAME\0${path.filename}\0REQUEST_METHOD\0${method}\0REQUEST_URI\0${request.url}\0QUERY_STRING\0${target.query}\0SCRIPT_NAME\0${path.scriptName}\0PATH_INFO\0${path.pathInfo}\0SERVER_PROTOCOL\0${request.protocol}${commonKeys(request, shown, target, host)}`
}

/**
 * Access control: what Apache does between finding out what answers a request and having it answered. The scripts are
 * asked, and the request goes on with what they allow, or ends with 401, 403 or 500.
 */
import type { Clock } from '../../base/clock.js'
import type { Log } from '../../logging/log.js'
import type { Resolution } from '../../static/resolution.js'
import type { AccessPool } from '../../workers/access-scripts.js'
import type { KnownOfFailure } from '../failures.js'
import type { HttpExchange } from '../reply.js'
import type { RequestTarget } from '../request-target.js'
import { accessPath, directoryPath, indexPath } from './access-path.js'
import type { AccessRule } from './access-rule.js'
import { type BasicCredentials, readBasic } from './basic.js'
import { authenticationInfo, isRightResponse } from './digest.js'
import { type DigestFields, readDigest } from './digest-fields.js'
import { isSameTarget } from './digest-target.js'
import { makeNonce, stateOfNonce } from './nonces.js'
import type { Verdict } from './verdict.js'
import { type AskedAbout, authorizationOf, putQuestion, type Visit } from './visit.js'

/** What it needs of the front. */
export interface ControlledFront {
  readonly clock: Clock
  readonly log: Log
  fail(http: HttpExchange, status: number, known?: KnownOfFailure): void
  afterBody(http: HttpExchange, answer: () => void, invites: boolean): void
}

export class AccessControl {
  readonly #front: ControlledFront
  readonly #rule: AccessRule
  readonly #pool: AccessPool

  constructor(front: ControlledFront, rule: AccessRule, pool: AccessPool) {
    this.#front = front
    this.#rule = rule
    this.#pool = pool
  }

  /** Lets a request go on, or ends it. A client that leaves meanwhile is forgotten. */
  admit(
    http: HttpExchange,
    target: RequestTarget,
    resolution: Resolution,
    proceed: () => void,
  ): void {
    http.identity = null
    const index = indexPath(target.path, resolution)
    if (index === null) {
      return this.#check({ http, target, path: accessPath(target.path, resolution), proceed })
    }
    // Apache looks at the index file by a request of its own.
    const toIndex = () => this.#check({ http, target, path: index, proceed })
    this.#check({ http, target, path: directoryPath(target.path, index), proceed: toIndex })
  }

  #check(visit: Visit): void {
    const { scheme } = this.#rule
    // Who may see the host of no name (--allow-localhost) needs no password there.
    if (scheme === null || visit.http.host?.kind === 'default')
      return this.#hostFirst(visit, visit.proceed)
    const field = authorizationOf(visit.http.head)
    if (field === null) return this.#hostFirst(visit, () => this.#challenge(visit))
    if (scheme === 'Basic') return this.#checkBasic(visit, readBasic(field))
    const fields = readDigest(field)
    if ('bad' in fields) {
      const why =
        fields.bad === 'scheme'
          ? `client used wrong authentication scheme \`${fields.scheme}'`
          : 'missing user, realm, nonce, uri, digest, cnonce, or nonce_count in authorization header'
      return this.#hostFirst(visit, () => this.#refuse(visit, why))
    }
    this.#checkDigest(visit, fields)
  }

  // ---- Basic

  #checkBasic(visit: Visit, credentials: BasicCredentials | null): void {
    if (credentials === null) {
      const why = 'client used wrong authentication scheme'
      return this.#hostFirst(visit, () => this.#refuse(visit, why))
    }
    const { user, password } = credentials
    this.#ask(visit, this.#checks('password', true), { user, password }, verdict => {
      this.#conclude(visit, verdict, user)
    })
  }

  // ---- Digest

  #checkDigest(visit: Visit, fields: DigestFields): void {
    const { http } = visit
    const { request } = http
    const user = fields.username
    const asked = {
      target: request.url,
      host: http.head.host,
      port: request.socket.localPort ?? 0,
      usualPort: request.secure ? 443 : 80,
    }
    if (!isSameTarget(fields.uri, asked)) {
      return this.#hostFirst(visit, () => {
        const why = `uri mismatch - <${fields.uri}> does not match request-uri <${request.url}>`
        this.#identify(http, user)
        this.#tell(visit, why)
        this.#end(visit, 400)
      })
    }
    if (fields.opaque !== null) {
      return this.#hostFirst(visit, () => {
        this.#identify(http, user)
        this.#tell(visit, `received invalid opaque - got \`${fields.opaque}'`)
        this.#challenge(visit, true)
      })
    }
    const fault = this.#faultOf(fields)
    if (fault !== null) {
      return this.#hostFirst(visit, () => {
        this.#identify(http, user)
        this.#refuse(visit, fault)
      })
    }
    const { realm } = this.#rule
    this.#ask(visit, this.#checks('hash', false), { user, realm }, verdict => {
      if (verdict.kind !== 'hash') return this.#conclude(visit, verdict, user)
      this.#identify(http, user)
      this.#checkResponse(visit, fields, verdict.hash)
    })
  }

  /** What is wrong with it whatever the password is; null: nothing. */
  #faultOf({ realm, algorithm }: DigestFields): string | null {
    if (realm !== this.#rule.realm)
      return `realm mismatch - got \`${realm}' but expected \`${this.#rule.realm}'`
    if (algorithm !== null && !/^md5$/i.test(algorithm))
      return `unknown algorithm \`${algorithm}' received`
    return null
  }

  #checkResponse(visit: Visit, fields: DigestFields, hash: string): void {
    const { realm, group } = this.#rule
    const { username: user, nonce, qop } = fields
    if (qop?.toLowerCase() !== 'auth')
      return this.#refuse(visit, `invalid or missing qop value '${qop ?? '(null)'}'`)
    if (!isRightResponse(fields, hash, visit.http.request.method))
      return this.#refuse(visit, `user ${user}: password mismatch`)
    const now = this.#front.clock.epoch()
    const state = stateOfNonce(nonce, realm, now)
    if (state === 'stale') {
      this.#tell(visit, `user ${user}: nonce expired or not of this server - sending new nonce`)
      return this.#challenge(visit, true)
    }
    const nextNonce = state === 'ending' ? makeNonce(realm, now) : null
    const info = authenticationInfo(fields, hash, nextNonce)
    if (!group) return this.#proceed(visit, user, info)
    this.#ask(visit, 'group', { user }, verdict => {
      this.#conclude(visit, verdict, user, info)
    })
  }

  // ---- what comes of it

  /** What is refused whatever the scripts say: but the host is looked at before. */
  #hostFirst(visit: Visit, refuse: () => void): void {
    if (!this.#rule.host) return refuse()
    this.#ask(visit, 'host', {}, verdict => {
      if (verdict.kind === 'granted') refuse()
      else this.#conclude(visit, verdict, null)
    })
  }

  #conclude(visit: Visit, verdict: Verdict, user: string | null, info: string | null = null): void {
    const { http } = visit
    if (verdict.kind === 'forbidden') return this.#end(visit, 403)
    if (verdict.kind === 'stopping') return this.#end(visit, 503)
    if (user === null) return verdict.kind === 'granted' ? visit.proceed() : this.#end(visit, 500)
    this.#identify(http, user)
    const uri = visit.path.scriptName + visit.path.pathInfo
    switch (verdict.kind) {
      case 'granted':
        return this.#proceed(visit, verdict.user, info)
      case 'mismatch':
        this.#tell(
          visit,
          `user ${user}: authentication failure for "${uri}": Password Mismatch`,
          '',
        )
        return this.#challenge(visit)
      case 'unknown':
        return this.#refuse(visit, this.#unknownText(user))
      case 'outside':
        this.#tell(visit, `user ${user}: authorization failure for "${uri}"`, '')
        return this.#challenge(visit)
      default:
        return this.#end(visit, 500)
    }
  }

  #unknownText(user: string): string {
    const { scheme, realm } = this.#rule
    return scheme === 'Basic'
      ? `user ${user} not found`
      : `user \`${user}' in realm \`${realm}' not found`
  }

  #proceed({ http, proceed }: Visit, user: string, info: string | null): void {
    this.#identify(http, user)
    const environ = `\0REMOTE_USER\0${user}\0AUTH_TYPE\0${this.#rule.scheme}`
    // Apache does not have it for what an internal redirect leads to.
    const fields = info === null || http.internal !== null ? [] : ['Authentication-Info', info]
    http.identity = { environ, fields }
    proceed()
  }

  /** For the access log, whatever becomes of the request. */
  #identify(http: HttpExchange, user: string): void {
    http.access?.identified(user)
  }

  #refuse(visit: Visit, why: string): void {
    this.#tell(visit, why)
    this.#challenge(visit)
  }

  #challenge(visit: Visit, stale = false): void {
    const { realm, scheme } = this.#rule
    const nonce = scheme === 'Digest' ? makeNonce(realm, this.#front.clock.epoch()) : ''
    const rest =
      scheme === 'Digest'
        ? `, nonce="${nonce}", algorithm=MD5${stale ? ', stale=true' : ''}, qop="auth"`
        : ''
    this.#end(visit, 401, ['WWW-Authenticate', `${scheme} realm="${realm}"${rest}`])
  }

  #end({ http }: Visit, status: number, fields: readonly string[] = []): void {
    const { response } = http
    if (response.destroyed) return
    this.#front.afterBody(http, () => this.#front.fail(http, status, { fields }), false)
  }

  /** Writes to the log why a client is refused. @param end behind it: where to */
  #tell({ http, path }: Visit, text: string, end = `: ${path.scriptName}${path.pathInfo}`): void {
    const { client } = http.request
    this.#front.log.emit({ type: 'accessRefused', client, text: text + end })
  }

  // ---- the scripts

  /** What is asked in one go. */
  #checks(check: string, withGroup: boolean): string {
    const { host, group } = this.#rule
    return `${host ? 'host ' : ''}${check}${group && withGroup ? ' group' : ''}`
  }

  #ask(visit: Visit, checks: string, about: AskedAbout, answer: (verdict: Verdict) => void): void {
    putQuestion(this.#front, this.#pool, this.#rule.limit, visit, { checks, ...about }, answer)
  }
}

/**
 * One question to the process of the access scripts: waits for a thread, and for the answer, so long and no longer.
 * Whatever happens it is answered once, unless nobody waits for it any more.
 */
import type { Clock } from '../../base/clock.js'
import type { RunningRequest } from '../../logging/events.js'
import type { AccessPool } from '../../workers/access-scripts.js'
import type { Job, Pool, RefusalReason } from '../../workers/dispatcher.js'
import type { Exchange } from '../../workers/exchange.js'
import { bodyKind, encodeRequest, type ResponseFrame } from '../../workers/protocol.js'
import { readVerdict, type Verdict } from './verdict.js'

/** Who asks. */
export interface Asker {
  readonly clock: Clock
  /** Milliseconds that a question may wait for a thread, and then for its answer; 0: for ever. */
  readonly limit: number
  /** The client has gone. */
  gone(): boolean
  describe(): RunningRequest
  /** Why no answer came. */
  unanswered(why: 'waited' | 'hangs' | 'died'): void
  answer(verdict: Verdict): void
}

export class AccessQuestion implements Job, Exchange {
  readonly #pool: AccessPool
  readonly #asker: Asker
  readonly #frame: Buffer
  #thread: Pool | null = null
  #over = false
  #cancel: () => void = () => {}

  /** @param text see docs/protocol.md */
  constructor(pool: AccessPool, asker: Asker, text: string) {
    this.#pool = pool
    this.#asker = asker
    this.#frame = encodeRequest(text, bodyKind.none)
  }

  ask(): void {
    this.#waitFor('waited')
    this.#pool.dispatcher.submit(this)
  }

  describe(): RunningRequest {
    return this.#asker.describe()
  }

  wanted(): boolean {
    if (!this.#over && this.#asker.gone()) this.#end()
    return !this.#over
  }

  start(pool: Pool): void {
    this.#thread = pool
    this.#waitFor('hangs')
    pool.send(this.#frame, this)
  }

  refuse(why: RefusalReason): void {
    this.#settle({ kind: why === 'stopping' ? 'stopping' : 'failed' })
  }

  responded({ body }: ResponseFrame): void {
    this.#settle(readVerdict(body))
  }

  ended(): void {
    this.#settle({ kind: 'failed' })
  }

  retry(): void {
    if (!this.#over) this.ask()
  }

  lost(): void {
    this.#fail('died')
  }

  taken(): void {}
  accepted(): void {}
  data(): void {}
  drained(): void {}

  #waitFor(why: 'waited' | 'hangs'): void {
    this.#cancel()
    const { limit, clock } = this.#asker
    if (limit > 0) this.#cancel = clock.after(limit, () => this.#fail(why))
  }

  #fail(why: 'waited' | 'hangs' | 'died'): void {
    if (this.#over) return
    if (why === 'waited') this.#pool.dispatcher.withdraw(this)
    this.#asker.unanswered(why)
    this.#settle({ kind: 'failed' })
    if (why === 'hangs' && this.#thread !== null) this.#pool.hangs(this.#thread)
  }

  #settle(verdict: Verdict): void {
    if (this.#over) return
    this.#end()
    this.#asker.answer(verdict)
  }

  #end(): void {
    this.#over = true
    this.#cancel()
  }
}

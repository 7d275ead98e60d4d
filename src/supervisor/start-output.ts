/**
 * What workers print while they start. In a crash loop each prints what the one before has printed: that is in the
 * log once, and then the deaths are counted.
 *
 * The first one that prints goes straight to the log and is the model. What the others print is kept back as long as it
 * is the same; at the first line that differs, and when they or the model turn out to start well, it goes to the log too.
 */
import type { Clock } from '../base/clock.js'
import type { EntryEvent } from '../logging/events.js'

/** An event of a worker that starts: a line, or its death. */
export type StartEvent = Extract<EntryEvent, { type: 'applicationLine' | 'rawLine' | 'workerDied' }>

/** Outputs that are the same for so many lines count as different. */
const mostLines = 500

/** Lines that are kept of what a worker has printed, and characters of each. */
const mostPrinted = 200
const longestPrinted = 4000

/** Milliseconds that a worker which is ahead of the model waits for it, and one that has died: it may be dying too. */
const longestLead = 200
const longestDying = 1000

export class StartOutputs {
  readonly #emit: (event: EntryEvent) => void
  readonly #clock: Clock
  #model: StartOutput | null = null
  readonly #others = new Set<StartOutput>()
  #deaths = 0

  constructor(emit: (event: EntryEvent) => void, clock: Clock) {
    this.#emit = emit
    this.#clock = clock
  }

  /** A worker starts. */
  begin(): StartOutput {
    const output = new StartOutput(this.#emit)
    this.#others.add(output)
    return output
  }

  /** A worker that starts has printed something, or died. */
  add(output: StartOutput, event: StartEvent): void {
    output.add(event)
    if (this.#model === null && this.#others.has(output)) this.#take(output)
    if (output !== this.#model) return this.#compare(output)
    for (const other of [...this.#others]) this.#compare(other)
  }

  /** A worker takes requests: whatever kept others from it is over. */
  started(output: StartOutput): void {
    this.forget()
    this.#release(output)
    output.printed.length = 0
  }

  /** A worker is gone. If it did not die by itself, what it has printed is its own. */
  ended(output: StartOutput): void {
    if (output.dead) return
    if (output === this.#model) this.forget()
    this.#release(output)
  }

  /** The next death is told in full: the code has changed. */
  forget(): void {
    this.#model = null
    for (const other of [...this.#others]) this.#release(other)
  }

  #release(output: StartOutput): void {
    this.#others.delete(output)
    output.release()
  }

  #take(model: StartOutput): void {
    this.#release(model)
    this.#model = model
    this.#deaths = 1
  }

  #compare(output: StartOutput): void {
    const model = this.#model
    if (model === null || !this.#others.has(output)) return
    if (output.isLike(model)) {
      if (model.dead && output.dead) this.#countDeath(output)
      else if (output.dead) this.#overtakeLater(output, model)
      else if (!model.dead) this.#limitLead(output, model)
    } else if (!output.dead) {
      output.release()
    } else if (model.dead) {
      // Others are compared with the latest.
      this.#take(output)
    } else {
      this.#release(output)
    }
  }

  #overtakeLater(output: StartOutput, model: StartOutput): void {
    this.#clock.after(longestDying, () => {
      if (this.#isUndecided(output, model)) this.#overtake(output, model)
    })
  }

  #isUndecided(output: StartOutput, model: StartOutput): boolean {
    return model === this.#model && !model.dead && this.#others.has(output)
  }

  /** One that died says more than one that may die: of the former model only what it has printed so far is shown. */
  #overtake(output: StartOutput, model: StartOutput): void {
    this.#take(output)
    model.hold()
    this.#others.add(model)
  }

  /** Nobody who waits for what it says has to wait for the model, which may be silent for long. */
  #limitLead(output: StartOutput, model: StartOutput): void {
    if (output.keys.length <= model.keys.length) return
    this.#clock.after(longestLead, () => {
      const isAhead = !output.dead && output.keys.length > model.keys.length
      if (isAhead && this.#isUndecided(output, model)) this.#release(output)
    })
  }

  #countDeath(output: StartOutput): void {
    this.#others.delete(output)
    this.#deaths++
    // 2, 4, 8: a loop that goes on for days does not fill the log.
    if (!Number.isInteger(Math.log2(this.#deaths))) return
    const { last } = output
    if (last?.type === 'workerDied') {
      this.#emit({ ...last, type: 'workerDiedAlike', times: this.#deaths })
    }
  }
}

/** The output of one worker up to the moment at which it takes requests. */
export class StartOutput {
  readonly #emit: (event: EntryEvent) => void
  #held: StartEvent[] | null = []
  #inOtherThread = false
  /** What makes its events the same as those of another one. */
  readonly keys: string[] = []
  dead = false
  /** The last lines that it has printed; empty once it takes requests. */
  readonly printed: string[] = []
  /** The last event that is kept back. */
  last: StartEvent | null = null

  constructor(emit: (event: EntryEvent) => void) {
    this.#emit = emit
  }

  add(event: StartEvent): void {
    this.last = event
    this.dead = event.type === 'workerDied'
    if (event.type !== 'workerDied') this.#keep(event.text)
    if (this.keys.length < mostLines) this.#noteKey(event)
    if (this.#held === null) this.#emit(event)
    else this.#held.push(event)
  }

  /** Whether nothing tells the two apart so far. */
  isLike(other: StartOutput): boolean {
    const length = Math.min(this.keys.length, other.keys.length)
    for (let at = 0; at < length; at++) if (this.keys[at] !== other.keys[at]) return false
    return length < mostLines
  }

  /** From now on all is kept back. */
  hold(): void {
    this.#held ??= []
  }

  /** From now on nothing is kept back. */
  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const event of held) this.#emit(event)
  }

  #keep(text: string): void {
    this.printed.push(text.slice(0, longestPrinted))
    if (this.printed.length > mostPrinted) this.printed.shift()
  }

  #noteKey(event: StartEvent): void {
    if (event.type === 'workerDied') return void this.keys.push(`${event.code} ${event.signal}`)
    // faulthandler also writes where the other threads are, which are ours and wait somewhere.
    if (/^Thread 0x/.test(event.text)) this.#inOtherThread = true
    else if (/^(Current thread|Fatal)/.test(event.text)) this.#inOtherThread = false
    if (!this.#inOtherThread) this.keys.push(event.text.replace(/0x[0-9a-f]+|\d+/g, '0'))
  }
}

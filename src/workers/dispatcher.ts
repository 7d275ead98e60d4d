/**
 * Gives requests to workers with a free thread, to the one with the fewest requests first. When all threads
 * are busy the requests wait here, first come, first served: concurrency is exactly processes x threads.
 */
import type { Exchange } from './exchange.js'

/** A request that waits for a thread. */
export interface Job {
  /** Asked right before `start`: false when it has been answered meanwhile and needs no thread. */
  wanted(): boolean
  /** A thread is free: use it now. */
  start(pool: Pool): void
  /** No thread will come. */
  refuse(why: RefusalReason): void
}

/** Why a waiting request is answered without the application. */
export type RefusalReason = 'not-loadable' | 'stopping'

/** Which worker it is that has a request, for the log. */
export interface WorkerName {
  readonly slot: number
  readonly generation: number
  readonly pid: number
}

/** A worker as the dispatcher sees it. */
export interface Pool {
  /** Null until its owner has told it. */
  readonly worker?: WorkerName | null
  /** Value of X-Modwsgi-Dev in responses that come from it; null: they do not have it. */
  readonly workerField?: string | null
  /** When it goes away, clients have to see that what it had begun to send is incomplete. */
  readonly cutsOff?: boolean
  /** Threads that could take a request. */
  readonly free: number
  /** Requests it has. */
  readonly busy: number
  /** Gives it an encoded REQUEST; only while `free` is above 0. */
  send(request: Buffer, exchange: Exchange): void
}

export class Dispatcher {
  readonly #pools: Pool[] = []
  /** Waiting requests from `#head` on. The entries before it are spent, and empty so that they hold nothing. */
  #queue: (Job | null)[] = []
  #head = 0
  #refusing: RefusalReason | null = null

  /** Requests waiting now. */
  get waiting(): number {
    return this.#queue.length - this.#head
  }

  /** Whether there is a worker that takes requests, now or when it is free. */
  get hasWorkers(): boolean {
    return this.#pools.length > 0
  }

  /** Takes a request: at once, later, or not at all while {@link refuseAll} is in force. */
  submit(job: Job): void {
    if (this.#refusing) return job.refuse(this.#refusing)
    const pool = this.waiting > 0 ? null : this.#freest()
    if (pool) this.#give(job, pool)
    else this.#queue.push(job)
  }

  /** How many requests wait before this one; -1 when it does not wait (any more). */
  placeOf(job: Job): number {
    const at = this.#queue.indexOf(job, this.#head)
    return at < 0 ? -1 : at - this.#head
  }

  /** Takes a waiting request back. False when it is not waiting (any more). */
  withdraw(job: Job): boolean {
    const at = this.#queue.indexOf(job, this.#head)
    if (at < 0) return false
    this.#queue.splice(at, 1)
    return true
  }

  /** A worker takes requests from now on. */
  add(pool: Pool): void {
    if (!this.#pools.includes(pool)) this.#pools.push(pool)
    this.pump()
  }

  /** A worker takes no more requests; those it has go on. */
  remove(pool: Pool): void {
    const at = this.#pools.indexOf(pool)
    if (at >= 0) this.#pools.splice(at, 1)
  }

  /** Answers whatever waits, and whatever comes, without the application, until {@link acceptAgain}. */
  refuseAll(why: RefusalReason): void {
    this.#refusing = why
    const jobs = this.#queue.slice(this.#head)
    this.#queue = []
    this.#head = 0
    for (const job of jobs) job?.refuse(why)
  }

  acceptAgain(): void {
    this.#refusing = null
  }

  /** A thread became free or a worker was added: serve the queue. */
  pump(): void {
    while (this.waiting > 0) {
      const pool = this.#freest()
      if (!pool) return
      this.#give(this.#next(), pool)
    }
  }

  #next(): Job {
    const job = this.#queue[this.#head]!
    this.#queue[this.#head++] = null
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return job
  }

  #give(job: Job, pool: Pool): void {
    if (job.wanted()) job.start(pool)
  }

  #freest(): Pool | null {
    let best: Pool | null = null
    for (const pool of this.#pools) {
      if (pool.free > 0 && (!best || pool.busy < best.busy)) best = pool
    }
    return best
  }
}

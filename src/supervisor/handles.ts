/** The workers that there are, whatever their state, in the order of their start. */
import type { RunningRequest } from '../logging/events.js'
import type { WorkerProcess } from '../workers/worker-process.js'
import type { WorkerSnapshot } from './fleet-options.js'
import type { WorkerHandle } from './worker-handle.js'

export class Handles implements Iterable<WorkerHandle> {
  readonly #all = new Set<WorkerHandle>()
  #stacks: Promise<unknown> | null = null

  get size(): number {
    return this.#all.size
  }

  add(handle: WorkerHandle): void {
    this.#all.add(handle)
  }

  delete(handle: WorkerHandle): void {
    this.#all.delete(handle)
  }

  has(handle: WorkerHandle): boolean {
    return this.#all.has(handle)
  }

  /** A copy: whoever goes through it may end workers. */
  [Symbol.iterator](): Iterator<WorkerHandle> {
    return [...this.#all][Symbol.iterator]()
  }

  /** Those that take requests. */
  get ready(): WorkerHandle[] {
    return [...this.#all].filter(({ state }) => state === 'ready')
  }

  /** Those that take requests or are going to. */
  get serving(): WorkerHandle[] {
    return [...this.#all].filter(({ serving }) => serving)
  }

  /** @param running descriptions of the requests that run in a worker */
  snapshot(running: (process: WorkerProcess) => readonly RunningRequest[]): WorkerSnapshot[] {
    return [...this.#all].map(({ slot, generation, state, process, requests, loadError }) => {
      const loaded = state !== 'starting' && loadError === null
      const { pid } = process
      const { places } = process.requests
      return { slot, generation, state, pid, loaded, requests, places, running: running(process) }
    })
  }

  /** Has all write the stacks of all their threads to the log. Who asks meanwhile gets the same. */
  writeStacks(): Promise<unknown> {
    const write = () => Promise.all([...this.#all].map(({ process }) => process.writeStacks(null)))
    this.#stacks ??= write().finally(() => {
      this.#stacks = null
    })
    return this.#stacks
  }
}

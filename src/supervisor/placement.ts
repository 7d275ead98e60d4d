/**
 * Which workers have to end, and in which places new ones have to start: wanted against actual, without I/O. Each
 * place, 1 up to the number of workers wanted, has one worker of the present generation; while they are renewed
 * one after the other, one of an older generation serves until its successor is ready.
 */
import type { EndCause } from './time-limits.js'
import type { WorkerState } from './worker-state.js'

/** A worker in its place. */
export interface Placed {
  readonly slot: number
  readonly generation: number
  readonly state: WorkerState
}

export interface Wanted {
  readonly workers: number
  readonly generation: number
  /** The first generation that is as good as the present one. */
  readonly oldest: number
  /** Workers of older generations are replaced one after the other. */
  readonly renewing: boolean
}

export interface Placement<Handle extends Placed> {
  readonly retire: readonly { readonly handle: Handle; readonly cause: EndCause }[]
  /** Places for new workers. */
  readonly start: readonly number[]
  /** Workers of older generations are left. */
  readonly renewing: boolean
}

/** @param handles workers that serve, or are going to */
export function place<Handle extends Placed>(
  handles: Iterable<Handle>,
  wanted: Wanted,
): Placement<Handle> {
  const present = new Map<number, Handle>()
  const before = new Map<number, Handle>()
  const retire: { handle: Handle; cause: EndCause }[] = []
  for (const handle of handles) {
    const places = placesFor(handle, wanted, present, before)
    const isBeyond = handle.slot > wanted.workers && places !== before
    if (places === null || isBeyond || places.has(handle.slot)) {
      retire.push({ handle, cause: causeFor(handle, wanted) })
    } else places.set(handle.slot, handle)
  }
  const isReady = (slot: number) => present.get(slot)?.state === 'ready'
  const slots = Array.from({ length: wanted.workers }, (_, at) => at + 1)
  // Those beyond the number go last: it may become what it was.
  const all = slots.every(isReady)
  for (const [slot, handle] of before) {
    if (slot > wanted.workers ? !all : !isReady(slot)) continue
    before.delete(slot)
    retire.push({ handle, cause: 'graceful_signal' })
  }
  const start = [...successorOf(wanted, present, before), ...emptyPlaces(slots, present, before)]
  return { retire, start, renewing: before.size > 0 }
}

function placesFor<Handle extends Placed>(
  { generation, state }: Handle,
  wanted: Wanted,
  present: Map<number, Handle>,
  before: Map<number, Handle>,
): Map<number, Handle> | null {
  if (isGood(generation, wanted)) return present
  return wanted.renewing && state === 'ready' ? before : null
}

function isGood(generation: number, wanted: Wanted): boolean {
  return generation >= wanted.oldest && generation <= wanted.generation
}

function causeFor({ generation }: Placed, wanted: Wanted): EndCause {
  return isGood(generation, wanted) ? 'shutdown_signal' : 'script_reload'
}

/** The place of the next worker that is replaced: none while a successor starts. */
function successorOf(
  { workers }: Wanted,
  present: ReadonlyMap<number, Placed>,
  before: ReadonlyMap<number, Placed>,
): number[] {
  if ([...present.values()].some(({ state }) => state === 'starting')) return []
  return [...before.keys()].filter(slot => slot <= workers && !present.has(slot)).slice(0, 1)
}

function emptyPlaces(
  slots: readonly number[],
  present: ReadonlyMap<number, Placed>,
  before: ReadonlyMap<number, Placed>,
): number[] {
  return slots.filter(slot => !present.has(slot) && !before.has(slot))
}

/**
 * Which source gives the signs of which file: events where the file system tells of changes, rounds of looks
 * elsewhere. Slow rounds (the sweep) over what has events find out where these fail, and everything is polled when
 * the system watches no more. Nothing gets lost on the way: every round compares with what is known.
 */
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../base/clock.js'
import type { PollingCause } from '../logging/events.js'
import { FolderEvents, type FolderOpeners } from './folder-events.js'
import { type Mount, mountOf, tellsChanges } from './mounts.js'
import type { PollingWish } from './polling-wish.js'
import type { Differs, SignHearer } from './signs.js'
import { type Pace, StatRounds } from './stat-rounds.js'
import { watchFailure } from './watch-failure.js'
import { isInstalled } from './watched-file.js'

/** What the sources work with. */
export interface SignSourcesMeans {
  readonly clock: Clock
  readonly polling: PollingWish
  readonly mounts: readonly Mount[]
  readonly openers: FolderOpeners
}

export interface SignSourcesOwner extends SignHearer {
  readonly differs: Differs
  /** Files are polled from now on: those of a mount that the cause names, or all. */
  polls(cause: PollingCause): void
}

/**
 * Polling may take 1 % of a core and the sweep 0.15 %, at 0.0025 to 0.0045 ms for each look (the first ones after a
 * pause take longer). Installed packages are many, and
 * seldom edited.
 */
const paces = {
  polled: { pause: 400, forEach: 0.3 },
  polledInstalled: { pause: 2000, forEach: 1.5 },
  swept: { pause: 3000, forEach: 3 },
  sweptInstalled: { pause: 15_000, forEach: 10 },
} satisfies Record<string, Pace>

/** Milliseconds around a difference that the sweep has found, in which its sign may have come or may come yet. */
const signMayTake = 1000

export class SignSources {
  readonly #means: SignSourcesMeans
  readonly #owner: SignSourcesOwner
  readonly #events: FolderEvents
  readonly #polled: Rounds
  readonly #swept: Rounds
  /** All that was added; true: it is polled. */
  readonly #isPolled = new Map<string, boolean>()
  readonly #folders = new Set<string>()
  /** When the last event came, by file. */
  readonly #lastEvents = new Map<string, number>()
  readonly #mounts = new Map<string, Mount | null>()
  readonly #polledMounts = new Set<string>()
  readonly #waits = new Set<() => void>()
  #pollsAll = false
  #closed = false

  constructor(means: SignSourcesMeans, owner: SignSourcesOwner) {
    this.#means = means
    this.#owner = owner
    const { clock, openers, polling } = means
    const pause = polling.pause ?? paces.polled.pause
    const { differs } = owner
    const isFar = (path: string) => this.#isFar(path)
    const rounds = (pace: Pace, hearer: SignHearer) =>
      new StatRounds({ clock, pace, differs, isFar }, hearer)
    const sweeper = { sign: (path: string) => this.#sweptUp(path) }
    this.#polled = new Rounds(
      rounds({ ...paces.polled, pause }, owner),
      rounds(paces.polledInstalled, owner),
    )
    this.#swept = new Rounds(rounds(paces.swept, sweeper), rounds(paces.sweptInstalled, sweeper))
    const hearer = { sign: (path: string) => this.#event(path) }
    this.#events = new FolderEvents(openers, hearer, error => this.#pollAll(watchFailure(error)))
    if (polling.polls === 'always') this.#pollAll({ why: 'asked', variable: polling.said })
  }

  /** Files of the set, there or not. */
  add(files: readonly string[]): void {
    const fresh = files.filter(path => !this.#isPolled.has(path))
    this.#events.add(fresh.filter(path => !this.#take(path)))
  }

  /** Folders in which something may come. */
  addFolders(folders: readonly string[]): void {
    const fresh = folders.filter(folder => !this.#isPolled.has(folder))
    for (const folder of fresh) this.#folders.add(folder)
    this.#events.addFolders(fresh.filter(folder => !this.#take(folder)))
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#waits) cancel()
    await Promise.all([this.#events.close(), this.#polled.close(), this.#swept.close()])
  }

  /** Begins to poll or to sweep it; true: to poll. */
  #take(path: string): boolean {
    const isPolled = this.#polls(this.#folderOf(path))
    this.#isPolled.set(path, isPolled)
    const rounds = isPolled ? this.#polled : this.#swept
    rounds.add(path)
    return isPolled
  }

  #polls(folder: string): boolean {
    if (this.#pollsAll) return true
    const mount = this.#mountOf(folder)
    if (mount === null) return false
    if (this.#polledMounts.has(mount.point)) return true
    if (this.#means.polling.polls === 'never' || tellsChanges(mount.type)) return false
    this.#polledMounts.add(mount.point)
    this.#owner.polls({ why: 'mount', ...mount })
    return true
  }

  #isFar(path: string): boolean {
    const mount = this.#mountOf(this.#folderOf(path))
    return mount !== null && !tellsChanges(mount.type)
  }

  #folderOf(path: string): string {
    return this.#folders.has(path) ? path : dirname(path)
  }

  #mountOf(folder: string): Mount | null {
    const known = this.#mounts.get(folder)
    if (known !== undefined) return known
    const mount = mountOf(realFolder(folder), this.#means.mounts)
    this.#mounts.set(folder, mount)
    return mount
  }

  #event(path: string): void {
    if (this.#isPolled.has(path)) this.#lastEvents.set(path, this.#means.clock.now())
    this.#owner.sign(path)
  }

  /** The sweep has found a difference. Where an event should have told of it, and none does, events are not relied on. */
  #sweptUp(path: string): void {
    const { clock } = this.#means
    const relied = this.#events.sees(path) && !this.#folders.has(path)
    const since = clock.now() - signMayTake
    this.#owner.sign(path)
    if (!relied) return
    const cancel = clock.after(signMayTake, () => {
      this.#waits.delete(cancel)
      // After a standstill the time is over before the events that waited are read, which is done next.
      setImmediate(() => {
        if ((this.#lastEvents.get(path) ?? Number.NEGATIVE_INFINITY) < since) this.#missed(path)
      })
    })
    this.#waits.add(cancel)
  }

  #missed(file: string): void {
    if (this.#isPolled.get(file) !== false || this.#closed) return
    const mount = this.#mountOf(dirname(file))
    if (mount === null) return this.#pollAll({ why: 'missed', file, mount })
    this.#polledMounts.add(mount.point)
    this.#owner.polls({ why: 'missed', file, mount })
    this.#sortAgain()
  }

  #pollAll(cause: PollingCause): void {
    this.#pollsAll = true
    this.#owner.polls(cause)
    void this.#events.close()
    this.#sortAgain()
  }

  /** Polls what is to be polled by now. */
  #sortAgain(): void {
    for (const [path, isPolled] of this.#isPolled) {
      if (isPolled || !this.#polls(this.#folderOf(path))) continue
      this.#isPolled.set(path, true)
      this.#swept.remove(path)
      this.#events.remove(path)
      this.#polled.add(path)
    }
  }
}

/** Rounds over the files of the project, and others over those of installed packages. */
class Rounds {
  constructor(
    readonly project: StatRounds,
    readonly installed: StatRounds,
  ) {}

  add(path: string): void {
    this.#of(path).add([path])
  }

  remove(path: string): void {
    this.#of(path).remove(path)
  }

  async close(): Promise<void> {
    await Promise.all([this.project.close(), this.installed.close()])
  }

  #of(path: string): StatRounds {
    return isInstalled(path) ? this.installed : this.project
  }
}

/** Where a folder really is; of one that is not there, where it would be. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

/** The configuration that counts at present, and what of another one comes to count while the server runs. */
import { UserError } from '../base/errors.js'
import type { Log } from '../logging/log.js'
import { changedSettings } from '../settings/changed-settings.js'
import type { AnotherConfiguration, Configuration } from './another-configuration.js'

/** Rejects with a {@link UserError} when the server cannot run with what is read; gives up with the signal. */
export type ReadAnother = (
  running: Configuration,
  signal: AbortSignal,
) => Promise<AnotherConfiguration>

export interface ConfigurationUser {
  readonly log: Log
  readonly readAnother: ReadAnother
  /** Has everything but the workers follow it. Throws {@link UserError} when that is not possible. */
  follow(configuration: Configuration): void
}

/** Milliseconds that reading may take: the envvars script and manage.py are asked. */
const longestReading = 30_000

export class CurrentConfiguration {
  readonly #user: ConfigurationUser
  #now: Configuration
  /** What counts again when the workers that follow the present one are no use; null: none are awaited. */
  #former: Configuration | null = null
  readonly #givesUp = new AbortController()
  /** Settles when what is being read counts, or does not. */
  #reading: Promise<unknown> = Promise.resolve()

  constructor(first: Configuration, user: ConfigurationUser) {
    this.#now = first
    this.#user = user
  }

  get now(): Configuration {
    return this.#now
  }

  /** Nothing is read any more. */
  giveUp(): void {
    this.#givesUp.abort()
  }

  /**
   * Reads it again and has it followed, then has `renew` called, one after the other in the order of the calls.
   *
   * @param renew gets null where the present one stays; gives whether workers serve by the former one until theirs are there
   * @returns why the present one stays; null: the new one counts. Never rejects
   */
  readAgain(renew: (another: Configuration | null) => boolean): Promise<string | null> {
    const read = this.#reading.then(async () => {
      const before = this.#now
      const kept = await this.#readAnother()
      if (this.#givesUp.signal.aborted) return null
      try {
        const workersFollow = renew(kept === null ? this.#now : null)
        if (workersFollow) this.#former ??= before
        return kept
      } catch (error) {
        // Nobody may wait for it: the server would end.
        const reason = reasonOf(error)
        this.#user.log.emit({ type: 'configurationKept', reason })
        return reason
      }
    })
    this.#reading = read.catch(() => {})
    return read
  }

  /** What became of workers that were to follow the present one. */
  workersFollow(outcome: 'over' | 'given up'): void {
    const former = this.#former
    this.#former = null
    if (outcome === 'over' || former === null) return
    const { log } = this.#user
    const { changed } = changedSettings(former.settings, this.#now.settings)
    try {
      this.#follow(former)
      const reason = `the new workers are no use (${changed.join(', ')})`
      if (changed.length > 0) log.emit({ type: 'configurationKept', reason })
    } catch (error) {
      // A file that it needs is gone meanwhile.
      log.emit({ type: 'configurationKept', reason: reasonOf(error) })
    }
  }

  #follow(configuration: Configuration): void {
    this.#user.follow(configuration)
    this.#now = configuration
  }

  async #readAnother(): Promise<string | null> {
    const { log, readAnother } = this.#user
    const { signal } = this.#givesUp
    const limit = AbortSignal.any([signal, AbortSignal.timeout(longestReading)])
    try {
      const another = await readAnother(this.#now, limit)
      if (signal.aborted) return null
      const { changed, kept } = another
      this.#follow(another)
      if (changed.length + kept.length > 0) log.emit({ type: 'configurationRead', changed, kept })
      return null
    } catch (error) {
      if (signal.aborted) return null
      const reason = reasonOf(error)
      log.emit({ type: 'configurationKept', reason })
      return reason
    }
  }
}

/** Whatever goes wrong, the server goes on. */
function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  return `a fault of modwsgi-dev: ${(error as Error).stack}`
}

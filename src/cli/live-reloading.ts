/** Joins the parts of --live-reload. Loaded only with that option. */
import { systemClock } from '../base/clock.js'
import { LiveReload } from '../front/live-reload/live-reload.js'
import type { Log } from '../logging/log.js'
import type { Settings } from '../settings/settings.js'
import type { Fleet } from '../supervisor/fleet.js'
import { ServedFiles } from '../watch/served-files.js'
import type { WorkerName } from '../workers/dispatcher.js'
import type { LoadFailure } from '../workers/load-failure.js'
import { type LoadResult, loadedLater } from '../workers/load-result.js'
import type { WorkerExit } from '../workers/worker-process.js'
import type { SitePlan } from './site-plan.js'

export class LiveReloading {
  readonly front: LiveReload
  readonly #files: ServedFiles

  constructor(settings: Settings, plan: SitePlan, log: Log, fleet: Fleet | null) {
    const names = [settings.serverName, settings.host, ...settings.serverAlias]
    this.front = new LiveReload({
      clock: systemClock,
      mountPoint: plan.mountPoint,
      hostNames: names.flatMap(name => (name === null ? [] : [name.toLowerCase()])),
      workers: () =>
        (fleet?.snapshot() ?? []).map(({ pid, state, loaded }) => ({
          pid,
          hasApplication: state === 'ready' && loaded,
        })),
      fileServed: (file, urlPath) => this.#files.add(file, urlPath),
    })
    this.#files = new ServedFiles(
      {
        changed: (urlPaths, onlyStyles) => this.front.filesChanged(urlPaths, onlyStyles),
        failed: reason => log.emit({ type: 'servedFilesUnseen', reason }),
      },
      systemClock,
    )
  }

  /** A worker has tried to load the application. */
  loadTried(result: LoadResult, worker: WorkerName): void {
    if (result === loadedLater) return this.front.loadedLater(worker)
    const failure = result.failure ?? unexplained(result)
    this.front.explain(result.loaded ? null : { kind: 'failed', failure }, worker)
  }

  /** A worker died before it had loaded the application. */
  startFailed({ code, signal }: WorkerExit, printed: readonly string[]): void {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    this.front.explain({ kind: 'died', how, output: printed.join('\n') }, null)
  }

  close(): void {
    this.front.close()
    this.#files.close()
  }
}

function unexplained({ error }: LoadResult): LoadFailure {
  const text = error ?? 'unknown'
  return { errors: [{ type: text, message: '', frames: [] }], traceback: text }
}

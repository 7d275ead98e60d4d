/** The watcher of a server's files, as its settings want it. Loaded only by servers that watch. */
import { systemClock } from '../base/clock.js'
import type { Settings } from '../settings/settings.js'
import { pollingWish } from '../watch/polling-wish.js'
import { ReloadRules } from '../watch/reload-rules.js'
import { SourceWatcher, type WatchListener } from '../watch/watcher.js'
import type { SitePlan } from './site-plan.js'

/** Watches from now on; what is to be watched is added by who hears of it. */
export function watchSources(
  settings: Settings,
  plan: SitePlan,
  env: NodeJS.ProcessEnv,
  listener: WatchListener,
): SourceWatcher {
  const rules = new ReloadRules({
    folder: plan.workingDirectory,
    include: settings.reloadInclude,
    exclude: settings.reloadExclude,
  })
  return new SourceWatcher(listener, { clock: systemClock, rules, polling: pollingWish(env) })
}

/** From settings to the limits of workers. */
import type { SilenceRules } from '../front/silence-watch.js'
import type { Settings } from '../settings/settings.js'
import type { TimeLimits } from '../supervisor/time-limits.js'
import type { SitePlan } from './site-plan.js'

/** Only daemon processes have limits in mod_wsgi: embedded and debug mode know none but the time to end. */
export function planLimits(settings: Settings, { mode, threads }: SitePlan): TimeLimits {
  const daemon = (seconds: number) => (mode === 'daemon' ? seconds : 0)
  return {
    request: daemon(settings.requestTimeout),
    interrupt: daemon(settings.interruptTimeout),
    restart: daemon(settings.restartInterval),
    inactivity: daemon(settings.inactivityTimeout),
    startup: daemon(settings.startupTimeout),
    deadlock: daemon(settings.deadlockTimeout),
    graceful: settings.gracefulTimeout,
    eviction: settings.evictionTimeout,
    shutdown: settings.shutdownTimeout,
    threads,
  }
}

/** Without a daemon process nobody waits for one. */
export function planSilence(settings: Settings, { mode }: SitePlan): SilenceRules {
  const { socketTimeout, slowRequests } = settings
  return {
    silence: mode === 'daemon' && socketTimeout > 0 ? socketTimeout * 1000 : null,
    slow: slowRequests === null ? null : slowRequests * 1000,
  }
}

/** Whether a target is one of these paths or below it, by whole segments (Apache's Location). */
export function isBelowOne(paths: readonly string[], target: string): boolean {
  const path = target.split('?', 1)[0]!
  return paths.some(given => {
    const prefix = given.replace(/\/$/, '')
    return path === prefix || path.startsWith(`${prefix}/`)
  })
}

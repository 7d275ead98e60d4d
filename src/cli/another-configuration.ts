/** The configuration of a running server, read again: what of it counts from now on. */
import { UserError } from '../base/errors.js'
import type { Log } from '../logging/log.js'
import { changedSettings } from '../settings/changed-settings.js'
import type { Settings } from '../settings/settings.js'
import { checkEntryPoint } from './check-site.js'
import { planEnvironment } from './envvars.js'
import { type HttpsPlan, planHttps } from './https-plan.js'
import { type CommandPlace, planSite, type SitePlan } from './site-plan.js'
import { needsPython } from './workforce.js'

/** What a command line asks for, with all files that say something to it. */
export interface ReadConfiguration {
  readonly settings: Settings
  readonly entryPoint: string | null
}

/** Reads it again. Rejects with a {@link UserError} for every mistake in it, and when the signal says that it takes too long. */
export type ReadAgain = (signal: AbortSignal) => Promise<ReadConfiguration>

/** What a server runs with. */
export interface Configuration {
  readonly settings: Settings
  readonly plan: SitePlan
  /** The environment of all that is started. */
  readonly env: NodeJS.ProcessEnv
  /** Null where HTTPS is not spoken. */
  readonly https: HttpsPlan | null
}

export interface AnotherConfiguration extends Configuration {
  /** Names of options, see {@link changedSettings}. */
  readonly changed: readonly string[]
  readonly kept: readonly string[]
}

/** Rejects with a {@link UserError} when the server cannot run with what was read. */
export async function planAnother(
  { settings, plan, https }: Configuration,
  read: ReadConfiguration,
  place: CommandPlace,
  signal: AbortSignal,
  log: Log,
): Promise<AnotherConfiguration> {
  const another = changedSettings(settings, read.settings)
  const next = planSite(another.settings, read.entryPoint, place)
  checkEntryPoint(next)
  if (needsPython(another.settings, next) !== needsPython(settings, plan))
    throw new UserError(
      'the site was started without an application, or is to have none: stop and start it',
    )
  const env = await planEnvironment(another.settings, next, place, signal)
  return {
    ...another,
    plan: next,
    env,
    https: https && (await renewHttps(another.settings, https, place, log)),
  }
}

/** The certificates as they are now; those of before where these are no use, or only root may read them. */
async function renewHttps(
  settings: Settings,
  running: HttpsPlan,
  place: CommandPlace,
  log: Log,
): Promise<HttpsPlan> {
  try {
    return (await planHttps(settings, place)) ?? running
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    log.emit({ type: 'certificateKept', reason: error.message })
    return running
  }
}

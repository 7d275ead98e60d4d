/** The configuration of a running server, read again: what of it counts from now on. */
import { UserError } from '../base/errors.js'
import { changedSettings } from '../settings/changed-settings.js'
import type { Settings } from '../settings/settings.js'
import { checkEntryPoint } from './check-site.js'
import { planEnvironment } from './envvars.js'
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
}

export interface AnotherConfiguration extends Configuration {
  /** Names of options, see {@link changedSettings}. */
  readonly changed: readonly string[]
  readonly kept: readonly string[]
}

/** Rejects with a {@link UserError} when the server cannot run with what was read. */
export async function planAnother(
  { settings, plan }: Configuration,
  read: ReadConfiguration,
  place: CommandPlace,
  signal: AbortSignal,
): Promise<AnotherConfiguration> {
  const another = changedSettings(settings, read.settings)
  const next = planSite(another.settings, read.entryPoint, place)
  checkEntryPoint(next)
  if (needsPython(another.settings, next) !== needsPython(settings, plan))
    throw new UserError(
      'the site was started without an application, or is to have none: stop and start it',
    )
  const env = await planEnvironment(another.settings, next, place, signal)
  return { ...another, plan: next, env }
}

/**
 * What can be checked about a site before anything is made or started.
 */
import { existsSync } from 'node:fs'
import type { Account } from '../base/account.js'
import { exitCode, UserError } from '../base/errors.js'
import { makesCertificate } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'
import {
  expectFreeThreading,
  findPython,
  type Python,
  type PythonSearch,
} from '../workers/python.js'
import { checkGdb } from './debug-tools.js'
import { planHttps } from './https-plan.js'
import { planLogForms } from './logs.js'
import { findAccount } from './privileges.js'
import type { CommandPlace, SitePlan } from './site-plan.js'
import { needsPython } from './workforce.js'

/** What the checks have found. */
export interface CheckedSite {
  /** Null: the site has no application. */
  readonly python: Python | null
  /** Null: the server runs as who starts it. */
  readonly account: Account | null
}

/** Makes all the checks, for who does not start the server now. Throws {@link UserError}. */
export async function checkSite(
  settings: Settings,
  plan: SitePlan,
  place: CommandPlace,
): Promise<CheckedSite> {
  checkEntryPoint(plan)
  checkGdb(settings)
  planLogForms(settings, plan, place, () => ({ settings, plan, env: place.env, https: null }))
  if (!makesCertificate(settings)) await planHttps(settings, place)
  const account = findAccount(settings.user, settings.group, place.uid)
  const search = pythonSearch(settings, plan, place)
  const needed = needsPython(settings, plan)
  if (settings.freeThreading && needed) await expectFreeThreading(search)
  return { account, python: needed ? await findPython(search) : null }
}

/** Throws {@link UserError} for a script or directory that is not there. */
export function checkEntryPoint({ entryPoint }: SitePlan): void {
  if (entryPoint.kind === 'module' || existsSync(entryPoint.name)) return
  const what = entryPoint.kind === 'static' ? 'directory' : 'script'
  throw new UserError(`the ${what} ${entryPoint.name} does not exist`, exitCode.usage)
}

/** Where the Python of the site is looked for. */
export function pythonSearch(
  settings: Settings,
  plan: SitePlan,
  place: CommandPlace,
): PythonSearch {
  return {
    option: settings.python,
    virtualEnv: place.env['VIRTUAL_ENV'],
    folders: [plan.workingDirectory, place.cwd],
  }
}

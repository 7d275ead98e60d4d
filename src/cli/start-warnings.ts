/**
 * What a start says on standard error when it goes on and yet may not be what was meant: one line each, below the
 * banner.
 */
import { statSync } from 'node:fs'
import type { Settings } from '../settings/settings.js'
import { accessWarnings } from './access-warnings.js'
import { hostWarnings } from './host-warnings.js'
import { httpsWarnings } from './https-warnings.js'
import { withoutEffect } from './without-effect.js'
import { watchesChanges } from './workforce.js'

/** For who may not know what it means. */
export const rootWarning = 'running as root without --user: the application has all rights of root'

/** What the warnings depend on besides the settings. */
export interface StartFacts {
  /** The server runs as root. */
  readonly asRoot: boolean
  /** --document-root was missing, and was made. */
  readonly madeDocumentRoot: boolean
  /** What to do about an alias to nothing, in brackets after a blank, or empty. */
  readonly aliasAdvice: string
  /** What has to be done to have the certificate of --https-dev trusted; null: nothing is said. */
  readonly trustAdvice: string | null
}

/** The lines, in the order in which they are printed, without line ends. */
export function startWarnings(settings: Settings, facts: StartFacts): string[] {
  const warnings = settings.urlAlias.flatMap(([urlPath, target]) => {
    const problem = problemOf(target)
    if (problem === null) return []
    return [
      `--url-alias ${urlPath} leads to ${target}, which ${problem}: requests below it are refused for as long${facts.aliasAdvice}`,
    ]
  })
  if (facts.madeDocumentRoot)
    warnings.push(
      `--document-root ${settings.documentRoot} did not exist: it was made, and is empty`,
    )
  if (settings.liveReload && settings.disableReloading)
    warnings.push(
      '--live-reload: pages follow files of the server only, since code is not reloaded (--disable-reloading, or the mode of the server)',
    )
  warnings.push(...accessWarnings(settings))
  const globs = [
    settings.reloadInclude.length > 0 ? '--reload-include' : null,
    settings.reloadExclude.length > 0 ? '--reload-exclude' : null,
  ].filter(name => name !== null)
  if (globs.length > 0 && !watchesChanges(settings))
    warnings.push(withoutEffect('--reload-on-changes', globs))
  warnings.push(...hostWarnings(settings), ...httpsWarnings(settings))
  if (facts.trustAdvice !== null) warnings.push(facts.trustAdvice)
  if (facts.asRoot) warnings.push(rootWarning)
  return warnings
}

/** Null for a target that is there. */
function problemOf(target: string): string | null {
  try {
    statSync(target)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'does not exist' : `this user cannot see (${code})`
  }
}

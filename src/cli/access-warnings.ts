/** Options of access control that do nothing for want of others: mod_wsgi-express starts with them and says nothing. */
import { defaultSettings, type Settings } from '../settings/settings.js'
import { withoutEffect } from './without-effect.js'

/** One line each. */
export function accessWarnings(settings: Settings): string[] {
  const { authUserScript, authGroupScript, authType, authGroup } = settings
  const warnings: string[] = []
  if (authUserScript === null) {
    const asked = [
      authGroupScript !== null ? '--auth-group-script' : null,
      authType !== defaultSettings.authType ? '--auth-type' : null,
    ].filter(name => name !== null)
    if (asked.length > 0)
      warnings.push(`${withoutEffect('--auth-user-script', asked)}: everybody may see the site`)
  }
  if (authGroup !== defaultSettings.authGroup && authGroupScript === null)
    warnings.push(withoutEffect('--auth-group-script', ['--auth-group']))
  return warnings
}

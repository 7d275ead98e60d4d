/** Options of HTTPS that do nothing for want of others: mod_wsgi-express starts with them and says nothing. */
import { missingForHttps, speaksHttps } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'

/** One line each. */
export function httpsWarnings(settings: Settings): string[] {
  const { httpsPort, httpsOnly, hstsPolicy, serverName } = settings
  const warnings: string[] = []
  const speaks = speaksHttps(settings)
  if (httpsPort !== null && !speaks)
    warnings.push(
      `--https-port ${httpsPort} has no effect without ${listed(missingForHttps(settings))}: HTTPS is not spoken. --https-dev does without`,
    )
  if (settings.sslVerifyClient.length > 0 && settings.sslCaCertificateFile === null)
    warnings.push('--ssl-verify-client has no effect without --ssl-ca-certificate-file')
  if (hstsPolicy !== null && !httpsOnly)
    warnings.push('--hsts-policy has no effect without --https-only')
  if (httpsOnly && !serverName) warnings.push('--https-only has no effect without --server-name')
  else if (httpsOnly && !speaks)
    warnings.push('--https-only sends every request to HTTPS, which is not spoken')
  return warnings
}

function listed(names: readonly string[]): string {
  const [last, ...others] = [...names].reverse()
  return others.length === 0 ? last! : `${others.reverse().join(', ')} and ${last}`
}

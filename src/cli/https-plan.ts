/** Whether and how HTTPS is spoken; what that takes is loaded only then. */
import type { UserPlace } from '../control/run-folder.js'
import type { SecurePlace } from '../http/server.js'
import { makesCertificate, speaksHttps } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'

/** What HTTPS is spoken with. */
export interface HttpsPlan extends SecurePlace {
  /** What the banner says of the certificate of --https-dev; null: it is the user's own. */
  readonly origin: string | null
  /** A line for who has to trust that certificate. */
  readonly advice: string | null
}

/**
 * Null where HTTPS is not spoken.
 *
 * @throws UserError for files that cannot be read, or are no certificates that go together
 */
export async function planHttps(settings: Settings, place: UserPlace): Promise<HttpsPlan | null> {
  if (!speaksHttps(settings)) return null
  const port = settings.httpsPort!
  const { readAuthority, readCredentials } = await import('./credentials.js')
  if (!makesCertificate(settings))
    return { port, credentials: readCredentials(settings), origin: null, advice: null }
  const { devCertificate } = await import('./https-dev/dev-certificate.js')
  const { cert, key, origin, advice } = await devCertificate(settings, place)
  const credentials = { cert, key, clientAuthority: readAuthority(settings) }
  return { port, credentials, origin, advice }
}

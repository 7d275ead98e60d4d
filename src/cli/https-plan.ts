/** Whether and how HTTPS is spoken; what that takes is loaded only then. */
import type { SecurePlace } from '../http/server.js'
import { speaksHttps } from '../settings/https.js'
import type { Settings } from '../settings/settings.js'

/**
 * Null where HTTPS is not spoken.
 *
 * @throws UserError for files that cannot be read, or are no certificates that go together
 */
export async function planHttps(settings: Settings): Promise<SecurePlace | null> {
  if (!speaksHttps(settings)) return null
  const { readCredentials } = await import('./credentials.js')
  return { port: settings.httpsPort!, credentials: readCredentials(settings) }
}

/** From settings to the rules by which the front answers over HTTPS. */
import { certificateKeys } from '../front/https/certificate-keys.js'
import { ClientRule } from '../front/https/client-rule.js'
import type { HttpsRules } from '../front/https/https-rules.js'
import { textOf } from '../front/https/secure-keys.js'
import type { SecurePlace } from '../http/server.js'
import type { Settings } from '../settings/settings.js'
import { mapsHead } from './head-mapping.js'

/** Null where HTTPS is not spoken. */
export function planHttpsRules(settings: Settings, place: SecurePlace | null): HttpsRules | null {
  if (place === null) return null
  const { cert, clientAuthority } = place.credentials
  const hsts = settings.httpsOnly ? unquoted(settings.hstsPolicy) : null
  return {
    siteKeys: settings.sslEnvironment ? textOf(certificateKeys('SSL_SERVER', cert)) : null,
    added:
      hsts === null
        ? null
        : { alone: { hsts, offersHttp2: false }, withOffer: { hsts, offersHttp2: true } },
    mapsHead: mapsHead(settings, hsts !== null),
    clients: clientAuthority === null ? null : new ClientRule(settings.sslVerifyClient),
  }
}

/** In the generated configuration a value with blanks needs quotation marks, which users of the original know. */
function unquoted(value: string | null): string | null {
  const [, quote, text] = /^(["'])(.*)\1$/s.exec(value ?? '') ?? []
  return quote === undefined ? value : text!.replace(/\\(["'\\])/g, '$1')
}

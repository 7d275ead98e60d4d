/** How the front answers over HTTPS. */
import type { ClientRule } from './client-rule.js'

/** Null in the rules of a site without HTTPS. */
export interface HttpsRules {
  /** Keys of the environ that tell the certificate of the site (--ssl-environment), see {@link sslKeys}; null: none are told. */
  readonly siteKeys: string | null
  /** Value of Strict-Transport-Security (--hsts-policy); null: not sent. */
  readonly hsts: string | null
  /** HEAD reaches the application as GET (--map-head-to-get). */
  readonly mapsHead: boolean
  /** Who has to show a certificate (--ssl-ca-certificate-file); null: nobody. */
  readonly clients: ClientRule | null
}

/** How the front answers over HTTPS. */
import type { AddedFields } from '../added-fields.js'
import type { ClientRule } from './client-rule.js'

/** Null in the rules of a site without HTTPS. */
export interface HttpsRules {
  /** Keys of the environ that tell the certificate of the site (--ssl-environment), see {@link sslKeys}; null: none are told. */
  readonly siteKeys: string | null
  /** Strict-Transport-Security (--hsts-policy), and that with the offer of HTTP/2; null: not sent. */
  readonly added: { readonly alone: AddedFields; readonly withOffer: AddedFields } | null
  /** HEAD reaches the application as GET (--map-head-to-get). */
  readonly mapsHead: boolean
  /** Who has to show a certificate (--ssl-ca-certificate-file); null: nobody. */
  readonly clients: ClientRule | null
}

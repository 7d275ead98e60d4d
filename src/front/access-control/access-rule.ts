/** What access control is told by the configuration. */

export interface AccessRule {
  /** Whether --host-access-script, and --auth-group-script, are asked. */
  readonly host: boolean
  readonly group: boolean
  /** --auth-type; null without --auth-user-script. */
  readonly scheme: 'Basic' | 'Digest' | null
  /** What clients are told that they log in to. */
  readonly realm: string
  /** Milliseconds that a script has for its answer (--request-timeout); 0: no limit. */
  readonly limit: number
}

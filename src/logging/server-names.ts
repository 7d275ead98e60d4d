/** What lines say about the server itself. */
export interface ServerNames {
  /** Apache's ServerName: `localhost` without --host. */
  readonly name: string
  /** Address and port it listens on. */
  readonly address: string
  readonly port: number
  /** HTTPS is spoken: lines of the access log can tell of it. */
  readonly secure?: boolean
  /** Keys of the environ that are the same for all requests; asked when a format names one. */
  readonly environ: () => Readonly<Record<string, string>>
}

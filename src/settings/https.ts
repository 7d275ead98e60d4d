/** Whether HTTPS is spoken at all. */
import type { Settings } from './settings.js'

/** As the generated configuration has it: it takes a name, a port, a certificate and its key. */
export function speaksHttps(settings: Settings): boolean {
  return missingForHttps(settings).length === 0
}

/** The options without which HTTPS is not spoken, in the order of `--help`. */
export function missingForHttps(settings: Settings): string[] {
  const needed: readonly [string, unknown][] = [
    ['--https-port', settings.httpsPort],
    ['--ssl-certificate-file', settings.sslCertificateFile],
    ['--ssl-certificate-key-file', settings.sslCertificateKeyFile],
    ['--server-name', settings.serverName],
  ]
  return needed.filter(([, value]) => value === null).map(([name]) => name)
}

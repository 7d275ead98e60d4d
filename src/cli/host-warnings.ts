/**
 * Options of host names and of proxies before this server that do nothing as they are given: mod_wsgi-express starts
 * with them and says nothing.
 */
import { forwardingHeaders } from '../front/trust/forwarding-headers.js'
import type { Settings } from '../settings/settings.js'

/** One line each. */
export function hostWarnings(settings: Settings): string[] {
  const { serverName, serverAlias, allowLocalhost, trustProxy, trustProxyHeader } = settings
  const warnings: string[] = []
  if (!serverName && serverAlias.length > 0)
    warnings.push('--server-alias has no effect without --server-name')
  if (!serverName && allowLocalhost)
    warnings.push('--allow-localhost has no effect without --server-name')
  const unknown = trustProxyHeader.flatMap(text => text.split(/\s+/)).filter(isUnknown)
  for (const name of unknown)
    warnings.push(`--trust-proxy-header ${name} has no effect: nothing is learnt from that header`)
  if (trustProxy.length > 0 && trustProxyHeader.length === 0)
    warnings.push('--trust-proxy has no effect without --trust-proxy-header')
  return warnings
}

function isUnknown(name: string): boolean {
  return name !== '' && !forwardingHeaders.has(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`)
}

import { isIPv6 } from 'node:net'
import type { Settings } from '../settings/settings.js'
import type { SitePlan } from './site-plan.js'

/** Where the site is, as the banner says it: by --server-name, else by the address that is listened on. */
export function serverUrl(settings: Settings, plan: SitePlan, port: number): string {
  const host = hostInUrl(settings.serverName || plan.listenerHost)
  return port === 80 ? `http://${host}/` : `http://${host}:${port}/`
}

/** The same over HTTPS. */
export function httpsUrl(settings: Settings, plan: SitePlan, port: number): string {
  const host = hostInUrl(settings.serverName ?? plan.listenerHost)
  return port === 443 ? `https://${host}/` : `https://${host}:${port}/`
}

function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}

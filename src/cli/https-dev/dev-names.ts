/** The names that a certificate for development is for. */
import { isIP } from 'node:net'
import type { Settings } from '../../settings/settings.js'

const ownNames = ['localhost', '127.0.0.1', '::1']
const everyAddress = ['0.0.0.0', '::', '*']

/** Names of this machine, and those of the site; of aliases with wildcards only `*.example.com` can be in a certificate. */
export function devNames({ serverName, serverAlias, host }: Settings): string[] {
  const given = [serverName ?? '', ...serverAlias.flatMap(names => names.split(/\s+/)), host ?? '']
  const site = given
    .map(name =>
      name
        .replace(/^https?:\/\//i, '')
        .replace(/:\d+$/, '')
        .toLowerCase(),
    )
    .filter(name => !everyAddress.includes(name) && (isIP(name) > 0 || isCertifiable(name)))
  return [...new Set([...ownNames, ...site])]
}

function isCertifiable(name: string): boolean {
  return /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name)
}

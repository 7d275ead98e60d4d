/** The certificate of --https-dev: whoever can make one that is trusted makes it, and it is kept. */
import { dirname, join } from 'node:path'
import { prepareRunFolder, runFolders, type UserPlace } from '../../control/run-folder.js'
import type { Settings } from '../../settings/settings.js'
import { type CertifiedKey, makeAuthority, makeCertificate } from './certificate.js'
import { devNames } from './dev-names.js'
import { keptCertificate } from './kept-certificates.js'
import { mkcertCertificate } from './mkcert.js'

export interface DevCertificate extends CertifiedKey {
  /** What the banner says about it. */
  readonly origin: string
  /** A line that says how browsers come to trust it; null: they do, or were told before. */
  readonly advice: string | null
}

/** By mkcert, or by an authority of the user's own; one that is for this run only where nothing can be kept. */
export async function devCertificate(
  settings: Settings,
  place: UserPlace,
): Promise<DevCertificate> {
  const names = devNames(settings)
  const trusted = await mkcertCertificate(names, place.env)
  if (trusted !== null)
    return {
      ...trusted,
      origin: `by mkcert, whose authority is ${trusted.authorityFile}`,
      advice: null,
    }
  try {
    const folder = join(dirname(runFolders(place)[0]!), 'https')
    prepareRunFolder(folder, place.uid)
    const { authorityFile, isNew, ...pair } = keptCertificate(folder, names)
    const advice = isNew ? trustAdvice(authorityFile) : null
    return { ...pair, origin: `signed by ${authorityFile}`, advice }
  } catch (error) {
    return unkept(names, (error as Error).message)
  }
}

function unkept(names: readonly string[], reason: string): DevCertificate {
  const validity = { from: new Date(Date.now() - 86_400_000), days: 30 }
  const pair = makeCertificate(makeAuthority('modwsgi-dev', validity), names, validity)
  const advice = `--https-dev: the certificate is for this run only, since none can be kept (${reason})`
  return { ...pair, origin: 'for this run only', advice }
}

/** The browsers have stores of their own, but for those of macOS and Windows. */
function trustAdvice(file: string): string {
  const commands: Partial<Record<NodeJS.Platform, string>> = {
    darwin: `security add-trusted-cert -k ~/Library/Keychains/login.keychain-db ${file}`,
    linux: `sudo install -m 644 ${file} /usr/local/share/ca-certificates/modwsgi-dev.crt && sudo update-ca-certificates`,
  }
  const system = commands[process.platform]
  const forSystem = system === undefined ? '' : `; for the system: ${system}`
  return `--https-dev: browsers warn until they trust its authority: import ${file} in Firefox or Chromium (settings, certificates, authorities)${forSystem}`
}

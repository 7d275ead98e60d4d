/**
 * The certificates for development that a user keeps: of an authority of his own, which he may trust, and of the sites
 * that it vouches for. Keys are for this user alone.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Authority, type CertifiedKey, makeAuthority, makeCertificate } from './certificate.js'

/** A certificate of a site, and who vouches for it. */
export interface KeptCertificate extends CertifiedKey {
  /** File with the certificate of the authority, for browsers to import. */
  readonly authorityFile: string
  /** The authority has just been made: nobody trusts it yet. */
  readonly isNew: boolean
}

const day = 86_400_000
const authorityDays = 3650
/** Browsers take no certificate of a site that is valid for longer than about a year; short ones do no harm here. */
const siteDays = 90
/** What ends within so many days is made anew. */
const lastDays = 14

/**
 * Gives what is kept in the folder, or makes it. Throws where the folder cannot be written to.
 *
 * @param names see {@link makeCertificate}
 */
export function keptCertificate(
  folder: string,
  names: readonly string[],
  now: Date = new Date(),
): KeptCertificate {
  const { authority, isNew } = keptAuthority(folder, now)
  const authorityFile = join(folder, 'authority.pem')
  const digest = createHash('sha256').update(names.join(' ')).digest('hex').slice(0, 12)
  const file = join(folder, `site-${digest}.pem`)
  const kept = readPair(file)
  if (kept !== null && isGood(kept.cert, now) && isSignedBy(kept.cert, authority))
    return { ...kept, authorityFile, isNew }
  const made = makeCertificate(authority, names, { from: yesterday(now), days: siteDays })
  replace(file, made)
  return { ...made, authorityFile, isNew }
}

function keptAuthority(folder: string, now: Date): { authority: Authority; isNew: boolean } {
  const file = join(folder, 'authority-key.pem')
  const kept = readPair(file)
  if (kept !== null && isGood(kept.cert, now, siteDays))
    return { authority: { ...kept, name: commonName(kept.cert) }, isNew: false }
  const name = `modwsgi-dev ${userInfo().username}@${hostname()}`
  const made = makeAuthority(name, { from: yesterday(now), days: authorityDays })
  if (kept !== null) rmSync(file)
  // Another server may make one at the same time: the first counts.
  if (!writeFirst(file, made)) return keptAuthority(folder, now)
  writeFileSync(join(folder, 'authority.pem'), made.cert)
  return { authority: made, isNew: true }
}

function readPair(file: string): CertifiedKey | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const start = text.indexOf('-----BEGIN CERTIFICATE-----')
  return start < 0 ? null : { key: text.slice(0, start), cert: text.slice(start) }
}

function isGood(cert: string, now: Date, days = lastDays): boolean {
  try {
    const { validTo } = new X509Certificate(cert)
    return Date.parse(validTo) - now.getTime() > days * day
  } catch {
    return false
  }
}

function isSignedBy(cert: string, authority: Authority): boolean {
  return new X509Certificate(cert).verify(new X509Certificate(authority.cert).publicKey)
}

function commonName(cert: string): string {
  return /CN=(.*)/.exec(new X509Certificate(cert).subject)?.[1] ?? ''
}

/** Clocks differ a little between the machines of one developer. */
function yesterday(now: Date): Date {
  return new Date(now.getTime() - day)
}

function replace(file: string, { cert, key }: CertifiedKey): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, key + cert, { mode: 0o600 })
  renameSync(draft, file)
}

/** False: it is there already. */
function writeFirst(file: string, { cert, key }: CertifiedKey): boolean {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, key + cert, { mode: 0o600 })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft)
  }
}

/** Certificates for tests: of an authority, of a server, and of a client, as files. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type Authority,
  type CertifiedKey,
  makeAuthority,
  makeCertificate,
} from '../../src/cli/https-dev/certificate.js'

const validity = { from: new Date(Date.now() - 60_000), days: 2 }

export interface CertificateFiles {
  /** Where they lie, and what else a test puts there. */
  readonly folder: string
  readonly authority: Authority
  readonly client: CertifiedKey
  readonly path: (name: string) => string
  /** Writes `<stem>.crt` and `<stem>.key` for these names. */
  readonly certify: (stem: string, names: readonly string[]) => string
}

/** Files site.crt, site.key (for example.test), ca.pem. */
export function certificateFiles(): CertificateFiles {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = (name: string) => join(folder, name)
  const authority = makeAuthority('authority of the test', validity)
  const certify = (stem: string, names: readonly string[]) => {
    const { cert, key } = makeCertificate(authority, names, validity)
    writeFileSync(path(`${stem}.crt`), cert)
    writeFileSync(path(`${stem}.key`), key)
    return path(stem)
  }
  writeFileSync(path('ca.pem'), authority.cert)
  certify('site', ['example.test', 'localhost', '127.0.0.1'])
  return {
    folder,
    authority,
    client: makeCertificate(authority, ['a client'], validity, 'client'),
    path,
    certify,
  }
}

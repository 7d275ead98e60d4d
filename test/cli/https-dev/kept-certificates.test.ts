import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keptCertificate } from '../../../src/cli/https-dev/kept-certificates.js'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const names = ['localhost', '127.0.0.1', '::1']
const later = (days: number) => new Date(Date.now() + days * 86_400_000)

test('a certificate is kept, for these names, with keys for its user alone', () => {
  const place = folder()
  const first = keptCertificate(place, names)
  expect(first.isNew).toBe(true)
  const again = keptCertificate(place, names)
  expect(again).toEqual({ ...first, isNew: false })
  const certificate = new X509Certificate(first.cert)
  const authority = new X509Certificate(readFileSync(first.authorityFile))
  expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true)
  expect(certificate.checkHost('localhost')).toBe('localhost')
  expect(certificate.checkIP('::1')).toBe('::1')
  for (const file of readdirSync(place).filter(file => file !== 'authority.pem'))
    expect(statSync(join(place, file)).mode & 0o777).toBe(0o600)
  expect(readFileSync(first.authorityFile, 'utf8')).not.toContain('KEY')
})

test('other names get another certificate of the same authority', () => {
  const place = folder()
  const first = keptCertificate(place, names)
  const other = keptCertificate(place, [...names, 'example.test'])
  expect(other.isNew).toBe(false)
  expect(new X509Certificate(other.cert).checkHost('example.test')).toBe('example.test')
  expect(keptCertificate(place, names).cert).toBe(first.cert)
})

test('what ends soon is made anew: the certificate, and in the end the authority', () => {
  const place = folder()
  const first = keptCertificate(place, names)
  expect(keptCertificate(place, names, later(70)).cert).toBe(first.cert)
  const second = keptCertificate(place, names, later(80))
  expect(second.cert).not.toBe(first.cert)
  expect(second.isNew).toBe(false)
  expect(keptCertificate(place, names, later(3600)).isNew).toBe(true)
})

test('a file that is spoilt is made anew', () => {
  const place = folder()
  const first = keptCertificate(place, names)
  for (const file of readdirSync(place).filter(file => file.startsWith('site-')))
    writeFileSync(join(place, file), '-----BEGIN CERTIFICATE-----\nnothing')
  const second = keptCertificate(place, names)
  expect(new X509Certificate(second.cert).checkHost('localhost')).toBe('localhost')
  expect(second.isNew).toBe(false)
  expect(second.cert).not.toBe(first.cert)
})

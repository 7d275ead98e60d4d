/** Reads the certificates that HTTPS needs, and says what is wrong with them. */
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { UserError } from '../base/errors.js'
import type { Credentials } from '../http/tls-door.js'
import type { Settings } from '../settings/settings.js'

const pem = 'a PEM file with a certificate'

/**
 * For settings that name a certificate and its key.
 *
 * @throws UserError for files that cannot be read, or are no certificates that go together
 */
export function readCredentials(settings: Settings): Credentials {
  const { sslCertificate: stem, sslCertificateFile, sslCertificateKeyFile } = settings
  const certOption = stem === null ? '--ssl-certificate-file' : '--ssl-certificate'
  const keyOption = stem === null ? '--ssl-certificate-key-file' : '--ssl-certificate'
  const cert = read(certOption, sslCertificateFile!)
  const key = read(keyOption, sslCertificateKeyFile!)
  const chain = readGiven('--ssl-certificate-chain-file', settings.sslCertificateChainFile)
  expect({ cert }, `${certOption} expects ${pem}, got ${quoted(sslCertificateFile!)}`)
  expect({ key }, keyProblem(keyOption, sslCertificateKeyFile!, key))
  expect(
    { cert, key },
    `${keyOption} ${sslCertificateKeyFile} is not the key of the certificate in ${sslCertificateFile}`,
  )
  if (chain !== null)
    expect(
      { cert: chain },
      `--ssl-certificate-chain-file expects ${pem}, got ${quoted(settings.sslCertificateChainFile!)}`,
    )
  return {
    cert: chain === null ? cert : `${cert}\n${chain}`,
    key,
    clientAuthority: readAuthority(settings),
  }
}

/**
 * Who has to have signed the certificates of clients; null: they need none.
 *
 * @throws UserError for a file that cannot be read, or is no certificate
 */
export function readAuthority({ sslCaCertificateFile }: Settings): string | null {
  const option = '--ssl-ca-certificate-file'
  const authority = readGiven(option, sslCaCertificateFile)
  if (authority !== null)
    expect({ cert: authority }, `${option} expects ${pem}, got ${quoted(sslCaCertificateFile!)}`)
  return authority
}

function keyProblem(option: string, path: string, key: string): string {
  return key.includes('ENCRYPTED')
    ? `${option} ${path} is protected by a passphrase, which nobody can type when the server starts`
    : `${option} expects a PEM file with a private key, got ${quoted(path)}`
}

function expect(options: SecureContextOptions, problem: string): void {
  try {
    createSecureContext(options)
  } catch (error) {
    throw new UserError(`${problem} (${(error as Error).message})`, undefined, { cause: error })
  }
}

function readGiven(option: string, path: string | null): string | null {
  return path === null ? null : read(option, path)
}

function read(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UserError(
      `${option} expects a file that can be read, got ${quoted(path)} (${code ?? message})`,
    )
  }
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

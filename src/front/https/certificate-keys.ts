/** What mod_ssl tells of a certificate, as keys of the environ. */
import { X509Certificate } from 'node:crypto'
import { derObjectId, derValues } from './der.js'

/** Names of parts of a subject: those that mod_ssl tells apart, by what OpenSSL calls them. */
const partNames: Readonly<Record<string, string>> = {
  C: 'C',
  ST: 'ST',
  SP: 'SP',
  L: 'L',
  O: 'O',
  OU: 'OU',
  CN: 'CN',
  title: 'T',
  initials: 'I',
  GN: 'G',
  SN: 'S',
  description: 'D',
  UID: 'UID',
  emailAddress: 'Email',
}

/** OpenSSL's long names of algorithms, by their object identifiers. */
const signatureNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
}

const keyNames: Readonly<Record<string, string>> = {
  rsa: 'rsaEncryption',
  'rsa-pss': 'rsassaPss',
  ec: 'id-ecPublicKey',
  ed25519: 'ED25519',
  ed448: 'ED448',
}

/**
 * The keys of one certificate and their values.
 *
 * @param prefix `SSL_SERVER` or `SSL_CLIENT`
 * @param raw a certificate, PEM or DER
 */
export function certificateKeys(prefix: string, raw: string | Buffer): [string, string][] {
  const certificate = new X509Certificate(raw)
  const { version, signature } = inside(certificate)
  const keys: [string, string][] = [
    ['M_VERSION', version],
    ['M_SERIAL', certificate.serialNumber],
    ['V_START', certificate.validFrom],
    ['V_END', certificate.validTo],
    ...nameKeys('S_DN', certificate.subject),
    ...nameKeys('I_DN', certificate.issuer),
    ...alternativeNames(certificate.subjectAltName),
    ['A_KEY', keyNames[certificate.publicKey.asymmetricKeyType ?? ''] ?? 'UNKNOWN'],
    ['A_SIG', signature],
  ]
  return keys.map(([key, value]) => [`${prefix}_${key}`, value])
}

/** Whole days until a certificate ends, which mod_ssl tells of clients. */
export function remainingDays(raw: Buffer, now = Date.now()): string {
  const end = Date.parse(new X509Certificate(raw).validTo)
  return String(Math.max(0, Math.floor((end - now) / 86_400_000)))
}

/** What names a certificate among all, in the form of directories (RFC 4523, A.1). */
export function exactAssertion(raw: Buffer): string {
  const { serialNumber, issuer } = new X509Certificate(raw)
  const [[, name]] = nameKeys('', issuer) as [[string, string]]
  return `{ serialNumber ${BigInt(`0x${serialNumber}`)}, issuer rdnSequence:"${name}" }`
}

function inside({ raw }: X509Certificate): { version: string; signature: string } {
  const [whole] = derValues(raw)
  const [body, algorithm] = derValues(whole!.body)
  const [first] = derValues(body!.body)
  // Without the number, which is one less than the version, it is one of the first version.
  const version = first!.tag === 0xa0 ? derValues(first!.body)[0]!.body[0]! + 1 : 1
  const id = derObjectId(derValues(algorithm!.body)[0]!.body)
  return { version: String(version), signature: signatureNames[id] ?? id }
}

/** Node gives a line for each part, from the country to the name; mod_ssl begins with the name (RFC 2253). */
function nameKeys(key: string, name: string | undefined): [string, string][] {
  const parts = bytesOf(name ?? '')
    .split('\n')
    .filter(line => line.includes('='))
  const counts = new Map<string, number>()
  const single = parts.flatMap((part): [string, string][] => {
    const mark = part.indexOf('=')
    const short = partNames[part.slice(0, mark)]
    if (short === undefined) return []
    const count = counts.get(short) ?? 0
    counts.set(short, count + 1)
    const value = part.slice(mark + 1).replace(/\\(.)/g, '$1')
    return [[count === 0 ? `${key}_${short}` : `${key}_${short}_${count}`, value]]
  })
  return [[key, parts.reverse().join(',')], ...single]
}

/** Text as one latin-1 character for each byte of its UTF-8 form, as a WSGI environ has it. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function alternativeNames(text: string | undefined): [string, string][] {
  const counts = { DNS: 0, email: 0 }
  return (text ?? '').split(', ').flatMap((entry): [string, string][] => {
    const [, kind, name] = /^(DNS|email):(.*)$/.exec(entry) ?? []
    if (kind !== 'DNS' && kind !== 'email') return []
    return [[`SAN_${kind === 'DNS' ? 'DNS' : 'Email'}_${counts[kind]++}`, name!]]
  })
}

/**
 * Makes certificates (X.509, RFC 5280) for development: those of an authority, and of servers that it vouches for. Node
 * reads them and makes keys and signatures, but cannot write one.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIP } from 'node:net'
import {
  bits,
  der,
  isTrue,
  objectId,
  octets,
  sequence,
  setOf,
  tagged,
  time,
  utf8Text,
  whole,
} from './der-writer.js'

/** A certificate and its key; PEM. */
export interface CertifiedKey {
  readonly cert: string
  readonly key: string
}

/** Who vouches. */
export interface Authority extends CertifiedKey {
  readonly name: string
}

export interface Validity {
  readonly from: Date
  readonly days: number
}

/** ECDSA with SHA-256, which keys on P-256 go with. */
const signatureAlgorithm = sequence(objectId('1.2.840.10045.4.3.2'))

const day = 86_400_000

/** Makes an authority, which vouches for servers but for no other authority. */
export function makeAuthority(name: string, validity: Validity): Authority {
  const { publicKey, privateKey } = newKeys()
  const cert = certify(privateKey, {
    subject: name,
    issuer: name,
    validity,
    publicKey,
    extensions: [
      extension('2.5.29.19', true, sequence(isTrue, whole(Buffer.from([0])))),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', true, der(0x03, Buffer.from([1, 0b0000_0110]))),
      keyIdentifier(publicKey),
    ],
  })
  return { name, cert, key: pemOfKey(privateKey) }
}

/**
 * Makes the certificate of a server, or of a client.
 *
 * @param names host names and addresses, for a server; of a client the first one is its name
 */
export function makeCertificate(
  authority: Authority,
  names: readonly string[],
  validity: Validity,
  use: 'server' | 'client' = 'server',
): CertifiedKey {
  const { publicKey, privateKey } = newKeys()
  const authorityKey = createPrivateKey(authority.key)
  const cert = certify(authorityKey, {
    subject: names[0] ?? 'localhost',
    issuer: authority.name,
    validity,
    publicKey,
    extensions: [
      extension('2.5.29.19', true, sequence()),
      // digitalSignature.
      extension('2.5.29.15', true, der(0x03, Buffer.from([7, 0b1000_0000]))),
      extension('2.5.29.37', false, sequence(objectId(purposes[use]))),
      ...(use === 'server'
        ? [extension('2.5.29.17', false, sequence(...names.map(generalName)))]
        : []),
      keyIdentifier(publicKey),
      extension(
        '2.5.29.35',
        false,
        sequence(der(0x80, identifierOf(createPublicKey(authorityKey)))),
      ),
    ],
  })
  return { cert, key: pemOfKey(privateKey) }
}

/** serverAuth and clientAuth. */
const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

interface Contents {
  readonly subject: string
  readonly issuer: string
  readonly validity: Validity
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
}

function certify(authorityKey: KeyObject, contents: Contents): string {
  const { subject, issuer, validity, publicKey, extensions } = contents
  const body = sequence(
    tagged(0, whole(Buffer.from([2]))),
    serialNumber(),
    signatureAlgorithm,
    distinguishedName(issuer),
    sequence(time(validity.from), time(new Date(validity.from.getTime() + validity.days * day))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, authorityKey)
  return pem('CERTIFICATE', sequence(body, signatureAlgorithm, bits(signature)))
}

/** Not 0, and of 20 bytes at most (RFC 5280, 4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return whole(bytes)
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function distinguishedName(name: string): Buffer {
  return sequence(setOf(sequence(objectId('2.5.4.3'), utf8Text(name))))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [isTrue] : []), octets(value))
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  return extension('2.5.29.14', false, octets(identifierOf(publicKey)))
}

/** Any hash that tells keys apart (RFC 5280, 4.2.1.2). */
function identifierOf(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function generalName(name: string): Buffer {
  return isIP(name) > 0 ? der(0x87, addressBytes(name)) : der(0x82, Buffer.from(name, 'latin1'))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [before, after] = address.split('::')
  const groups = (text: string | undefined) => (text ? text.split(':') : [])
  const [head, tail] = [groups(before), groups(after)]
  const zeros = after === undefined ? [] : Array(8 - head.length - tail.length).fill('0')
  const numbers = [...head, ...zeros, ...tail].map(group => Number.parseInt(group, 16))
  return Buffer.from(numbers.flatMap(number => [number >> 8, number & 0xff]))
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}

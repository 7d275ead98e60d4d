/**
 * What makes a file the same as before: a signature from the file system, and a hash of its content.
 */
import { createHash } from 'node:crypto'
import { type BigIntStats, readFileSync, statSync } from 'node:fs'
import { lookAt } from './look-at.js'

/** Changes whenever somebody writes the file or puts another in its place; null: not there. */
export type Signature = string | null

/** The signature of a path now. */
export function signatureOf(path: string): Signature {
  // Whatever the reason for which it cannot be looked at, no Python can load it now.
  return signatureFrom(lookAt(path))
}

/** The same of a path that was looked at. */
export function signatureFrom(stats: BigIntStats | null): Signature {
  return stats?.isFile() ? `${stats.mtimeNs} ${stats.size} ${stats.ino} ${stats.ctimeNs}` : null
}

/** Modification time in nanoseconds, taken from a signature. */
export function modifiedOf(signature: Signature): bigint | null {
  return signature === null ? null : BigInt(signature.slice(0, signature.indexOf(' ')))
}

/** Size in bytes, taken from a signature. */
export function sizeOf(signature: Signature): number {
  return signature === null ? 0 : Number(signature.split(' ')[1])
}

/** Bytes; reading more at once would hold the server. Source files are smaller. */
const largestHashed = 8_000_000

/** A hash of the content, or null when the file cannot be read or is too large. */
export function contentHash(path: string): string | null {
  try {
    if (statSync(path).size > largestHashed) return null
    return createHash('sha1').update(readFileSync(path)).digest('base64')
  } catch {
    return null
  }
}

/** True for a file of an installed package, which nobody saves by habit. */
export function isInstalled(path: string): boolean {
  return /[/\\](site|dist)-packages[/\\]/.test(path)
}

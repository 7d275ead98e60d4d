/**
 * What makes a file the same as before: a signature from the file system, and a hash of its content.
 */
import { createHash } from 'node:crypto'
import { type BigIntStats, readFileSync, statSync } from 'node:fs'

/** Changes whenever somebody writes the file or puts another in its place; null: not there. */
export type Signature = string | null

/** The signature of a path now. */
export function signatureOf(path: string): Signature {
  try {
    const stats = statSync(path, { bigint: true })
    return stats.isFile() ? signatureFrom(stats) : null
  } catch {
    // ENOENT, and ENOTDIR, ELOOP, EACCES: whatever the reason, no Python can load it now.
    return null
  }
}

function signatureFrom(stats: BigIntStats): string {
  return `${stats.mtimeNs} ${stats.size} ${stats.ino}`
}

/** Modification time in nanoseconds, taken from a signature. */
export function modifiedOf(signature: Signature): bigint | null {
  return signature === null ? null : BigInt(signature.slice(0, signature.indexOf(' ')))
}

/** Size in bytes, taken from a signature. */
export function sizeOf(signature: Signature): number {
  return signature === null ? 0 : Number(signature.split(' ')[1])
}

/** A hash of the content, or null when the file cannot be read. */
export function contentHash(path: string): string | null {
  try {
    return createHash('sha1').update(readFileSync(path)).digest('base64')
  } catch {
    return null
  }
}

/** True for a file of an installed package, which nobody saves by habit. */
export function isInstalled(path: string): boolean {
  return /[/\\](site|dist)-packages[/\\]/.test(path)
}

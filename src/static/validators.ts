/** `ETag` and `Last-Modified` of a file, RFC 9110 section 8.8. */
import { formatHttpDate } from './http-date.js'

/** The facts about a file that its validators are made of. */
export interface FileFacts {
  readonly size: number
  /** Time of the last change in microseconds since the epoch. */
  readonly modified: bigint
}

export interface Validators {
  readonly etag: string
  readonly lastModified: string
  /** `lastModified` in seconds since the epoch. */
  readonly modifiedSeconds: number
}

/** The tag is weak while the file is younger than this: it could change again within the same tick. */
const youngMicroseconds = 1_000_000n

/**
 * The validators that Apache gives with `FileETag MTIME SIZE`, at the moment `now` (milliseconds since the
 * epoch): size and microseconds in hex. A file from the future counts as changed just now, one from
 * before 1970 as changed in 1970.
 *
 * @example
 * validatorsOf({ size: 36, modified: 1577934245123456n }, Date.now())
 * // { etag: '"24-59b1f7228d580"', lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT', modifiedSeconds: 1577934245 }
 */
export function validatorsOf(file: FileFacts, now: number): Validators {
  const young = BigInt(Math.floor(now)) * 1000n - file.modified < youngMicroseconds
  const modifiedSeconds = Math.min(
    Math.max(Number(file.modified / 1_000_000n), 0),
    Math.floor(now / 1000),
  )
  return {
    etag: `${young ? 'W/' : ''}"${file.size.toString(16)}-${hex64(file.modified)}"`,
    lastModified: formatHttpDate(modifiedSeconds),
    modifiedSeconds,
  }
}

/** Negative numbers appear as the 64 bits that hold them. */
function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16)
}

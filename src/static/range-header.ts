/**
 * The `Range` field, RFC 9110 section 14.2, with the limits and the merging of Apache: ranges that touch
 * or overlap their neighbour in the list become one, and a list that looks like an attack (many ranges,
 * many overlaps, many going backwards, more bytes than the file has) is ignored.
 */

/** Positions of the first and the last byte. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export type RequestedRanges =
  /** The field is to be ignored: the whole file. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }

const whole: RequestedRanges = { kind: 'whole' }

/** Apache's defaults of `MaxRanges`, `MaxRangeOverlaps` and `MaxRangeReversals`. */
const maxRanges = 200
const maxOverlaps = 20
const maxReversals = 20

/** Apache reads a position into a signed 64-bit number; a greater one makes the field invalid. */
const greatestPosition = '9223372036854775807'

/**
 * What the `Range` field `text` asks of a file of `size` bytes.
 *
 * @example
 * parseRangeHeader('bytes=0-4', 36) // { kind: 'ranges', ranges: [{ start: 0, end: 4 }] }
 * parseRangeHeader('bytes=-5', 36) // { kind: 'ranges', ranges: [{ start: 31, end: 35 }] }
 * parseRangeHeader('bytes=0-1,2-3', 36) // { kind: 'ranges', ranges: [{ start: 0, end: 3 }] }
 * parseRangeHeader('bytes=36-', 36) // { kind: 'unsatisfiable' }
 * parseRangeHeader('lines=1-2', 36) // { kind: 'whole' }
 */
export function parseRangeHeader(text: string, size: number): RequestedRanges {
  if (size === 0 || !/^bytes=/i.test(text)) return whole
  const merged: MergedRanges = { done: [], open: null, overlaps: 0, reversals: 0 }
  let unsatisfiable = false
  for (const item of text.slice('bytes='.length).split(/,+/)) {
    if (item === '') break
    const range = parseRange(item, size)
    if (range === null) return whole
    if (range.start === 0 && item.endsWith('-')) {
      // `0-` asks for everything, whatever else is in the list.
      return { kind: 'ranges', ranges: [range] }
    }
    if (range.start >= size) unsatisfiable = true
    else addRange(merged, range)
  }
  if (merged.open === null) return unsatisfiable ? { kind: 'unsatisfiable' } : whole
  const ranges = [...merged.done, merged.open]
  return isExcessive(merged, ranges, size) ? whole : { kind: 'ranges', ranges }
}

/** One item of the list, cut to the size; null if it is malformed. */
function parseRange(item: string, size: number): ByteRange | null {
  const match = /^(\d*)-(\d*)$/.exec(item)
  if (match === null) return null
  const [, first = '', last = ''] = match
  if ((first === '' && last === '') || tooGreat(first) || tooGreat(last)) return null
  if (first === '') {
    const length = Number(last)
    return length === 0 ? null : { start: Math.max(size - length, 0), end: size - 1 }
  }
  const start = Number(first)
  if (last !== '' && start > Number(last)) return null
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

function tooGreat(digits: string): boolean {
  const significant = digits.replace(/^0+/, '')
  if (significant.length !== greatestPosition.length) {
    return significant.length > greatestPosition.length
  }
  return significant > greatestPosition
}

interface MergedRanges {
  readonly done: ByteRange[]
  /** The range that the next one may still join. */
  open: ByteRange | null
  overlaps: number
  reversals: number
}

function addRange(merged: MergedRanges, range: ByteRange): void {
  const { open } = merged
  if (open === null) {
    merged.open = range
    return
  }
  const contained = range.start >= open.start && range.end <= open.end
  const extendsDown = range.start < open.start && range.end >= open.start - 1
  const extendsUp = range.end >= open.end && range.start <= open.end + 1
  if (extendsDown) merged.reversals++
  if (contained || extendsDown || extendsUp) {
    merged.overlaps++
    merged.open = {
      start: extendsDown ? range.start : open.start,
      end: extendsUp ? range.end : open.end,
    }
    return
  }
  merged.done.push(open)
  merged.open = range
}

function isExcessive(merged: MergedRanges, ranges: readonly ByteRange[], size: number): boolean {
  if (ranges.length > maxRanges) return true
  if (merged.overlaps > maxOverlaps || merged.reversals > maxReversals) return true
  return ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0) > size
}

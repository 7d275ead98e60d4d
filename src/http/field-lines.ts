/**
 * Field lines, of a head or behind a chunked body (RFC 9112, 5), as strict as Apache with `HttpProtocolOptions
 * Strict`. Lines come without their ends.
 */

/** Longest line: where Apache's limits of 8190 really are. */
export const longestLine = 8191

/** Bytes of a line that does not end after which it is waited for no longer: three of Apache's buffers. */
export const longestUnended = 3 * 8064

/** Longest line together with what is folded into it, and longest value of repeated fields together. */
const longestFolded = 8188
export const longestJoined = 8190

/** Most fields: Apache's LimitRequestFields. */
export const mostFields = 100

const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)$/
/** A continuation of the line before it (obs-fold, RFC 9112, 5.2). */
const foldedLine = /^[ \t]+([^\x00-\x20\x7f][^\x00-\x08\x0a-\x1f\x7f]*)$/
const controls = /[\x00-\x08\x0a-\x1f\x7f]/g

/**
 * Parses lines to names and values, alternating; null where Apache refuses them. Folded lines are joined with a
 * blank.
 *
 * @param from index of the first line
 */
export function parseFields(lines: readonly string[], from: number): string[] | null {
  const fields: string[] = []
  let begun = from
  let joined = 0
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!
    if (line.length > longestLine) return null
    const field = fieldLine.exec(line)
    if (field !== null) {
      fields.push(field[1]!, trimEnd(field[2]!))
      begun = at
      joined = 0
      continue
    }
    const folded = foldedLine.exec(line)
    if (folded === null || fields.length === 0) return null
    const more = trimEnd(folded[1]!)
    joined = (joined || trimEnd(lines[begun]!).length) + 1 + more.length
    if (joined > longestFolded) return null
    const before = fields[fields.length - 1]!
    fields[fields.length - 1] = before === '' ? more : `${before} ${more}`
  }
  return fields.length > 2 * mostFields ? null : fields
}

/**
 * Whether lines are refused although more may follow. As Apache, which judges a field when the next one begins,
 * since it may be folded; only what no continuation can mend is seen at once.
 */
export function refusedSoFar(lines: readonly string[], from: number): boolean {
  if (lines.length <= from) return false
  let last = lines.length - 1
  while (last > from && isFolded(lines[last]!)) last--
  if (isFolded(lines[last]!)) return true
  if (parseFields(lines.slice(0, last), from) === null) return true
  const open = lines.slice(last)
  if (open.some(line => line.includes('\0') || line.length > longestLine)) return true
  // Of the open lines it is not asked yet whether they are a field, only how long they are.
  const length = trimEnd(open[0]!).length
  const folded = open.slice(1).map(line => line.replace(controls, 'x'))
  return parseFields([`X:${'x'.repeat(Math.max(0, length - 2))}`, ...folded], 0) === null
}

function isFolded(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t')
}

function trimEnd(value: string): string {
  let end = value.length
  while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--
  return end === value.length ? value : value.slice(0, end)
}

/** Whether values of repeated fields are longer together than Apache takes. */
export function joinsTooLong(fields: readonly string[]): boolean {
  const lengths = new Map<string, number>()
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    const before = lengths.get(name)
    const length =
      before === undefined ? fields[at + 1]!.length : before + 2 + fields[at + 1]!.length
    if (before !== undefined && length > longestJoined) return true
    lengths.set(name, length)
  }
  return false
}

/** What the first line of something that is no request still tells. */

/** The request line with its carriage return, or what stands in its place; null where nothing came. */
export function firstLine(bytes: Buffer): string | null {
  return /[^\r\n][^\n]{0,8189}/.exec(bytes.toString('latin1', 0, 16384))?.[0] ?? null
}

/** Whether a request line asks for no body. Apache takes none in with a bare line feed, or a NUL. */
export function methodOf(line: string | null): 'GET' | 'HEAD' {
  return line !== null && /^HEAD [^\0]*\r$/.test(line) ? 'HEAD' : 'GET'
}

/** Whether a first line is there to be refused: one with something in it, and its end. */
export function hasWholeLine(bytes: Buffer): boolean {
  return /[^\r\n][^\n]*\n/.test(bytes.toString('latin1', 0, 16384))
}

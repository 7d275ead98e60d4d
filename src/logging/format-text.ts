/** What Apache's two kinds of log format have in common: how a directive is written. */

/** A format that cannot be used; the message goes on after `--error-log-format "..."`. */
export class FormatError extends Error {}

/** A directive as it is written, such as `%!200,304{Referer}i`. */
export interface Directive {
  readonly letter: string
  /** What stands in braces, or an empty text. */
  readonly argument: string
  readonly flags: string
  readonly numbers: readonly number[]
  /** Where the text after it begins. */
  readonly end: number
}

/**
 * Reads the directive whose percent sign is at `start`.
 *
 * @param flags the characters that may stand before the letter
 * @throws FormatError when the format ends in the middle of it
 */
export function readDirective(format: string, start: number, flags: string): Directive {
  let argument = ''
  let seen = ''
  const numbers: number[] = []
  let at = start + 1
  while (at < format.length) {
    const character = format[at]!
    const number = /^\d+/.exec(format.slice(at))?.[0]
    if (number !== undefined) {
      numbers.push(Number(number))
      at += number.length
    } else if (character === '{') {
      const close = format.indexOf('}', at)
      argument = format.slice(at + 1, close < 0 ? undefined : close)
      at = close < 0 ? format.length : close + 1
    } else if (flags.includes(character)) {
      seen += character
      at++
    } else {
      return { letter: character, argument, flags: seen, numbers, end: at + 1 }
    }
  }
  throw new FormatError('ends in the middle of a directive')
}

/** A backslash before a backslash or a quote is one of Apache's configuration file, not of the format. */
export function unquoted(format: string): string {
  return format.replaceAll('\\\\', '\\')
}

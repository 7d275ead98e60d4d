/** Numbers as Python reads them, because the users of the original write them so. */

/**
 * A whole number in the notations of optparse: decimal, `0x` hexadecimal, `0b` binary, and octal for
 * every other text that begins with 0; a sign, blanks around it and underscores between digits as in
 * Python's int(). Null for anything else.
 *
 * @example parseWholeNumber('010') // 8
 */
export function parseWholeNumber(text: string): number | null {
  if (/^0x/i.test(text)) return digits(text.slice(2).replace(/^_/, ''), '', 16)
  // optparse cuts off 0b itself and reads what is left, even nothing, in base 2.
  if (/^0b/i.test(text)) return signed(text.slice(2) || '0', 2)
  if (text.startsWith('0')) return digits(text.replace(/^0o_?/i, ''), '', 8)
  return signed(text, 10)
}

/**
 * A number as Python's float() reads it, without inf and nan, which no option has a use for.
 *
 * @example parseFraction('1e-3') // 0.001
 */
export function parseFraction(text: string): number | null {
  const bare = text.trim()
  const digit = '\\d(?:_?\\d)*'
  const form = new RegExp(
    `^[+-]?(?:${digit}\\.?(?:${digit})?|\\.${digit})(?:e[+-]?${digit})?$`,
    'i',
  )
  if (!form.test(bare)) return null
  const value = Number(bare.replaceAll('_', ''))
  return Number.isFinite(value) ? value : null
}

function signed(text: string, base: 2 | 10): number | null {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text.trim())!
  return digits(rest!, sign!, base)
}

const digitsOf = { 2: '[01]', 8: '[0-7]', 10: '\\d', 16: '[\\da-f]' } as const

function digits(text: string, sign: string, base: keyof typeof digitsOf): number | null {
  const digit = digitsOf[base]
  const bare = text.trimEnd()
  if (!new RegExp(`^${digit}(?:_?${digit})*$`, 'i').test(bare)) return null
  const value = Number.parseInt(bare.replaceAll('_', ''), base)
  if (!Number.isFinite(value)) return null
  return sign === '-' && value !== 0 ? -value : value
}

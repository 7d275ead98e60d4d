/**
 * Apache's log levels and their numbers for pino, where a higher number is more urgent.
 */
export const logLevels = {
  emerg: 150,
  alert: 140,
  crit: 130,
  error: 120,
  warn: 110,
  notice: 100,
  info: 90,
  debug: 80,
  trace1: 70,
  trace2: 60,
  trace3: 50,
  trace4: 40,
  trace5: 30,
  trace6: 20,
  trace7: 15,
  trace8: 10,
} as const

export type LogLevel = keyof typeof logLevels

/** The level a word names; null for an unknown word. */
export function logLevel(word: string): LogLevel | null {
  return Object.hasOwn(logLevels, word) ? (word as LogLevel) : null
}

/**
 * Apache's log levels, and what `--log-level` makes of them.
 */

/** Their numbers for pino, where a higher number is more urgent. */
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

const fromUrgent = Object.keys(logLevels) as LogLevel[]

/** Apache's own number: 0 for emerg, 15 for trace8. */
export function apacheLevel(level: LogLevel): number {
  return fromUrgent.indexOf(level)
}

/** The level a word names, in any letter case; null for an unknown word. */
export function logLevel(word: string): LogLevel | null {
  const lower = word.toLowerCase()
  return Object.hasOwn(logLevels, lower) ? (lower as LogLevel) : null
}

/** Least severe level that is logged: of most modules, and of some by name. */
export interface LevelRules {
  readonly level: LogLevel
  readonly modules: ReadonlyMap<string, LogLevel>
}

/** The rules of --log-level, which all logs of a server share, and which can change while it runs. */
export class LogLevels {
  rules: LevelRules

  /** @param text see {@link readLevels} */
  constructor(text: string) {
    this.rules = readLevels(text)
  }
}

/** Apache's level where LogLevel names none. */
const usual: LogLevel = 'warn'

/** Reads `--log-level`. Sample: `info wsgi:trace1`. A module goes by `wsgi`, `wsgi_module` or `mod_wsgi.c`. */
export function readLevels(text: string): LevelRules {
  let level = usual
  const modules = new Map<string, LogLevel>()
  for (const word of text.split(/\s+/)) {
    const [, module, name] = /^(?:([^:]+):)?(.+)$/.exec(word) ?? []
    const known = logLevel(name ?? '')
    if (known === null) continue
    if (module === undefined) level = known
    else modules.set(module.replace(/^mod_(.+)\.c$|^(.+)_module$/, '$1$2'), known)
  }
  return { level, modules }
}

/** Whether an entry of this module and level is logged. */
export function isLogged(rules: LevelRules, module: string, level: LogLevel): boolean {
  return logLevels[level] >= logLevels[rules.modules.get(module) ?? rules.level]
}

/** What the environment says about polling, in the variables of other projects that people have set already. */

/** `never`: no file system is polled because of its type. */
export interface PollingWish {
  readonly polls: 'always' | 'never' | 'where needed'
  /** The variable that says so, as `NAME=value`. */
  readonly said: string
  /** Milliseconds between two looks; null: not said. */
  readonly pause: number | null
}

/** Milliseconds; a shorter pause would cost more than it gives. */
const shortestPause = 50

/**
 * Reads the variables of watchfiles (main.py, `_default_force_polling`: anything but false, disable and disabled is a
 * yes) and of chokidar (index.js: anything but false and 0 is one); an empty one is not set. One yes is enough.
 */
export function pollingWish(env: NodeJS.ProcessEnv): PollingWish {
  const answers = [
    answer(env, 'WATCHFILES_FORCE_POLLING', ['false', 'disable', 'disabled']),
    answer(env, 'CHOKIDAR_USEPOLLING', ['false', '0']),
  ].filter(found => found !== null)
  const told = answers.find(({ yes }) => yes) ?? answers[0]
  return {
    polls: told === undefined ? 'where needed' : told.yes ? 'always' : 'never',
    said: told?.said ?? '',
    pause: milliseconds(env['CHOKIDAR_INTERVAL']) ?? milliseconds(env['WATCHFILES_POLL_DELAY_MS']),
  }
}

function answer(env: NodeJS.ProcessEnv, name: string, noes: readonly string[]) {
  const value = env[name]
  if (!value) return null
  return { yes: !noes.includes(value.toLowerCase()), said: `${name}=${value}` }
}

function milliseconds(text: string | undefined): number | null {
  const value = Number.parseInt(text ?? '', 10)
  return value > 0 ? Math.max(value, shortestPause) : null
}

/** `--rotatelogs-executable`: from the text of the option to a program and its arguments. */
import { delimiter, join, resolve } from 'node:path'
import { UserError } from '../base/errors.js'
import { isProgram } from '../base/is-program.js'
import type { Settings } from '../settings/settings.js'
import type { CommandPlace } from './site-plan.js'

/**
 * The program that takes the logs, with the arguments that the option has for it; null where there is none, or nothing
 * is rotated. Throws {@link UserError} for one that is not there.
 */
export function planLogProgram(settings: Settings, place: CommandPlace): readonly string[] | null {
  const { rotateLogs, rotatelogsExecutable } = settings
  if (!rotateLogs || rotatelogsExecutable === null) return null
  const [name = '', ...args] = splitCommand(rotatelogsExecutable)
  const program = findProgram(name, place)
  if (program !== null) return [program, ...args]
  throw new UserError(`--rotatelogs-executable expects a program, got ${JSON.stringify(name)}`)
}

/**
 * Words as Apache cuts them: separated by blanks, which quotation marks and backslashes keep together.
 *
 * @example splitCommand("rotatelogs -p 'my script'") // ['rotatelogs', '-p', 'my script']
 */
export function splitCommand(text: string): string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/gs) ?? []
  return words.map(word =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/gs, (_, single, double, escaped) => {
      return single ?? double ?? escaped
    }),
  )
}

/** Below the folder of the command where the name has a slash, else on PATH. */
function findProgram(name: string, { cwd, env }: CommandPlace): string | null {
  if (name.includes('/')) return isProgram(resolve(cwd, name)) ? resolve(cwd, name) : null
  const folders = (env['PATH'] ?? '').split(delimiter)
  return folders.map(folder => join(folder, name)).find(isProgram) ?? null
}

/** The words of the field Connection. */
import { remember } from '../base/remember.js'

export interface ConnectionWords {
  /** `close` is one of them. */
  readonly close: boolean
  /** `keep-alive` is one of them. */
  readonly keepAlive: boolean
}

const betweenWords = /[^!#$%&'*+\-.^_`|~0-9a-z]+/

/**
 * Reads the value of a Connection field. The beginning of a word stands for it, since Apache compares no
 * further (ap_find_token).
 *
 * @example
 * connectionWords('Upgrade, Close') // { close: true, keepAlive: false }
 * connectionWords('keep') // { close: false, keepAlive: true }
 * connectionWords('closed') // { close: false, keepAlive: false }
 */
export const connectionWords: (value: string) => ConnectionWords = remember(value => {
  const words = value.toLowerCase().split(betweenWords)
  const said = (word: string) => words.some(part => part !== '' && word.startsWith(part))
  return { close: said('close'), keepAlive: said('keep-alive') }
}, 100)

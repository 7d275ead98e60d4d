/** What `apachectl` is told, in the words that httpd and its control scripts know. */

/** Words of their own, without `-k`. */
const verbs = [
  'start',
  'stop',
  'restart',
  'graceful',
  'graceful-stop',
  'configtest',
  'status',
] as const

/** What is to be done about the server. */
export type ControlVerb = (typeof verbs)[number]

export type ApachectlRequest =
  | {
      readonly kind: 'verb'
      readonly verb: ControlVerb
      /** `start` stays where it was called, as for a start-up system. */
      readonly foreground: boolean
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `word` belongs to nothing that is known; null: there was none. */
  | { readonly kind: 'unknown'; readonly word: string | null }

/** For `-D`: those with which httpd does not go to the background. Others say nothing to anybody here. */
const foregroundNames = ['FOREGROUND', 'NO_DETACH']

/**
 * Reads the arguments. Of several verbs the last one counts, as with httpd.
 *
 * @example readApachectlWords(['start', '-DFOREGROUND'])
 * @example readApachectlWords(['-k', 'graceful'])
 */
export function readApachectlWords(args: readonly string[]): ApachectlRequest {
  let verb: ControlVerb | null = null
  let foreground = false
  const words = args.flatMap(splitFlag)
  for (let at = 0; at < words.length; at++) {
    const flag = words[at]!
    if (flag === '-h') return { kind: 'help' }
    if (flag === '-v' || flag === '-V') return { kind: 'version' }
    if (flag === '-t') {
      verb = 'configtest'
      continue
    }
    const word = ['-k', '-D'].includes(flag) ? words[++at] : flag
    if (flag === '-D') {
      foreground ||= foregroundNames.includes(word ?? '')
      continue
    }
    const named = verbs.find(known => known === word)
    if (named === undefined) return { kind: 'unknown', word: word ?? flag }
    verb = named
  }
  if (verb === null && !foreground) return { kind: 'unknown', word: null }
  return { kind: 'verb', verb: verb ?? 'start', foreground }
}

/** `-DFOREGROUND` is `-D FOREGROUND`, `-kstart` is `-k start`. */
function splitFlag(arg: string): string[] {
  const match = /^(-[Dk])(.+)$/s.exec(arg)
  return match ? [match[1]!, match[2]!] : [arg]
}

/** How the script is used. */
export const controlHelp = `Usage: apachectl start [-DFOREGROUND] | stop | restart | graceful | graceful-stop | configtest | status

  start          Starts the server in the background and waits until it serves; with -DFOREGROUND it stays
  stop           Finishes the requests in progress within --shutdown-timeout, and waits for the end
  restart        New workers take over, and the present ones finish what they have; where settings have
                 changed that count at the start only, stop and start
  graceful       The same
  graceful-stop  Ends the server when the requests in progress are finished, however long they take
  configtest     Checks the settings
  status         Says whether the server runs, with exit code 0, or 3 when it does not

The verbs may also be given as -k start, and -t is configtest.
`

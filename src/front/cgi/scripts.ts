/** The CGI scripts of a site (--with-cgi): which request becomes which process, and how many there are. */
import type { Clock } from '../../base/clock.js'
import type { Log } from '../../logging/log.js'
import type { ScriptResolution, StaticSite } from '../../static/site.js'
import type { CgiCommand } from '../../workers/cgi-process.js'
import { commonKeys, type SharedEnviron } from '../environ.js'
import type { KnownOfFailure } from '../failures.js'
import type { HttpsRules } from '../https/https-rules.js'
import type { HttpExchange } from '../reply.js'
import { ownKeys } from '../request-keys.js'
import type { RequestTarget } from '../request-target.js'
import { scriptArguments } from './script-arguments.js'
import { processVariables, scriptVariables } from './script-environ.js'
import { ScriptExchange } from './script-exchange.js'
import { ScriptGate } from './script-gate.js'
import type { OutputForm } from './script-output.js'

/** What scripts need of the front. */
export interface ScriptFront {
  readonly log: Log
  readonly clock: Clock
  readonly bodyLimit: number
  /** Seconds that a script may be silent, or leave a body unread. */
  readonly silence: number
  readonly rules: {
    readonly site: Pick<StaticSite, 'resolve' | 'nameOf'>
    readonly scripts: ScriptRules | null
    readonly https: HttpsRules | null
    readonly sharedEnviron: () => SharedEnviron
  }
  typeOf(filename: string): string | undefined
  redirect(http: HttpExchange, path: string, known: KnownOfFailure): void
  fail(http: HttpExchange, status: number, known?: KnownOfFailure): void
}

export interface ScriptRules {
  /** Scripts that run at a time: as many as Apache would serve clients. */
  readonly most: number
  /** Of the server: what scripts inherit of it is little. */
  readonly env: NodeJS.ProcessEnv
}

export interface ScriptCommand extends CgiCommand {
  readonly form: OutputForm
  /** What a request that follows from this one is told of it: alternating keys and values, NUL-separated. */
  readonly known: string
}

export class Scripts {
  readonly gate: ScriptGate
  readonly running = new Set<ScriptExchange>()

  constructor(private readonly front: ScriptFront) {
    this.gate = new ScriptGate(front.rules.scripts?.most ?? 1)
  }

  /** Answers a request whose path is a script. */
  answer(http: HttpExchange, target: RequestTarget, script: ScriptResolution): void {
    const { rules } = this.front
    if (rules.scripts === null) return this.front.fail(http, 500)
    this.gate.most = rules.scripts.most
    const { env } = rules.scripts
    const variables = scriptVariables(
      script,
      {
        method: http.method,
        sentTarget: http.request.url,
        protocol: http.request.protocol,
        query: target.query,
        redirected: http.internal?.environ ?? '',
        client: commonKeys(http.request, http.head, target, http.host),
        own: ownKeys(http, rules.https) + (http.request.secure ? '\0HTTPS\0on' : ''),
        pathTranslated: script.pathInfo === '' ? null : translated(rules.site, script.pathInfo),
      },
      rules.sharedEnviron(),
      env,
    )
    const { scriptFilename: filename } = script
    const command = {
      filename,
      args: scriptArguments(target.query),
      variables: processVariables(variables, env),
      form: formOf(filename, http),
      known: [...variables].flat().join('\0'),
    }
    new ScriptExchange(this.front, this, http, command).submit()
  }

  /** Ends what still runs. */
  kill(): void {
    for (const exchange of this.running) exchange.kill()
  }
}

/** A script whose name begins with `nph-` speaks HTTP itself; where that is HTTP/2, the server translates. */
function formOf(filename: string, { request }: HttpExchange): OutputForm {
  const speaksHttp = filename.slice(filename.lastIndexOf('/') + 1).startsWith('nph-')
  if (!speaksHttp) return 'fields'
  return request.stream === null ? 'response' : 'status line'
}

/** The file of a path: of a directory its index, if it has one. */
function translated(site: ScriptFront['rules']['site'], path: string): string {
  if (path.endsWith('/')) {
    const resolution = site.resolve(path)
    if (resolution.kind === 'file') return resolution.file.path
    if (resolution.kind === 'handler' || resolution.kind === 'script') {
      return resolution.scriptFilename + resolution.pathInfo
    }
  }
  return site.nameOf(path)
}

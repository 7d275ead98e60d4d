/**
 * What can be logged. Modules emit these facts; {@link describe} in describe.ts alone makes text of them.
 */
import type { LogLevel } from './levels.js'
import type { ServedRequest } from './served-request.js'

/** A request that was running when something happened to its worker. */
export interface RunningRequest {
  readonly method: string
  readonly target: string
  /** `ADDRESS:PORT` of the client. */
  readonly client: string
  readonly scriptFilename: string
  /** Seconds since it was given to the worker. */
  readonly seconds: number
  /** The head of its response is out. */
  readonly begun?: boolean
}

/** Why files are looked at again and again, in place of being told of changes. */
export type PollingCause =
  /** `variable`: as `NAME=value`. */
  | { readonly why: 'asked'; readonly variable: string }
  /** A limit of the machine, as `fs.inotify.max_user_watches` or `ulimit -n`, is reached; `value` null: not known. */
  | { readonly why: 'limit'; readonly limit: string; readonly value: number | null }
  | { readonly why: 'failed'; readonly reason: string }
  /** A file system that does not tell of changes. */
  | { readonly why: 'mount'; readonly point: string; readonly type: string }
  /** This file had changed and no event had come; `mount` null: it is not known where it lies. */
  | {
      readonly why: 'missed'
      readonly file: string
      readonly mount: { readonly point: string; readonly type: string } | null
    }

/** A fact for the error log, or a request for the access log. */
export type LogEvent = EntryEvent | ServedRequest

export type EntryEvent =
  /** Text that Python code of the application wrote in one piece: a line, or several that belong together. */
  | {
      readonly type: 'applicationLine'
      readonly slot: number
      readonly generation: number
      readonly time: number
      readonly pid: number
      readonly thread: number
      readonly level: string
      readonly text: string
      readonly remote?: string
      readonly client?: string
      readonly script?: string
      readonly requestId?: string
    }
  /** A line that C code or a child process of a worker wrote to descriptor 1 or 2. */
  | {
      readonly type: 'rawLine'
      readonly slot: number
      readonly generation: number
      readonly pid: number
      readonly text: string
    }
  | { readonly type: 'serverStarted'; readonly command: string; readonly url: string }
  | { readonly type: 'serverStopping'; readonly cause: string; readonly running: number }
  | { readonly type: 'serverStopped' }
  | {
      readonly type: 'workerReady'
      readonly slot: number
      readonly pid: number
      readonly seconds: number
    }
  | {
      readonly type: 'loadFailed'
      readonly slot: number
      readonly pid: number
      readonly error: string
    }
  | {
      readonly type: 'workerDied'
      readonly slot: number
      readonly pid: number | null
      readonly code: number | null
      readonly signal: string | null
      /** Who asked for it, or null for nobody. */
      readonly askedBy: string | null
    }
  /** A worker that starts died as the one before, with the same output: which is not shown again. */
  | {
      readonly type: 'workerDiedAlike'
      readonly slot: number
      readonly pid: number | null
      readonly code: number | null
      readonly signal: string | null
      readonly askedBy: string | null
      /** Deaths of this kind in a row. */
      readonly times: number
    }
  | {
      readonly type: 'workerFaulty'
      readonly slot: number
      readonly pid: number | null
      readonly reason: string
    }
  | { readonly type: 'restartsSpent'; readonly attempts: number; readonly waitsFor: string }
  /** The machine has no room for another process now. */
  | { readonly type: 'startsWait'; readonly reason: string }
  | {
      readonly type: 'workerKilled'
      readonly slot: number
      readonly pid: number | null
      /** Why it was to end, in mod_wsgi's words, and how many seconds it had for that. */
      readonly cause: string
      readonly seconds: number
      readonly running: readonly RunningRequest[]
    }
  /** A worker is replaced because of a limit, in mod_wsgi's words; bytes that it uses where it is one of memory. */
  | {
      readonly type: 'limitReached'
      readonly slot: number
      readonly pid: number | null
      readonly limit: string
      readonly bytes: number | null
      readonly running: readonly RunningRequest[]
    }
  /** RequestTimeout is raised in a request. */
  | { readonly type: 'requestInterrupted'; readonly request: RunningRequest }
  /** A request got no whole response because its worker went away. */
  | { readonly type: 'requestLost'; readonly request: RunningRequest; readonly begun: boolean }
  | { readonly type: 'badHead'; readonly request: RunningRequest; readonly reason: string }
  | { readonly type: 'queueTimeout'; readonly request: RunningRequest; readonly limit: number }
  /** No room in the queue of --daemon-backlog within --connect-timeout. */
  | { readonly type: 'queueFull'; readonly request: RunningRequest; readonly limit: number }
  /** A worker said nothing for `limit` seconds about a request, whose response had begun or not. */
  | {
      readonly type: 'workerSilent'
      readonly request: RunningRequest
      readonly limit: number
      readonly begun: boolean
    }
  /** A request runs longer than --slow-requests, or did so and is over. */
  | { readonly type: 'slowRequest'; readonly request: RunningRequest; readonly over: boolean }
  /** Files have changed, by absolute paths; the log shows them as seen from `folder`. New workers are starting. */
  | {
      readonly type: 'changed'
      readonly files: readonly string[]
      readonly folder: string
      readonly generation: number
    }
  /** Somebody asked for new workers; `again`: those before died while they started. */
  | {
      readonly type: 'restartOrdered'
      readonly by: string
      readonly again: boolean
      readonly generation: number
    }
  /** New workers take the requests. */
  | {
      readonly type: 'reloaded'
      readonly generation: number
      /** What changed, as in `changed`; none when only somebody asked for it. */
      readonly files: readonly string[]
      readonly folder: string
      /** Who asked for it; null: nobody. */
      readonly by: string | null
      /** From the first sign of the change, or the order, until the last of them was ready. */
      readonly seconds: number
      /** The longest that one of them took to load the application. */
      readonly importSeconds: number
      readonly workers: number
      /** How many of them were forked from a template. */
      readonly warm: number
      /** Why the application cannot be loaded; null: it is loaded. */
      readonly error: string | null
    }
  /** Where the time of a long load went: the slowest first. */
  | {
      readonly type: 'slowImports'
      readonly slot: number
      /** Of the whole load. */
      readonly seconds: number
      /** Name, seconds of its own, seconds with all that it imports, whether it belongs to the project. */
      readonly imports: readonly (readonly [string, number, number, boolean])[]
    }
  /** One that was forked from the template is no use: one that starts from nothing takes its place. */
  | {
      readonly type: 'attemptFailed'
      readonly slot: number
      readonly pid: number
      readonly reason: string
    }
  /** Workers are forked from now on; reasons why modules are not in the template, by name. */
  | {
      readonly type: 'templateReady'
      readonly pid: number
      readonly modules: number
      readonly seconds: number
      readonly leftOut: Readonly<Record<string, string>>
    }
  /** A template ended before workers could be forked from it: they start from nothing. */
  | { readonly type: 'templateFailed'; readonly pid: number; readonly reason: string }
  | { readonly type: 'resized'; readonly workers: number }
  /** New workers take over one after the other. */
  | { readonly type: 'renewing'; readonly cause: string; readonly generation: number }
  | { readonly type: 'renewalFailed'; readonly generation: number }
  /** Names of options that have other values now, and of those whose new values count at the next start. */
  | {
      readonly type: 'configurationRead'
      readonly changed: readonly string[]
      readonly kept: readonly string[]
    }
  | { readonly type: 'configurationKept'; readonly reason: string }
  /** A log file could not be opened anew. */
  | { readonly type: 'logKept'; readonly reason: string }
  /** A signal that has no effect. */
  | { readonly type: 'signalIgnored'; readonly signal: string; readonly why: string }
  /** `modwsgi-dev ctl` cannot reach the server. */
  | { readonly type: 'controlUnavailable'; readonly reason: string }
  | { readonly type: 'filesPolled'; readonly cause: PollingCause }
  | { readonly type: 'fileRestless'; readonly file: string }
  /** Of static files that pages use, with --live-reload. */
  | { readonly type: 'servedFilesUnseen'; readonly reason: string }
  | { readonly type: 'connectionRefused'; readonly reason: string }
  /** That of HTTPS was to be read again. */
  | { readonly type: 'certificateKept'; readonly reason: string }
  /** No more connections of clients are taken for now. */
  | { readonly type: 'connectionsFull'; readonly reason: string }
  /** A CGI script did not do what it should. */
  | {
      readonly type: 'scriptFault'
      readonly client: string
      readonly scriptFilename: string
      readonly reason: string
    }
  /** A line that a CGI script wrote to its standard error. */
  | {
      readonly type: 'scriptLine'
      readonly client: string
      readonly scriptFilename: string
      readonly pid: number
      readonly text: string
    }
  | { readonly type: 'clientError'; readonly client: string; readonly reason: string }
  /** A client may not come, or not as whom he says he is. Text of one character for each byte. */
  | { readonly type: 'accessRefused'; readonly client: string; readonly text: string }
  /** The scripts of access control have not answered: nobody was free, or they hang, or their process died. */
  | {
      readonly type: 'accessUnanswered'
      readonly why: 'waited' | 'hangs' | 'died'
      readonly request: RunningRequest
    }
  /** The process of these scripts is replaced, since it does not answer. */
  | { readonly type: 'accessProcessHangs'; readonly pid: number | null }
  | {
      readonly type: 'accessProcessDied'
      readonly pid: number | null
      readonly code: number | null
      readonly signal: string | null
    }
  | { readonly type: 'accessProcessFaulty'; readonly pid: number | null; readonly reason: string }
  /** A server that requests are forwarded to has failed. */
  | {
      readonly type: 'proxyFailed'
      readonly client: string
      readonly request: string
      readonly upstream: string
      readonly words: string
    }
  /** A client may not have what it asks for. */
  | { readonly type: 'clientDenied'; readonly client: string; readonly reason: string }

/** An event as one log entry. */
export interface LogEntry {
  readonly event: EntryEvent['type']
  /** Seconds since the epoch. */
  readonly time: number
  readonly level: LogLevel
  /** The word before the colon: `wsgi` for the application, `modwsgi_dev` for ourselves. */
  readonly module: string
  readonly pid: number
  readonly thread?: number
  /** `ADDRESS:PORT`, for lines about a request of the front, and of the scripts that control access. */
  readonly client?: string
  /** `ADDRESS:PORT`, for lines a worker writes during a request. */
  readonly remote?: string
  /** SCRIPT_FILENAME, one character for each byte. */
  readonly script?: string
  readonly requestId?: string
  readonly worker?: number
  readonly generation?: number
  /** More fields of a JSON line: what the text tells, for programs. */
  readonly details?: Readonly<Record<string, unknown>>
  /** One line, or several that belong together; bytes that are no UTF-8 are lone surrogates. */
  readonly text: string
}

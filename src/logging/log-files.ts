/** The log files of a server together, to be opened anew after somebody has moved them away (logrotate). */
import type { LogSink } from './sinks.js'

/** A sink that is a file. */
export interface FileSink extends LogSink {
  /** Of the file that is written now. */
  readonly path: string
  /** Opens the file anew by its name, and closes the present one. Throws when it cannot: the present one goes on. */
  reopen(): void
}

/** What became of an attempt to open all anew. */
export interface ReopenedFiles {
  readonly files: readonly string[]
  /** One sentence for each file that goes on as it is. */
  readonly failed: readonly string[]
}

export class LogFiles {
  readonly #sinks: FileSink[] = []

  /** Gives the sink back. */
  add(sink: FileSink): FileSink {
    this.#sinks.push(sink)
    return sink
  }

  reopen(): ReopenedFiles {
    const files: string[] = []
    const failed: string[] = []
    for (const sink of this.#sinks) {
      try {
        sink.reopen()
        files.push(sink.path)
      } catch (error) {
        const reason = (error as Error).message
        failed.push(`the log ${sink.path} cannot be opened anew, and goes on as it is: ${reason}`)
      }
    }
    return { files, failed }
  }
}

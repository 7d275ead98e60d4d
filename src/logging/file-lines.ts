/**
 * Lines on their way into the file of a log. A disk that is full must not end the server, and not go unseen: what is
 * lost is told once on standard error, and how much it was at the end.
 */
import { writeWhole } from './write-whole.js'

export class FileLines {
  readonly #path: string
  readonly #tell: (text: string) => void
  readonly #write: typeof writeWhole
  #lost = 0
  /** The file ends in the middle of a line, of which the rest was lost. */
  #isTorn = false

  /** @param tell says something to whoever started the server */
  constructor(
    path: string,
    tell: (text: string) => void = text => void writeWhole(2, text),
    write = writeWhole,
  ) {
    this.#path = path
    this.#tell = tell
    this.#write = write
  }

  write(descriptor: number, lines: string): void {
    const { written, error } = this.#write(descriptor, this.#isTorn ? `\n${lines}` : lines)
    if (error === null) this.#isTorn = false
    else this.#lose(lines, written, error)
  }

  /** No more lines come. */
  end(): void {
    if (this.#lost > 0) this.#tell(`modwsgi-dev: the log ${this.#path} lacks ${this.#lost} lines\n`)
  }

  #lose(lines: string, written: number, error: Error): void {
    if (written > 0) this.#isTorn = true
    if (this.#lost === 0) {
      this.#tell(
        `modwsgi-dev: the log ${this.#path} cannot be written (${error.message}): its lines are lost until it can\n`,
      )
    }
    this.#lost += lines.split('\n').length - 1
  }
}

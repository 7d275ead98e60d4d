/** Why a worker could not load the application, as it reports it (docs/protocol.md): for the page that shows it. */

/** A place in the code that the exception came through. */
export interface FailureFrame {
  readonly file: string
  readonly line: number
  /** Name of the function; of a syntax error none: it is the text that cannot be read. */
  readonly function: string
  /** Whether the file is of the project, and not of Python or an installed package. */
  readonly own: boolean
  /** Lines of the file around the place, and the number of the first one; none where they cannot be read. */
  readonly first: number
  readonly source: readonly string[]
}

/** An exception, with the place where it was raised last. */
export interface FailureError {
  readonly type: string
  readonly message: string
  readonly frames: readonly FailureFrame[]
}

export interface LoadFailure {
  /** The one that was not caught first, then its causes. */
  readonly errors: readonly FailureError[]
  /** All of it, as Python prints it. */
  readonly traceback: string
}

/** Takes a report apart; null for one that is none. What it says comes from the site's process. */
export function readFailure(report: unknown): LoadFailure | null {
  const { errors, traceback } = fieldsOf(report)
  if (!Array.isArray(errors) || errors.length === 0 || typeof traceback !== 'string') return null
  return { errors: errors.map(readError), traceback }
}

function readError(report: unknown): FailureError {
  const { type, message, frames } = fieldsOf(report)
  return {
    type: String(type),
    message: String(message),
    frames: Array.isArray(frames) ? frames.map(readFrame) : [],
  }
}

function readFrame(report: unknown): FailureFrame {
  const { file, line, function: name, own, first, source } = fieldsOf(report)
  return {
    file: String(file),
    line: Number(line),
    function: String(name),
    own: own === true,
    first: Number(first),
    source: Array.isArray(source) ? source.map(String) : [],
  }
}

function fieldsOf(report: unknown): Record<string, unknown> {
  return typeof report === 'object' && report !== null ? (report as Record<string, unknown>) : {}
}

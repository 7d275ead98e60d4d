/** The process whose scripts decide on access, as the front and its supervisor know it. */
import type { Dispatcher, Pool } from './dispatcher.js'

/** The `access` field of the `configure` message, see docs/protocol.md. Paths are absolute. */
export interface AccessScripts {
  /** --host-access-script, --auth-user-script, --auth-group-script; null: not given. */
  readonly host: string | null
  readonly user: string | null
  readonly group: string | null
  /** --auth-group */
  readonly groupName: string
  readonly documentRoot: string
  /** The scripts share the interpreter of the application in the original (embedded and debug mode). */
  readonly besideApplication: boolean
}

/** Whom questions are put to. */
export interface AccessPool {
  readonly dispatcher: Dispatcher
  /** It has not answered in time. */
  hangs(pool: Pool): void
}

/** What the server and a host of another account tell each other, as Node passes messages between processes. */
import type { ProcessCommand } from './started-process.js'

/** Processes are counted from 1 by the server. */
interface OfProcess {
  readonly number: number
}

/** From the server. */
export type HostOrder =
  | (OfProcess & { readonly type: 'start'; readonly command: Omit<ProcessCommand, 'onTerminal'> })
  | (OfProcess & { readonly type: 'signal'; readonly signal: NodeJS.Signals })
  | (OfProcess & { readonly type: 'kill' })

/** From the host. */
export type HostFact =
  | (OfProcess & { readonly type: 'started'; readonly pid: number })
  | (OfProcess & { readonly type: 'failed'; readonly message: string })
  | (OfProcess & {
      readonly type: 'output'
      readonly stream: 'stdout' | 'stderr'
      readonly bytes: Uint8Array
    })
  | (OfProcess & {
      readonly type: 'exit' | 'close'
      readonly code: number | null
      readonly signal: NodeJS.Signals | null
    })

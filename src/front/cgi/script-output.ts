/** Reads what a CGI script prints: its head, then its body; lines of its standard error go to the log. */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { CgiProcess } from '../../workers/cgi-process.js'
import { OutputReader } from '../../workers/output-reader.js'
import { type HeadFault, ScriptHead } from './script-head.js'

export interface OutputReceiver {
  /** Something was printed, if only to standard error. */
  heard(): void
  /** Names and values, alternating; `whole`: with the body, it has ended. */
  head(fields: readonly string[], body: Buffer, whole: boolean): void
  /** What was printed is no head; it is not read on. */
  headless(fault: HeadFault): void
  body(piece: Buffer): void
  /** Nothing more will be printed. */
  end(): void
  /** A line of standard error. */
  complaint(text: string): void
}

/** What a script prints first: the fields of a head; a status line and then those; or all that the client is to get. */
export type OutputForm = 'fields' | 'status line' | 'response'

export function readOutput(process: CgiProcess, form: OutputForm, receiver: OutputReceiver): void {
  readComplaints(process.stderr, receiver)
  const { stdout } = process
  const head = new ScriptHead(form === 'status line')
  let place: 'head' | 'waits' | 'body' | 'nowhere' = form === 'response' ? 'body' : 'head'
  let begun: Buffer[] = []
  let ended = false
  const tellHead = () => {
    if (place !== 'waits') return
    place = 'body'
    receiver.head(head.fields, Buffer.concat(begun), ended)
    begun = []
  }
  const fail = (fault: HeadFault) => {
    place = 'nowhere'
    receiver.headless(fault)
  }
  stdout.on('data', (piece: Buffer) => {
    receiver.heard()
    switch (place) {
      case 'body':
        return receiver.body(piece)
      case 'waits':
        return void begun.push(piece)
      case 'nowhere':
        return
    }
    const outcome = head.push(piece)
    if (outcome === null) return
    if (outcome !== 'whole') return fail(outcome)
    place = 'waits'
    begun.push(head.rest)
    // A script that is through by now gets a Content-Length, as in Apache.
    setImmediate(tellHead)
  })
  const end = () => {
    if (ended) return
    ended = true
    if (place === 'head') fail(head.ended())
    tellHead()
    receiver.end()
  }
  stdout.once('end', end)
  // What broke off has no end of its own.
  stdout.once('close', end)
  stdout.on('error', () => {})
}

function readComplaints(stderr: Readable, receiver: OutputReceiver): void {
  // Nobody can write what would be taken for a record of a worker.
  const reader = new OutputReader(randomBytes(16).toString('hex'), {
    line: () => {},
    raw: text => receiver.complaint(text),
  })
  stderr.on('data', (piece: Buffer) => {
    receiver.heard()
    reader.push(piece)
  })
  stderr.once('end', () => reader.end())
  stderr.on('error', () => {})
}

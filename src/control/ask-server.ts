/** A client's side of a control socket. */
import { connect } from 'node:net'
import { exitCode, UserError } from '../base/errors.js'
import type { ControlRequest } from '../settings/control-commands.js'
import type { AnswersOf, Refusal } from './answers.js'
import type { ServerRecord } from './server-record.js'

type Command = ControlRequest['command']

/** An answer, and its line as it came. */
export interface Asked<Name extends Command> {
  readonly answer: AnswersOf[Name] | Refusal
  readonly line: string
  /** Settles when the server has closed the connection. */
  readonly closed: Promise<void>
}

/**
 * Asks a server.
 *
 * @param patience milliseconds to wait for the answer; null: as long as it takes
 * @throws UserError with exit code 1 when no answer comes
 */
export function askServer<Name extends Command>(
  server: ServerRecord,
  request: ControlRequest & { readonly command: Name },
  patience: number | null,
): Promise<Asked<Name>> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.socket)
    const fail = (why: string) => {
      socket.destroy()
      reject(new UserError(`the server ${server.url} (pid ${server.pid}) ${why}`, exitCode.failure))
    }
    const timer =
      patience === null
        ? undefined
        : setTimeout(() => fail(`does not answer for ${patience / 1000} seconds`), patience)
    const closed = new Promise<void>(settle => socket.once('close', () => settle()))
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      received += text
      if (!received.endsWith('\n')) return
      clearTimeout(timer)
      const line = received.slice(0, -1)
      resolve({ answer: JSON.parse(line) as AnswersOf[Name] | Refusal, line, closed })
    })
    socket.once('error', error => fail(`cannot be asked: ${error.message}`))
    socket.once('close', () => {
      clearTimeout(timer)
      fail('has ended, or has too many clients, and gave no answer')
    })
    // Not its end: a server closes the connection, and that is awaited (stop).
    socket.write(`${JSON.stringify(request)}\n`)
  })
}

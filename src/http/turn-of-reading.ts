/**
 * Tells which requests came with a turn of the event loop: their first byte was here when the turn asked the kernel what
 * there is to read. What has been found out since then in the same turn is as fresh for them as what they would find out
 * themselves, so that many requests may share it.
 */
import type { Socket } from 'node:net'

/**
 * libuv takes 1024 events from the kernel at a time, and asks once more in the same turn where there were as many. With no
 * more connections than this it cannot come to that.
 */
const mostConnections = 500

/** libuv reads so much at a time, and goes on in the same turn where there was as much. */
const largestRead = 64 * 1024

/** That of one connection. */
export class TurnOfReading {
  /** What is received comes straight from the kernel: nothing waits in the stream, where it may wait for long. */
  #isDirect: boolean
  #cameWithTurn = false
  #mayBeMore = false
  readonly #connections: { readonly size: number }

  /** @param connections of the server */
  constructor(socket: Socket, secure: boolean, connections: { readonly size: number }) {
    this.#connections = connections
    this.#isDirect = !secure
    socket.once('pause', () => {
      this.#isDirect = false
    })
  }

  /**
   * Bytes have come.
   *
   * @param isBeginning nothing of a request was here before
   */
  received(bytes: Buffer, isBeginning: boolean): void {
    this.#cameWithTurn =
      isBeginning && this.#isDirect && !this.#mayBeMore && this.#connections.size <= mostConnections
    this.#mayBeMore = bytes.length >= largestRead
  }

  /** Whether the next request came with this turn; one that follows in the same bytes did not. */
  take(): boolean {
    const cameWithTurn = this.#cameWithTurn
    this.#cameWithTurn = false
    return cameWithTurn
  }
}

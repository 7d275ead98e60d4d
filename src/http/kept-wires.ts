/**
 * Heads and bodies in one buffer, for bodies that are sent again and again, such as files in memory: that is one write
 * of bytes as they are, which takes half the time of two. A head has the time in it, so that no buffer lasts longer
 * than a second.
 */

/** A body that stays as it is. */
export interface KeptBody {
  readonly body: Buffer
  /** Of the last second in which it was sent. */
  sent?: SentBody
}

/** How a body went out within one second. */
export interface SentBody {
  /** Since the epoch. */
  second: number
  times: number
  head: string
  /** Head and body; null until it pays. */
  bytes: Buffer | null
}

/** Bodies up to this size: of larger ones what is spared is little. */
const largestBody = 64 * 1024

/** Times in one second after which it is likely that there are more. */
const oftenSent = 4

/** Bytes that are kept in all. */
const mostBytes = 8 * 1024 * 1024

export class KeptWires {
  #second = 0
  #current: SentBody[] = []
  #bytes = 0

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Head and body in one; null where it does not pay to make that.
   *
   * @param second since the epoch, now
   */
  join(head: string, kept: KeptBody, second: number): Buffer | null {
    if (kept.body.length > largestBody) return null
    if (second !== this.#second) this.#forget(second)
    kept.sent ??= { second, times: 0, head: '', bytes: null }
    const { sent } = kept
    if (sent.second !== second) {
      sent.second = second
      sent.times = 0
    }
    if (++sent.times <= oftenSent) return null
    if (sent.bytes !== null) return sent.head === head ? sent.bytes : null
    return this.#make(sent, head, kept.body)
  }

  #make(sent: SentBody, head: string, body: Buffer): Buffer | null {
    const length = head.length + body.length
    if (this.#bytes + length > mostBytes) return null
    const bytes = Buffer.allocUnsafeSlow(length)
    bytes.write(head, 'latin1')
    body.copy(bytes, head.length)
    sent.head = head
    sent.bytes = bytes
    this.#bytes += length
    this.#current.push(sent)
    return bytes
  }

  #forget(second: number): void {
    for (const sent of this.#current) {
      sent.head = ''
      sent.bytes = null
    }
    this.#current = []
    this.#bytes = 0
    this.#second = second
  }
}

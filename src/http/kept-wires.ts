/**
 * Heads and bodies in one buffer, for bodies that are sent again and again, such as files in memory: that is one write
 * of bytes as they are, which takes half the time of two.
 */

/** Bodies up to this size: of larger ones what is spared is little. */
const largestBody = 64 * 1024

/** Bytes that are kept in all. */
const mostBytes = 8 * 1024 * 1024

/** Bodies whose last head is remembered, so that one that comes twice is seen. */
const mostBodies = 4096

interface Wire {
  /** The head that went out with the body last. It has the time in it, so that none lasts longer than a second. */
  head: string
  /** Null while the body has gone out only once with that head. */
  bytes: Buffer | null
}

export class KeptWires {
  readonly #wires = new Map<Buffer, Wire>()
  #bytes = 0

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes
  }

  /** Head and body in one; null where it does not pay to make that. */
  join(head: string, body: Buffer): Buffer | null {
    if (body.length > largestBody) return null
    const wire = this.#wires.get(body)
    if (wire === undefined) {
      this.#add(body, { head, bytes: null })
      return null
    }
    if (wire.head !== head) {
      this.#forget(wire)
      wire.head = head
      return null
    }
    return wire.bytes ?? this.#make(wire, body)
  }

  #add(body: Buffer, wire: Wire): void {
    this.#wires.set(body, wire)
    if (this.#wires.size > mostBodies) this.#dropFirst()
  }

  #make(wire: Wire, body: Buffer): Buffer {
    const bytes = Buffer.allocUnsafeSlow(wire.head.length + body.length)
    bytes.write(wire.head, 'latin1')
    body.copy(bytes, wire.head.length)
    wire.bytes = bytes
    this.#bytes += bytes.length
    while (this.#bytes > mostBytes) this.#dropFirst()
    return bytes
  }

  #dropFirst(): void {
    for (const [body, wire] of this.#wires) {
      this.#forget(wire)
      this.#wires.delete(body)
      return
    }
  }

  #forget(wire: Wire): void {
    this.#bytes -= wire.bytes?.length ?? 0
    wire.bytes = null
  }
}

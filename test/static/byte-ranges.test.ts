import { describe, expect, test } from 'vitest'
import { assemble, partialContent } from '../../src/static/byte-ranges.js'

const body = Buffer.from('0123456789')
const first = { start: 0, end: 1 }
const second = { start: 5, end: 6 }

describe('partialContent() and assemble()', () => {
  test('send a single range as it is', () => {
    const part = partialContent({ size: 10, contentType: 'text/plain' }, [second], 'B')
    expect(part).toMatchObject({
      length: 2,
      contentType: 'text/plain',
      contentRange: 'bytes 5-6/10',
    })
    expect(assemble(part.pieces, body).toString()).toBe('56')
  })

  test('wrap several ranges as Apache does', () => {
    const part = partialContent({ size: 10, contentType: 'text/plain' }, [first, second], 'B')
    expect(part.contentType).toBe('multipart/byteranges; boundary=B')
    expect(part.contentRange).toBeUndefined()
    const sent = assemble(part.pieces, body).toString()
    expect(sent).toBe(
      '\r\n--B\r\nContent-type: text/plain\r\nContent-range: bytes 0-1/10\r\n\r\n01' +
        '\r\n--B\r\nContent-type: text/plain\r\nContent-range: bytes 5-6/10\r\n\r\n56' +
        '\r\n--B--\r\n',
    )
    expect(part.length).toBe(sent.length)
  })

  test('leave the type out of the parts when there is none', () => {
    const part = partialContent({ size: 10, contentType: undefined }, [first, second], 'B')
    const sent = assemble(part.pieces, body).toString()
    expect(sent).toContain('\r\n--B\r\nContent-range: bytes 0-1/10\r\n\r\n01')
    expect(part.length).toBe(sent.length)
  })
})

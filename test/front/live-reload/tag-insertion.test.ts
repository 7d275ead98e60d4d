import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scriptTag } from '../../../src/front/live-reload/script-tag.js'
import { TagInsertion, type TagPlace } from '../../../src/front/live-reload/tag-insertion.js'
import { Http1Response } from '../../../src/http/http1-response.js'

const tag = scriptTag({
  path: '/__modwsgi_dev__/live-reload.js',
  state: 'k.1.0.0',
  nonce: null,
  mayShare: true,
})

/** What goes over the socket for a body in these pieces, the last of which ends the response (null: without a piece). */
function sent(
  pieces: readonly Buffer[],
  place: TagPlace,
  options: { length?: number; ends?: boolean } = {},
) {
  const wire: Buffer[] = []
  const socket = {
    write: (data: Buffer | string) => {
      wire.push(Buffer.from(data as string, 'latin1'))
      return true
    },
    cork() {},
    uncork() {},
  } as unknown as Socket
  const owner = { socket, ended() {}, detach: () => Buffer.alloc(0), stalled() {} }
  const response = new Http1Response(owner, 'GET', 11, true)
  response.insert(new TagInsertion(tag, place))
  const { length, ends = false } = options
  const fields = length === undefined ? [] : ['Content-Length', String(length + tag.length)]
  response.writeHead(200, 'OK', fields)
  for (const piece of ends ? pieces.slice(0, -1) : pieces) response.write(piece)
  response.end(ends ? pieces.at(-1) : undefined)
  const all = Buffer.concat(wire)
  const head = all.indexOf('\r\n\r\n') + 4
  return { body: all.subarray(head), counted: response.bodyBytes }
}

function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, line), 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.subarray(line + 2, line + 2 + size))
    at = line + 4 + size
  }
}

const anyPieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
    fc
      .constantFrom('<html><head>', '</head>', '</he', 'ad>', '<body>', '</body></html>')
      .map(text => Buffer.from(text)),
    fc.constant(Buffer.alloc(5000, 'x')),
  ),
  { maxLength: 8 },
)

const isWide = (body: Buffer) => /^(?:\xff\xfe|\xfe\xff)/.test(body.toString('latin1', 0, 2))

describe('TagInsertion in a response', () => {
  test('adds the tag behind the last byte and changes nothing else, however the body is cut', () => {
    fc.assert(
      fc.property(anyPieces, fc.boolean(), fc.boolean(), (pieces, hasLength, ends) => {
        const body = Buffer.concat(pieces)
        fc.pre(!isWide(body) && (!ends || pieces.length > 0))
        // Of an empty page with a length there is no insertion.
        fc.pre(!hasLength || body.length > 0)
        const { body: wire, counted } = sent(pieces, 'end', {
          ends,
          ...(hasLength ? { length: body.length } : {}),
        })
        const got = hasLength ? wire : unchunked(wire)
        expect(got.equals(body.length === 0 ? body : Buffer.concat([body, tag]))).toBe(true)
        expect(counted).toBe(got.length)
      }),
    )
  })

  test('puts the tag into XHTML before an end tag, or blanks behind it; without them the body is as it was', () => {
    fc.assert(
      fc.property(anyPieces, fc.boolean(), (pieces, ends) => {
        const body = Buffer.concat(pieces)
        fc.pre(!isWide(body) && (!ends || pieces.length > 0))
        fc.pre(body.length > 0)
        const { body: got } = sent(pieces, 'inside', { ends, length: body.length })
        expect(got.length).toBe(body.length + tag.length)
        const at = got.indexOf(tag)
        const whole = pieces.some(piece => /<\/(?:head|body)>/.test(piece.toString('latin1')))
        expect(at >= 0).toBe(whole)
        if (at < 0)
          expect(got.equals(Buffer.concat([body, Buffer.alloc(tag.length, ' ')]))).toBe(true)
        else {
          const rest = got.subarray(at + tag.length)
          expect(Buffer.concat([got.subarray(0, at), rest]).equals(body)).toBe(true)
          expect(rest.toString('latin1')).toMatch(/^<\/(?:head|body)>/)
        }
      }),
    )
  })

  test.each([
    ['little', Buffer.from('\ufeff<html>', 'utf16le')],
    ['big', Buffer.from('\ufeff<html>', 'utf16le').swap16()],
  ])('a page in UTF-16 (%s endian) gets blanks of UTF-16', (endian, page) => {
    // The mark may come in two pieces.
    const pieces = [page.subarray(0, 1), page.subarray(1)]
    const { body } = sent(pieces, 'end', { length: page.length })
    expect(body.subarray(0, page.length).equals(page)).toBe(true)
    const rest = Buffer.from(body.subarray(page.length))
    const text = (endian === 'big' ? rest.swap16() : rest).toString('utf16le')
    expect(text).toBe(' '.repeat(tag.length / 2))
  })

  test('of two places in a piece of XHTML the first is taken', () => {
    const page = '<html><head></head><body></body></html>'
    const { body } = sent([Buffer.from(page)], 'inside', { length: page.length })
    expect(body.toString()).toBe(page.replace('</head>', `${tag}</head>`))
  })

  test('a body that is longer than its length is cut where it would be without the tag', () => {
    const { body } = sent([Buffer.from('<p>one</p><p>two</p>')], 'end', { length: 10, ends: true })
    expect(body.toString()).toBe(`<p>one</p>${tag}`)
  })
})

describe('scriptTag()', () => {
  test('has an even length', () => {
    for (const state of ['a', 'ab', 'abc']) {
      expect(scriptTag({ path: '/x.js', state, nonce: null, mayShare: true }).length % 2).toBe(0)
    }
  })

  test('bears the nonce of the page', () => {
    expect(
      scriptTag({ path: '/x.js', state: 'a', nonce: 'abc=', mayShare: true }).toString(),
    ).toContain(' nonce="abc="')
  })
})

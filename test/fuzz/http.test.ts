/** The short form of `npm run fuzz`, and whether the oracle sees what it has to. */
import { describe, expect, test } from 'vitest'
import { ownTool } from '../parity/runner/tools.mjs'
import { testPython } from '../rig/python-environment.js'
import { fuzz } from './http.mjs'
import { makeInput } from './input.mjs'
import { read } from './oracle.mjs'
import { FuzzedSite } from './site.mjs'

test('a server makes nothing of 3000 random inputs but what is in them', async () => {
  const site = await FuzzedSite.start(ownTool(testPython()))
  try {
    const { findings, seen } = await fuzz(site, { seed: 1, inputs: 3000 })
    expect(findings).toEqual([])
    expect(seen).toBeGreaterThan(3000)
  } finally {
    await site.stop()
  }
}, 60_000)

test('makeInput() makes the same input of the same seed and number', () => {
  expect(makeInput(3, 77)).toEqual(makeInput(3, 77))
  expect(makeInput(3, 77).bytes.equals(makeInput(4, 77).bytes)).toBe(false)
})

describe('read()', () => {
  const targets = (text: string) =>
    read(Buffer.from(text, 'latin1'), 1000).requests.map(({ target }) => target)
  const get = 'GET /x HTTP/1.1\r\nHost: h\r\n'
  const post = 'POST /x HTTP/1.1\r\nHost: h\r\n'
  const next = 'GET /y HTTP/1.1\r\nHost: h\r\n\r\n'

  test.each([
    ['a request', `${get}\r\n${next}`],
    ['a body of a length', `${post}Content-Length: 3\r\n\r\nabc${next}`],
    ['chunks', `${post}Transfer-Encoding: Chunked\r\n\r\n3;a\r\nabc\r\n0\r\nA: b\r\n\r\n${next}`],
    ['a folded length', `${post}Content-Length:\r\n 3\r\n\r\nabc${next}`],
  ])('finds the request behind %s', (_, text) => {
    expect(targets(text)).toEqual(['/x', '/y'])
  })

  test.each([
    [
      'both lengths',
      `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
    ],
    ['an expectation that nobody answers', `${get}Expect: 100-continue\r\n\r\n${next}`],
    ['a wish to close', `${get}Connection: x, Close\r\n\r\n${next}`],
    ['HTTP/1.0', `GET /x HTTP/1.0\r\n\r\n${next}`],
    ['HTTP/0.9', `GET /x\r\n${next}`],
    ['a bad chunk', `${post}Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n${next}`],
    ['a bare LF', `${get}\r\nGET /z HTTP/1.1\nHost: h\r\n\r\n${next}`],
  ])('finds none behind %s', (_, text) => {
    expect(targets(text)).toEqual(['/x'])
  })

  test.each([
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 3\r\n'],
    ['a sign', 'Content-Length: +3\r\n'],
    ['another coding', 'Transfer-Encoding: chunked, identity\r\n'],
    ['what is nearly a coding', 'Transfer-Encoding: xchunked\r\n'],
    ['a blank before the colon', 'Transfer-Encoding : chunked\r\n'],
    ['a bare CR', 'X: \rContent-Length: 3\r\n'],
    ['two hosts', 'Host: i\r\n'],
    ['a folded line of nothing', ' \r\n'],
    ['folded lines that are too long', `X: ${'a'.repeat(5000)}\r\n ${'b'.repeat(5000)}\r\n`],
  ])('finds none with %s', (_, field) => {
    expect(targets(`${post}${field}\r\nabc${next}`)).toEqual([])
  })
})

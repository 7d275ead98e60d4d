import { describe, expect, test } from 'vitest'
import { httpDate, responseHead } from '../../src/front/response-head.js'

describe('responseHead()', () => {
  test('gives status, reason and fields as spelled', () => {
    expect(responseHead(['200 OK', 'X-Odd', 'a', 'content-TYPE', 'text/plain'])).toEqual({
      status: 200,
      reason: 'OK',
      fields: ['X-Odd', 'a', 'content-TYPE', 'text/plain'],
      close: false,
      connection: null,
      location: null,
    })
  })

  test('adds the standard reason where there is none', () => {
    expect(responseHead(['404']).reason).toBe('Not Found')
    expect(responseHead(['413']).reason).toBe('Request Entity Too Large')
    expect(responseHead(['299']).reason).toBe('')
  })

  test('merges repeated fields except cookies and challenges', () => {
    const head = [
      '200 OK',
      'X-A',
      '1',
      'Set-Cookie',
      'a',
      'x-a',
      '2',
      'Set-Cookie',
      'b',
      'X-A',
      '3',
    ]
    expect(responseHead(head).fields).toEqual([
      'X-A',
      '1, 2, 3',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ])
    const challenges = ['401 Unauthorized', 'WWW-Authenticate', 'a', 'WWW-Authenticate', 'b']
    expect(responseHead(challenges).fields).toEqual(challenges.slice(1))
  })

  test('lower-cases the media type but not its parameters', () => {
    expect(responseHead(['200 OK', 'Content-Type', 'Text/HTML; Charset=UTF-8']).fields).toEqual([
      'Content-Type',
      'text/html; Charset=UTF-8',
    ])
  })

  test('takes type and length from 204 and 304', () => {
    for (const line of ['204 No Content', '304 Not Modified']) {
      const head = [line, 'Content-Type', 'text/plain', 'Content-Length', '3', 'ETag', '"x"']
      expect(responseHead(head).fields).toEqual(['ETag', '"x"'])
    }
  })

  test('grants Connection: close and passes no other Connection', () => {
    expect(responseHead(['200 OK', 'Connection', 'Close'])).toMatchObject({
      close: true,
      fields: [],
    })
    expect(responseHead(['200 OK', 'Connection', 'keep-alive'])).toMatchObject({ close: false })
  })
})

test('httpDate() is the IMF-fixdate of the second', () => {
  expect(httpDate(1577934245999)).toBe('Thu, 02 Jan 2020 03:04:05 GMT')
})

import { describe, expect, test } from 'vitest'
import { httpDate, ResponseHead } from '../../src/front/response-head.js'

const fieldsOf = (...head: string[]) => new ResponseHead(['200 OK', ...head]).fields

describe('ResponseHead', () => {
  test('has status, reason and fields as spelled, the type last', () => {
    expect(
      new ResponseHead(['200 Fine', 'content-TYPE', 'text/plain', 'X-Odd', 'a']),
    ).toMatchObject({
      status: 200,
      reason: 'Fine',
      fields: ['X-Odd', 'a', 'Content-Type', 'text/plain'],
      hasType: true,
      close: false,
      tooLong: false,
      saysError: false,
    })
  })

  test('merges repeated fields except cookies and challenges', () => {
    expect(
      fieldsOf('X-A', '1', 'Set-Cookie', 'a', 'x-a', '2', 'set-cookie', 'b', 'X-A', ''),
    ).toEqual(['X-A', '1, 2, ', 'Set-Cookie', 'a', 'set-cookie', 'b'])
    const challenges = ['WWW-Authenticate', 'a', 'www-authenticate', 'b']
    expect(fieldsOf('X-A', '1', ...challenges)).toEqual([...challenges, 'X-A', '1'])
  })

  test('takes the last one of what can be only once, and sends it first', () => {
    const twice = ['Location', 'b', 'content-range', 'x', 'content-length', '4', 'location', 'c']
    expect(fieldsOf('X-A', '1', 'Content-Length', '3', ...twice)).toEqual([
      ...['Content-Length', '4', 'Location', 'c', 'content-range', 'x', 'X-A', '1'],
    ])
    expect(fieldsOf('Content-Type', 'a/b', 'content-type', 'c/d')).toEqual(['Content-Type', 'c/d'])
  })

  test('lower-cases the media type but not its parameters, nor other letters', () => {
    expect(fieldsOf('Content-Type', ' Text/\xc0ML; Charset=UTF-8 ')).toEqual([
      'Content-Type',
      'text/\xc0ml; Charset=UTF-8',
    ])
  })

  test('sends no empty type, but knows of it', () => {
    expect(new ResponseHead(['200 OK', 'Content-Type', ''])).toMatchObject({
      fields: [],
      hasType: true,
    })
    expect(new ResponseHead(['200 OK']).hasType).toBe(false)
  })

  test('takes white space from the beginning of values', () => {
    expect(fieldsOf('X-A', ' \t\v a ', 'X-B', '\xa0b')).toEqual(['X-A', 'a ', 'X-B', '\xa0b'])
  })

  test('has no Date or Server, and refuses what could not be one', () => {
    expect(fieldsOf('date', 'x', 'Server', 'x')).toEqual([])
    expect(new ResponseHead(['200 OK', 'Date', 'a\x01']).fault(true)).toContain('Date')
  })

  test('takes type, length and coding from 204 and 304', () => {
    for (const line of ['204 No Content', '304 Not Modified']) {
      const about = ['Content-Type', 'a\x01', 'Content-Length', '3', 'Transfer-Encoding', 'x\x01']
      const head = new ResponseHead([line, ...about, 'ETag', '"x"'])
      expect(head).toMatchObject({ fields: ['ETag', '"x"'], coding: null, contradicts: false })
      expect(head.fault(true)).toBeNull()
    }
  })

  test('tells of the wish to close the connection', () => {
    const wish = { close: true, speaksOfConnection: true, fields: ['connection', 'x, Close'] }
    expect(new ResponseHead(['200 OK', 'connection', 'x, Close'])).toMatchObject(wish)
    expect(new ResponseHead(['200 OK', 'Connection', 'x', 'Connection', 'close']).close).toBe(true)
    expect(new ResponseHead(['200 OK', 'Connection', 'closed']).close).toBe(false)
    expect(new ResponseHead(['200 OK', 'Keep-Alive', 'close'])).toMatchObject({
      close: false,
      speaksOfConnection: true,
    })
  })

  describe('with a Transfer-Encoding', () => {
    const codedWith = (...fields: string[]) => new ResponseHead(['200 OK', ...fields])

    test('that ends in chunked leaves the body alone', () => {
      for (const coding of ['chunked', 'gzip,Chunked', 'a, \tCHUNKED']) {
        const head = codedWith('transfer-encoding', coding)
        expect(head).toMatchObject({ coding: 'chunked', fields: ['transfer-encoding', coding] })
        expect(head.fault(false)).toBeNull()
      }
    })

    test('of another kind gets chunks, where there may be any', () => {
      for (const coding of ['', 'identity', 'chunked ', 'chunked, gzip', 'xchunked']) {
        const head = codedWith('Transfer-Encoding', coding)
        expect(head).toMatchObject({
          coding: 'other',
          fields: ['Transfer-Encoding', `${coding}, chunked`],
        })
        expect(head.fault(true)).toBeNull()
        expect(head.fault(false)).not.toBeNull()
      }
    })

    test('and a length loses the length', () => {
      const head = codedWith('Content-Length', '3', 'Transfer-Encoding', 'chunked')
      expect(head).toMatchObject({ contradicts: true, fields: ['Transfer-Encoding', 'chunked'] })
      expect(head.fault(true)).toBeNull()
      const other = codedWith('Transfer-Encoding', 'identity', 'Content-Length', '3')
      expect(other.fault(true)).not.toBeNull()
    })
  })

  test('writes Last-Modified anew: the latest one, and none to come', () => {
    const old = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const older = 'Saturday, 06-Nov-93 08:49:37 GMT'
    expect(fieldsOf('last-modified', old, 'Last-Modified', older)).toEqual(['Last-Modified', old])
    expect(fieldsOf('Last-Modified', 'rubbish')[1]).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
    const [, now] = fieldsOf('Last-Modified', 'Thu, 01 Jan 2099 00:00:00 GMT')
    expect(Math.abs(Date.parse(now!) - Date.now())).toBeLessThan(60_000)
  })

  test('lets no word stand twice in Vary', () => {
    expect(fieldsOf('Vary', 'a, B', 'X-A', '1', 'vary', 'b c')).toEqual([
      'Vary',
      'a,B,c',
      'X-A',
      '1',
    ])
  })

  test('takes its status from a field', () => {
    const head = new ResponseHead(['200 Error', 'Status', '204 x', 'STATUS', '404', 'X-A', '1'])
    expect(head).toMatchObject({ status: 404, reason: 'Not Found', fields: ['X-A', '1'] })
    expect(head.saysError).toBe(false)
    expect(new ResponseHead(['404 x', 'Status', '200 Error']).saysError).toBe(true)
  })

  test('splits names at a colon', () => {
    expect(fieldsOf('X-A:', 'b', 'X-A:c', 'd')).toEqual(['X-A', ': b, c: d'])
    expect(new ResponseHead(['200 OK', 'Connection:close', 'x']).close).toBe(true)
  })

  test('refuses names that are none, and control characters', () => {
    for (const name of ['', ':', ':x', 'a b', 'a(b', '\xe9']) {
      expect(new ResponseHead(['200 OK', name, 'x']).fault(true)).toContain('name')
    }
    for (const value of ['a\x01', '\x7f', 'a\vb']) {
      expect(new ResponseHead(['200 OK', 'X-A', value]).fault(true)).toContain('X-A')
    }
    expect(new ResponseHead(['200 OK', 'X-A', 'a\tb\xff']).fault(true)).toBeNull()
  })

  test('tells of lines that are too long', () => {
    const field = (length: number) => new ResponseHead(['200 OK', 'X-A', 'v'.repeat(length)], 100)
    expect([field(95).tooLong, field(96).tooLong]).toEqual([false, true])
    const line = (length: number) => new ResponseHead([`200 ${'v'.repeat(length)}`], 100)
    expect([line(88).tooLong, line(89).tooLong]).toEqual([false, true])
  })
})

test('httpDate() is the IMF-fixdate of the second', () => {
  expect(httpDate(1577934245999)).toBe('Thu, 02 Jan 2020 03:04:05 GMT')
})

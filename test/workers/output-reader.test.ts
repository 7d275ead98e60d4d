import { describe, expect, test } from 'vitest'
import { OutputReader } from '../../src/workers/output-reader.js'

function read(pieces: readonly (string | Buffer)[]): string[] {
  const seen: string[] = []
  const reader = new OutputReader('key', {
    line: line => seen.push(`${line.level} ${line.thread}: ${line.text}`),
    raw: text => seen.push(`raw: ${text}`),
  })
  for (const piece of pieces) reader.push(Buffer.from(piece))
  reader.end()
  return seen
}

function record(text: string, more = false, stream = 1): string {
  const fields = { t: 1, i: 7, l: 'error', x: text, s: stream, ...(more ? { m: 1 } : {}) }
  return `\x1ekey\x1f${JSON.stringify(fields)}\n`
}

describe('OutputReader', () => {
  test('push() keeps the order of records and raw lines', () => {
    expect(read([`a\n${record('b')}c\n`])).toEqual(['raw: a', 'error 7: b', 'raw: c'])
  })

  test('push() gives the same however the stream is cut', () => {
    const stream = Buffer.from(
      `räw\n${record('one')}half${record('twö')}-line\n${record('x', true)}${record('y')}`,
    )
    const whole = read([stream])
    expect(whole).toEqual([
      'raw: räw',
      'error 7: one',
      'error 7: twö',
      'raw: half-line',
      'error 7: xy',
    ])
    for (let at = 1; at < stream.length; at++) {
      expect(read([stream.subarray(0, at), stream.subarray(at)])).toEqual(whole)
    }
    expect(read([...stream].map(byte => Buffer.from([byte])))).toEqual(whole)
  })

  test('push() joins the records of one stream only', () => {
    expect(read([record('a', true, 1), record('b', false, 2), record('c', false, 1)])).toEqual([
      'error 7: b',
      'error 7: ac',
    ])
  })

  test('push() takes a separator with another secret as raw output', () => {
    expect(read(['\x1eother\x1f{}\n'])).toEqual(['raw: \x1eother\x1f{}'])
  })

  test('end() gives a last line without its end', () => {
    expect(read(['no end'])).toEqual(['raw: no end'])
    expect(read(['\x1ekey\x1f{"t":1'])).toEqual(['raw: \x1ekey\x1f{"t":1'])
  })

  test('push() makes several lines of a raw line that is longer than the log takes', () => {
    const lines = read([`${'x'.repeat(20_000)}END\n`])
    expect(lines.map(line => line.length)).toEqual([7905, 7905, 4208])
    expect(lines.join('').replaceAll('raw: ', '')).toBe(`${'x'.repeat(20_000)}END`)
    expect(read(['x'.repeat(8000)])).toHaveLength(2)
  })

  test.each(['null', '5', '[]', '{}', '{"t":1,"i":1,"l":"error","x":5}', '{"t":1'])(
    'push() takes %s in the place of a record as raw output',
    json => {
      expect(read([`\x1ekey\x1f${json}\n${record('a')}`])).toEqual([`raw: ${json}`, 'error 7: a'])
    },
  )

  test('push() waits no longer for the end of a record than the longest could be', () => {
    const lines = read([`\x1ekey\x1f${'x'.repeat(70_000)}`, `\n${record('a')}`])
    expect(lines[0]).toMatch(/^raw: \x1ekey\x1fx+$/)
    expect(lines.at(-1)).toBe('error 7: a')
  })
})

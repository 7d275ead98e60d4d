import { describe, expect, test } from 'vitest'
import { ScriptHead } from '../../../src/front/cgi/script-head.js'

/** Pushes a text byte by byte, and gives what came of it. */
function read(text: string) {
  const head = new ScriptHead()
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at++) {
    const outcome = head.push(bytes.subarray(at, at + 1))
    if (outcome !== null)
      return { outcome, fields: head.fields, rest: bytes.toString('latin1', at + 1) }
  }
  return { outcome: head.ended(), fields: head.fields, rest: '' }
}

describe('ScriptHead', () => {
  test('takes lines with either end, and drops returns inside them', () => {
    expect(read('A: b\nC:d\r\n\r\nbody')).toEqual({
      outcome: 'whole',
      fields: ['A', ' b', 'C', 'd'],
      rest: 'body',
    })
    expect(read('A: b\rc\n\n').fields).toEqual(['A', ' bc'])
  })

  test('finds the same in one piece', () => {
    const head = new ScriptHead()
    expect(head.push(Buffer.from('A: b\n\nbody'))).toBe('whole')
    expect(head.rest.toString()).toBe('body')
  })

  test('may be empty', () => {
    expect(read('\nbody')).toEqual({ outcome: 'whole', fields: [], rest: 'body' })
  })

  test('shows 30 characters of a line without colon', () => {
    expect(read(`A: b\n${'x'.repeat(40)}\n`).outcome).toEqual({ badLine: 'x'.repeat(30) })
  })

  test('tells output without a head from a head without end', () => {
    expect(read('').outcome).toBe('nothing')
    expect(read('no line').outcome).toBe('nothing')
    expect(read('A: b\n').outcome).toBe('premature')
  })

  test('makes a field of a status line, where one may come', () => {
    const head = new ScriptHead(true)
    expect(head.push(Buffer.from('HTTP/1.0 299 Own\r\nA: b\n\n'))).toBe('whole')
    expect(head.fields).toEqual(['Status', '299 Own', 'A', ' b'])
    expect(read('HTTP/1.0 299 Own\n').outcome).toEqual({ badLine: 'HTTP/1.0 299 Own' })
  })

  test('has room for lines of 8190 characters', () => {
    expect(read(`A: ${'x'.repeat(8187)}\n\n`).outcome).toBe('whole')
    expect(read(`A: ${'x'.repeat(8188)}\n\n`).outcome).toBe('nothing')
    const endless = new ScriptHead()
    expect(endless.push(Buffer.alloc(20_000, 'x'))).toBe('nothing')
  })
})

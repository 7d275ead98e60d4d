import { describe, expect, test } from 'vitest'
import { apacheLines } from '../../src/logging/apache-format.js'
import { entry } from './facts.js'

describe('apacheLines()', () => {
  test('has the parts in the order of Apache', () => {
    const line = apacheLines(entry({ thread: 9, remote: '127.0.0.1:5', script: '/x\xe9' }))
    expect(line).toMatch(
      /^\[\w{3} \w{3} \d\d \d\d:\d\d:01\.000000 1970\] \[wsgi:error\] \[pid 7:tid 9\] \[remote 127\.0\.0\.1:5\] \[script \/x\\xe9\] hello\n$/,
    )
  })

  test('leaves out what is not known', () => {
    expect(apacheLines(entry({}))).toMatch(/\] \[wsgi:error\] \[pid 7\] hello\n$/)
  })

  test('gives each line of an entry the whole prefix', () => {
    const lines = apacheLines(entry({ text: 'a\n\nb' })).split('\n')
    expect(lines.map(line => line.replace(/^.*\[pid 7\] /, ''))).toEqual(['a', '', 'b', ''])
  })

  test('cuts a line where Apache does, in the middle of an escape only at the last byte', () => {
    expect(apacheLines(entry({ text: 'x'.repeat(20_000) }))).toHaveLength(8191)
    const lengths = Array.from({ length: 9 }, (_, at) => {
      const text = `${'p'.repeat(at)}${'a\u00e9'.repeat(8000)}`
      return apacheLines(entry({ text })).length - 1
    })
    expect([...new Set(lengths)].sort()).toEqual([8188, 8189, 8190])
  })
})

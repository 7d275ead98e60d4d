import { describe, expect, test } from 'vitest'
import { accessFormat } from '../../src/logging/access-format.js'
import { FormatError } from '../../src/logging/format-text.js'
import type { ServedRequest } from '../../src/logging/served-request.js'
import { served, server } from './facts.js'

function line(format: string, parts: Partial<ServedRequest> = {}): string {
  return accessFormat(format, server)(served(parts)).slice(0, -1)
}

describe('accessFormat()', () => {
  test('has the names of mod_wsgi-express, common without one', () => {
    expect(line('')).toMatch(/^10\.0\.0\.1 - - \[[^\]]+\] "GET \/a\?b=c HTTP\/1\.1" 200 6$/)
    expect(line('combined')).toMatch(/ 200 6 "-" "agent \\"x\\""$/)
  })

  test.each([
    ['%a %A %h %{remote}p %p %{odd}p', '10.0.0.1 10.0.0.2 10.0.0.1 4000 8000 odd'],
    ['%m %U %q %H %v %V', 'GET /a ?b=c HTTP/1.1 localhost example.org'],
    ['%b %B %I %O %S %k %X', '6 6 100 50 150 2 +'],
    ['%D %T %{s}T %{ms}T %{us}T %{odd}T', '1234567 1 1 1234 1234567 odd'],
    ['%{User-AGENT}i %{c1}C %{c0}C %{none}C', 'agent \\"x\\" one z -'],
    ['%{content-type}o %{KEY}e %{PATH_INFO}e %{SERVER_SOFTWARE}e', 'text/plain value /info Apache'],
    ['%f %R %L %l %u %{x}n %{X}^ti', '/root/a wsgi-handler AAAAABBBBBB - - - -'],
    ['%{usec_frac}t %{%Y}t %{end:%S}t', '000042 2026 03'],
    ['%200s %404s %!404s %!200,304s', '200 - 200 -'],
    ['a\\tb \\x %% "q"', 'a\tb \\x % "q"'],
  ])('%s', (format, expected) => {
    expect(line(format)).toBe(expected)
  })

  test('tells of the request before an internal redirect, and of the last after >', () => {
    const parts = { status: 404, firstStatus: 200, path: '/b', firstPath: '/a' }
    expect(line('%s %>s %<s %U %>U', parts)).toBe('200 404 200 /a /b')
  })

  test('escapes what the client wrote, and hides a password', () => {
    expect(line('%r', { target: '/"\x1b\n' })).toBe('GET /\\"\\x1b\\n HTTP/1.1')
    expect(line('%r', { target: 'http://me:secret@host/' })).toBe(
      'GET http://me:XXXXXXXX@host/ HTTP/1.1',
    )
    expect(line('%r', { rawLine: 'GARBAGE"' })).toBe('GARBAGE\\"')
    expect(line('%r', { rawLine: null })).toBe('-')
  })

  test.each(['%Z', '%', '%{x', '%{x}', '%200', '%^xx', '%>', '%M'])('refuses %s', format => {
    expect(() => accessFormat(format, server)).toThrow(FormatError)
  })
})

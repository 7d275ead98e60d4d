import { describe, expect, test } from 'vitest'
import { formProblem, type TextFormName } from '../../src/settings/text-forms.js'

/** What mod_wsgi-express starts with, and what it refuses. */
const rows: readonly [TextFormName, readonly string[], readonly string[]][] = [
  ['filled', ['x', ' x ', '-'], ['', ' ', '\n']],
  [
    'host name',
    ['a', 'A_b.c', 'a:80', '127.0.0.1', 'a.', '-a', 'é', 'a,b', 'http://a', ''],
    ['a b', 'a\tb', ' ', 'a:x', '::1', '[::1]', '*', '*.x', 'a?'],
  ],
  ['filled host name', ['a', 'a:80'], ['', 'a b', '*']],
  ['URL path', ['/p', '/p/', '/a(b'], ['', ' ', '/p q', '/', '//', '/a%20b', 'p']],
  [
    'proxied URL',
    [
      'http://127.0.0.1:1',
      'http://x:65535/',
      'HTTP://X',
      'http://x/y?z',
      'http://[::1]:80/',
      'http://user:pw@h/',
      'unix:/x|http://h/',
    ],
    [
      '',
      'https://x/y',
      'ws://x',
      'fcgi://x',
      'x',
      'http:/x',
      'x:y',
      '127.0.0.1:8000',
      'localhost:8000',
      'http://',
      'http:///',
      '//x',
      'unix:/x',
      'http://x:y/',
      'http://x:65536/',
      'balancer://x/',
    ],
  ],
  ['error status', ['404', '200', '511', '100'], ['x', '', '999', '600', '418', '404x', '-1', '0']],
  ['address ranges', ['', '10.0.0.0/8', '1.2.3.4 ::1'], ['x', '1.2.3.4 x', '#']],
  [
    'override classes',
    [
      '',
      'All',
      'none',
      'AuthConfig Limit',
      'Options=Indexes,FollowSymLinks',
      'Options=',
      'Nonfatal=All',
    ],
    ['x', 'All x', 'Options=x', '-1'],
  ],
  [
    'telemetry flags',
    ['+CaptureUserAgent', '-captureuseragent +CaptureUserAgent', 'None', 'all CaptureUserAgent'],
    ['', ' ', '+', '+All', 'CaptureUserAgent,All', '-captureuseragent CaptureUserAgent', 'x'],
  ],
]

describe.each(rows)('formProblem() of %s', (name, good, bad) => {
  test.each(good.map(text => [text]))('accepts %j', text => {
    expect(formProblem(name, text)).toBeNull()
  })

  test.each(bad.map(text => [text]))('refuses %j', text => {
    expect(formProblem(name, text)).toMatch(/^expects .*, got "/)
  })
})

test('formProblem() names what is expected, and the text', () => {
  expect(formProblem('error status', '999')).toBe('expects an HTTP status such as 404, got "999"')
})

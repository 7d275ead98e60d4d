import { expect, test } from 'vitest'
import { parseHost } from '../../src/front/request-host.js'

test.each([
  ['Example.COM', 'example.com', null],
  ['a.:00080', 'a', '80'],
  ['.a', '.a', null],
  ['-a_-', '-a_-', null],
  ['a:65535', 'a', '65535'],
  ['1.2.3.4', '1.2.3.4', null],
  ['999.1.1.1', '999.1.1.1', null],
  ['[::1]', '[::1]', null],
  ['[2001:DB8::1]:99', '[2001:db8::1]', '99'],
])('parseHost() reads %j', (text, name, port) => {
  expect(parseHost(text)).toEqual({ name, port })
})

test.each([
  '',
  'a..b',
  'a b',
  'a/b',
  'a,b',
  'me@a',
  '%41',
  '*.b',
  'h\xe9',
  'a:',
  'a:x',
  'a:0',
  'a:65536',
  'a:80:90',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  'a.1',
  'a.1b',
  'a.-b',
  '01.2.3.4',
  '.',
  '..',
  'a..',
  '[::1',
  '[::1]x',
  '[zz]',
  '[::1%lo]',
])('parseHost() refuses %j', text => {
  expect(parseHost(text)).toBe(null)
})

import { expect, test } from 'vitest'
import { readBasic } from '../../../src/front/access-control/basic.js'

const encode = (text: string) => Buffer.from(text, 'latin1').toString('base64')

test.each([
  [`Basic ${encode('a:b:c')}`, { user: 'a', password: 'b:c' }],
  [`bASIC   \t${encode('a:b')}`, { user: 'a', password: 'b' }],
  [`Basic ${encode('m\xfc:\xe4')}`, { user: 'm\xfc', password: '\xe4' }],
  [`Basic ${encode('a')}`, { user: 'a', password: '' }],
  [`Basic ${encode(':')}`, { user: '', password: '' }],
  [`Basic ${encode('a:b\0c')}`, { user: 'a', password: 'b' }],
  [`Basic ${encode('a\0b:c')}`, { user: 'a', password: '' }],
  [`Basic ${encode('a:bc')} more`, { user: 'a', password: 'bc' }],
  ['Basic !!!!', { user: '', password: '' }],
  ['Basic', { user: '', password: '' }],
])('readBasic() takes %j as Apache does', (field, credentials) => {
  expect(readBasic(field)).toEqual(credentials)
})

test.each(['', 'Bearer abc', `Basic\t${encode('a:b')}`, `Basics ${encode('a:b')}`])(
  'readBasic() knows no other scheme: %j',
  field => expect(readBasic(field)).toBeNull(),
)

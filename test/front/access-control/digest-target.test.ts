import { expect, test } from 'vitest'
import { isSameTarget } from '../../../src/front/access-control/digest-target.js'

const asked = { target: '/x', host: 'localhost:8000', port: 8000, usualPort: 80 }

test.each([
  ['/x', {}],
  ['/%78', {}],
  ['/x', { target: '/%78' }],
  ['/x#fragment', {}],
  ['http://localhost:8000/x', {}],
  ['//LOCALHOST:8000/x', {}],
  ['http://localhost:8000/x', { host: 'localhost' }],
  ['http://localhost/x', { host: 'localhost:80' }],
  ['http://localhost/x', { host: 'localhost:443', usualPort: 443 }],
  ['/x', { target: 'http://localhost:8000/x' }],
  ['/x?a=%62', { target: '/x?a=b' }],
])('isSameTarget() takes %s for %j', (uri, more) => {
  expect(isSameTarget(uri, { ...asked, ...more })).toBe(true)
})

test.each([
  ['/y', {}],
  ['x', {}],
  ['*', {}],
  ['', {}],
  ['/x?', {}],
  ['/x', { target: '/x?a=b' }],
  ['/x', { target: '/x?' }],
  ['/x?a=c', { target: '/x?a=b' }],
  ['http://localhost/x', {}],
  ['http://localhost/x', { host: 'localhost' }],
  ['http://elsewhere:8000/x', {}],
  ['http://localhost:8001/x', {}],
  ['http://localhost:8000/x', { host: null }],
])('isSameTarget() does not take %s for %j', (uri, more) => {
  expect(isSameTarget(uri, { ...asked, ...more })).toBe(false)
})

import { expect, test } from 'vitest'
import { readVerdict } from '../../../src/front/access-control/verdict.js'

test.each([
  ['granted\0me', { kind: 'granted', user: 'me' }],
  ['granted\0', { kind: 'granted', user: '' }],
  ['granted\0m\xc3\xbc', { kind: 'granted', user: 'm\xc3\xbc' }],
  ['hash\0abc', { kind: 'hash', hash: 'abc' }],
  ['forbidden', { kind: 'forbidden' }],
  ['mismatch', { kind: 'mismatch' }],
  ['unknown', { kind: 'unknown' }],
  ['outside', { kind: 'outside' }],
  ['failed', { kind: 'failed' }],
])('readVerdict() reads %j', (text, verdict) => {
  expect(readVerdict(Buffer.from(text, 'latin1'))).toEqual(verdict)
})

test.each([
  '',
  'granted',
  'Granted\0me',
  'hash',
  '\0granted',
  'forbidden\0',
  'grantedme',
  'stopping',
])('readVerdict() takes %j for a failure', text =>
  expect(readVerdict(Buffer.from(text))).toEqual({ kind: 'failed' }),
)

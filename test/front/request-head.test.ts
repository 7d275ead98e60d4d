import { expect, test } from 'vitest'
import { keyOfHeader } from '../../src/front/request-head.js'

test('keyOfHeader() folds names and drops what must not reach the application', () => {
  const cases: [string, string | null][] = [
    ['User-Agent', 'HTTP_USER_AGENT'],
    ['x-forwarded-FOR', 'HTTP_X_FORWARDED_FOR'],
    ['Content-Type', 'CONTENT_TYPE'],
    ['content-length', 'CONTENT_LENGTH'],
    ['Authorization', 'HTTP_AUTHORIZATION'],
    ['X_Under', null],
    ['X.Dot', null],
    ['Proxy', null],
    ['proxy-authorization', null],
  ]
  for (const [name, key] of cases) expect([name, keyOfHeader(name)]).toEqual([name, key])
})

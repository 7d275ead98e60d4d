import { describe, expect, test } from 'vitest'
import { type MethodKind, methodKind } from '../../src/static/methods.js'

describe('methodKind()', () => {
  const rows: [method: string, kind: MethodKind][] = [
    ['GET', 'read'],
    ['HEAD', 'read'],
    ['POST', 'read'],
    ['OPTIONS', 'options'],
    ['PUT', 'notAllowed'],
    ['DELETE', 'notAllowed'],
    ['PATCH', 'notAllowed'],
    ['PROPFIND', 'notAllowed'],
    ['MKACTIVITY', 'notAllowed'],
    ['LINK', 'unknown'],
    ['PURGE', 'unknown'],
    ['get', 'unknown'],
  ]
  test.each(rows)('of %s is %s', (method, kind) => expect(methodKind(method)).toBe(kind))
})

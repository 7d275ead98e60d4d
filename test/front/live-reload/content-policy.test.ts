import { describe, expect, test } from 'vitest'
import { permissionOf } from '../../../src/front/live-reload/content-policy.js'

describe('permissionOf()', () => {
  test.each<[string | null, string | null]>([
    [null, null],
    ["default-src 'self'", null],
    ['default-src *', null],
    ["img-src 'none'", null],
    ["default-src 'none'; script-src 'self'; connect-src 'self'", null],
    ["script-src 'nonce-aB3+/='; style-src 'none'", 'aB3+/='],
    ["script-src 'nonce-abc' 'strict-dynamic'", 'abc'],
    ["SCRIPT-SRC 'Nonce-abc'", 'abc'],
    ["script-src 'none'; script-src-elem 'self'", null],
    ["default-src 'self', script-src 'nonce-abc'", 'abc'],
    ["script-src 'nonce-abc', script-src 'nonce-abc'", 'abc'],
    ["sandbox allow-scripts allow-same-origin; script-src 'self'", null],
    ["upgrade-insecure-requests; script-src 'self' 'unsafe-inline'", null],
    ["script-src 'self'; script-src 'none'", null],
  ])('%j lets the script run, with the nonce %j', (policy, nonce) => {
    expect(permissionOf(policy)?.nonce).toBe(nonce)
  })

  test.each([
    "default-src 'none'",
    "script-src 'none'",
    'script-src',
    "script-src 'unsafe-inline'",
    'script-src https://cdn.example.com',
    "script-src 'self' 'strict-dynamic'",
    "script-src 'self'; connect-src 'none'",
    "default-src 'none'; script-src 'self'",
    "default-src 'self', script-src 'none'",
    "script-src 'nonce-abc', script-src 'nonce-def'",
    "script-src 'nonce-\"onload=x'",
    'sandbox',
    'sandbox allow-scripts',
    "script-src 'none'; script-src 'self'",
  ])('%j does not', policy => {
    expect(permissionOf(policy)).toBeNull()
  })

  test.each<[string | null, boolean]>([
    [null, true],
    ["default-src 'self'; script-src 'self'", true],
    ["script-src 'nonce-abc'", false],
    ["script-src 'nonce-abc'; worker-src 'self'", true],
    ["script-src 'nonce-abc'; child-src 'self'", true],
    ["script-src 'self'; worker-src 'none'", false],
    ["script-src 'self', worker-src 'none'", false],
    ["script-src 'self' 'nonce-abc' 'strict-dynamic'", false],
  ])('with %j a worker is allowed: %j', (policy, mayShare) => {
    expect(permissionOf(policy)?.mayShare).toBe(mayShare)
  })
})

import { expect, test } from 'vitest'
import { prettyEntry, prettyRequest } from '../../src/logging/pretty-format.js'
import { entry, served } from './facts.js'

test('prettyEntry() keeps an entry in one piece and names its request', () => {
  const fact = entry({ text: 'ValueError\n  File\x1b', worker: 2, requestId: 'AAAAABBBBBB' })
  expect(prettyEntry(false)(fact)).toMatch(
    /^\d\d:\d\d:01\.000 error 2 ValueError \(request AAAAABBBBBB\)\n {6}File\\x1b\n$/,
  )
})

test('prettyRequest() shows duration, queue time, worker and thread', () => {
  expect(prettyRequest(false)(served({}))).toBe(
    '16:05:03.000 GET /a?b=c 200 6 B 1.2 s, queue 2.5 ms, 1.4\n',
  )
})

test('prettyRequest() leaves out what a file does not have, and shows bytes of a target as text', () => {
  const parts = { queued: null, worker: null, thread: null, target: '/\xc3\xa9\xff', duration: 14 }
  expect(prettyRequest(false)(served({ ...parts, bodyBytes: 1234 }))).toBe(
    '16:05:03.000 GET /\u00e9\\xff 200 1.2 kB 14 ms\n',
  )
})

test('prettyRequest() is coloured by status', () => {
  expect(prettyRequest(true)(served({ status: 500 }))).toContain('\x1b[31m500\x1b[0m')
})

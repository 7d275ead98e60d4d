import { expect, test } from 'vitest'
import { answerText } from '../../src/cli/answer-text.js'
import type { AnswersOf, StatusAnswer } from '../../src/control/answers.js'

const status: StatusAnswer = {
  ok: true,
  pid: 12,
  version: '0.1.0',
  url: 'http://localhost:8000/',
  serverRoot: '/root',
  state: 'serving',
  uptime: 0.25,
  processes: 2,
  threads: 1,
  generation: 3,
  waiting: 1,
  inProgress: 3,
  workers: [
    {
      slot: 1,
      pid: 13,
      state: 'ready',
      generation: 3,
      requests: 1200,
      memory: 35_000_000,
      running: [
        { method: 'GET', target: '/a\x1b[2J', seconds: 12.34 },
        { method: 'POST', target: '/ä', seconds: 0.5 },
      ],
    },
    {
      slot: 2,
      pid: null,
      state: 'starting',
      generation: 3,
      requests: 0,
      memory: null,
      running: [],
    },
  ],
  services: [],
}

test('answerText() shows the workers as a table, and no request can steer the terminal', () => {
  expect(answerText('status', status).split('\n')).toEqual([
    'http://localhost:8000/ (pid 12, version 0.1.0) is serving, up 250 ms',
    '3 requests in progress, 1 waiting for a thread',
    '2 workers of 1 thread wanted, generation 3',
    'worker  pid  state     generation  requests  memory  running',
    '1       13   ready     3           1200      33 MB   GET /a\\x1b[2J 12.3 s',
    '                                                     POST /ä 500 ms',
    '2       -    starting  3           0         -       -',
    '',
  ])
})

test('answerText() shows the services', () => {
  const services = [
    { name: 'one', pid: 40 },
    { name: 'two', pid: null },
  ]
  const lines = answerText('status', { ...status, services }).split('\n')
  expect(lines.slice(-3)).toEqual([
    'service one runs (pid 40)',
    'service two waits to be started',
    '',
  ])
})

test('answerText() of a site without workers has no table', () => {
  expect(answerText('status', { ...status, processes: 0, workers: [], uptime: 7300 })).toBe(
    'http://localhost:8000/ (pid 12, version 0.1.0) is serving, up 2 h 1 min\n' +
      '3 requests in progress, 1 waiting for a thread\n',
  )
})

function restarted(facts: Partial<AnswersOf['restart']>): string {
  const nothing = { generation: 2, workers: 0, services: 0, seconds: 0.1, configurationKept: null }
  return answerText('restart', { ok: true, ...nothing, ...facts })
}

test.each([
  [answerText('reopen-logs', { ok: true, files: [] }), /^the log goes to the terminal/],
  [
    answerText('stacks', { ok: true, workers: 1, log: null }),
    /of 1 worker to the log on the terminal/,
  ],
  [answerText('resize', { ok: true, processes: 1, before: 1 }), /^1 worker wanted, as before\n$/],
  [restarted({ workers: 1 }), /^restarted: 1 new worker serves after 100 ms/],
  [restarted({ services: 1 }), /^restarted the services\n$/],
  [restarted({}), /^read the configuration again\n$/],
  [restarted({ configurationKept: 'no' }), /^the configuration stays as it was: no\n$/],
])('answerText() says in words %j', (text, pattern) => {
  expect(text).toMatch(pattern)
})

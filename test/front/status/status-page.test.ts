import { describe, expect, test } from 'vitest'
import {
  byteText,
  durationText,
  kilobyteText,
  momentText,
  shortNumber,
} from '../../../src/front/status/apache-number.js'
import {
  lettersOf,
  type StatusFacts,
  type WorkerFacts,
} from '../../../src/front/status/status-facts.js'
import { statusPage } from '../../../src/front/status/status-page.js'
import { isStatusPath, parseStatusQuery } from '../../../src/front/status/status-query.js'
import { statusText } from '../../../src/front/status/status-text.js'
import type { PlaceSnapshot } from '../../../src/workers/place-figures.js'

// What the real page showed, or apr_gcvt makes of it.
test.each([
  [0, '0'],
  [0.05, '.05'],
  [0.375, '.375'],
  [2 / 3, '.666667'],
  [853.3333, '853.333'],
  [320, '320'],
  [1234567, '1234570'],
  [12345678901, '1.23457e+10'],
  [100000, '1.e+5'],
  [0.0001, '.0001'],
  [0.00001, '1.e-5'],
  [-1.5, '-1.5'],
])('shortNumber(%j) is %s', (number, text) => {
  expect(shortNumber(number)).toBe(text)
})

test('shortNumber() keeps as many digits as are wanted', () => {
  expect(shortNumber(0.3125, 3)).toBe('.313')
})

test('byteText() and kilobyteText() choose a unit', () => {
  expect([853.5, 5119, 5120, 1.5 * 1024 * 1024, 2 ** 31].map(byteText)).toEqual([
    '853 B',
    '5119 B',
    '5.0 kB',
    '1.5 MB',
    '2.0 GB',
  ])
  expect([5, 1536, 3 * 1024 * 1024].map(kilobyteText)).toEqual(['5 kB', '1.5 MB', '3.0 GB'])
})

test('durationText() leaves out what is none', () => {
  expect(durationText(0)).toBe('')
  expect(durationText(16)).toBe(' 16 seconds')
  expect(durationText(86_400 + 3600 + 120 + 1)).toBe(' 1 day 1 hour 2 minutes 1 second')
})

test('momentText() is in the time of this machine', () => {
  const date = new Date(2026, 10, 8, 3, 4, 5)
  expect(momentText(date.getTime() / 1000)).toMatch(/^Sunday, 08-Nov-2026 03:04:05 \S+$/)
})

test.each([
  ['', { auto: false, noTable: false, refresh: null }],
  ['auto', { auto: true, noTable: false, refresh: null }],
  ['x=auto&notable', { auto: true, noTable: true, refresh: null }],
  ['AUTO', { auto: false, noTable: false, refresh: null }],
  ['refresh', { auto: false, noTable: false, refresh: 10 }],
  ['refresh=2', { auto: false, noTable: false, refresh: 2 }],
  ['refresh=3x', { auto: false, noTable: false, refresh: 3 }],
  ['refresh=-3', { auto: false, noTable: false, refresh: 10 }],
  ['refresh=0', { auto: false, noTable: false, refresh: 10 }],
])('parseStatusQuery(%j)', (query, asked) => {
  expect(parseStatusQuery(query)).toEqual(asked)
})

test.each([
  ['/server-status', true],
  ['/server-status/x', true],
  ['/server-statusx', false],
  ['/x/server-status', false],
])('isStatusPath(%j) is %s', (path, is) => {
  expect(isStatusPath(path)).toBe(is)
})

const idle: PlaceSnapshot = {
  status: '_',
  accessCount: 2,
  bytesServed: 3 * 1024 * 1024,
  startTime: 1000,
  stopTime: 1000.25,
  busyTime: 1.5,
  lastUsed: 1000.25,
  client: '127.0.0.1',
  request: 'GET /<a>"& HTTP/1.1',
}
const busy: PlaceSnapshot = { ...idle, status: 'W', startTime: 1001, lastUsed: 1001 }

function worker(parts: Partial<WorkerFacts>): WorkerFacts {
  return {
    slot: 1,
    generation: 0,
    pid: 7,
    state: 'ready',
    threads: 3,
    places: [idle, busy],
    cpu: { user: 0.5, system: 0.25 },
    ...parts,
  }
}

test.each([
  ['ready', '_W_'],
  ['starting', 'SSS'],
  ['draining', 'IGI'],
  ['stopping', 'III'],
  ['missing', '...'],
  ['gone', '...'],
] as const)('lettersOf() a worker that is %s', (state, letters) => {
  expect(lettersOf(worker({ state })).join('')).toBe(letters)
})

const facts: StatusFacts = {
  version: 'Apache (test)',
  built: '2026-01-01T00:00:00',
  now: 1010,
  started: 1000,
  generation: 1,
  load: [0.5, 1, 2.25],
  accesses: 3,
  bytes: 5000,
  duration: 3000.4,
  cpu: { user: 0.5, system: 0 },
  workersCpu: { user: 0.25, system: 0.25 },
  connections: { total: 4, waiting: 1, writing: 1, keepAlive: 1, closing: 1 },
  accepting: true,
  workers: [
    worker({}),
    worker({ state: 'draining', pid: 8, generation: 0 }),
    worker({ state: 'missing', pid: undefined, slot: 2, places: [] }),
  ],
  vhost: 'localhost:8000',
}

describe('statusText()', () => {
  test('has the keys of mod_status, in its order', () => {
    const lines = statusText(facts, 'h').trimEnd().split('\n')
    expect(lines[0]).toBe('h')
    expect(lines.slice(1).map(line => line.slice(0, line.indexOf(':')))).toEqual(
      'ServerVersion,ServerMPM,Server Built,CurrentTime,RestartTime,ParentServerConfigGeneration,ParentServerMPMGeneration,ServerUptimeSeconds,ServerUptime,Load1,Load5,Load15,Total Accesses,Total kBytes,Total Duration,CPUUser,CPUSystem,CPUChildrenUser,CPUChildrenSystem,CPULoad,Uptime,ReqPerSec,BytesPerSec,BytesPerReq,DurationPerReq,BusyWorkers,GracefulWorkers,IdleWorkers,Processes,Stopping,ConnsTotal,ConnsAsyncWaitIO,ConnsAsyncWriting,ConnsAsyncKeepAlive,ConnsAsyncClosing,Scoreboard'.split(
        ',',
      ),
    )
  })

  test('counts', () => {
    const lines = statusText(facts, 'h').split('\n')
    for (const line of [
      'ParentServerConfigGeneration: 2',
      'ParentServerMPMGeneration: 1',
      'ServerUptime: 10 seconds',
      'Load15: 2.25',
      'Total Accesses: 3',
      'Total kBytes: 4',
      'Total Duration: 3000',
      'CPULoad: 10',
      'ReqPerSec: .3',
      'BytesPerSec: 500',
      'BytesPerReq: 1666.67',
      'DurationPerReq: 1000',
      'BusyWorkers: 1',
      'GracefulWorkers: 1',
      'IdleWorkers: 2',
      'Processes: 3',
      'Stopping: 1',
      'ConnsAsyncKeepAlive: 1',
      'Scoreboard: _W_IGI...',
    ]) {
      expect(lines).toContain(line)
    }
  })

  test('leaves out what cannot be divided', () => {
    const text = statusText({ ...facts, now: facts.started, accesses: 0 }, 'h')
    expect(text).toContain('\nServerUptime:\n')
    expect(text).not.toMatch(/PerSec|PerReq/)
  })
})

describe('statusPage()', () => {
  const asked = { serverName: '<h>', address: '127.0.0.1', noTable: false }

  test('shows processes, and threads that had something to do', () => {
    const page = statusPage(facts, asked)
    expect(page).toContain('<h1>Apache Server Status for &lt;h&gt; (via 127.0.0.1)</h1>')
    expect(page).toContain('<pre>_W_IGI...</pre>')
    expect(page).toContain(
      '<tr><td>1</td><td>8</td><td>yes (old gen)</td><td>0</td><td>no</td><td>0</td><td>1</td><td>0</td><td>0</td>',
    )
    expect(page).toContain('<tr><td>Sum</td><td>3</td><td>1</td><td>4</td>')
    expect(page.match(/<td nowrap>GET /g)).toHaveLength(4)
    expect(page).toContain('GET /&lt;a&gt;&quot;&amp; HTTP/1.1')
    expect(page).toContain(
      '<td><b>1-0</b></td><td>7</td><td>1/2/2</td><td><b>W</b>\n</td><td>0.75</td><td>9</td><td>0</td><td>1500</td><td>0.0</td><td>3.00</td>',
    )
  })

  test('in lists without tables', () => {
    const page = statusPage(facts, { ...asked, noTable: true })
    expect(page).toContain(
      '<b>Server 1-0</b> (7): 0|2|2 [Ready] u.5 s.25 cu0 cs0\n 9 250 1500(0 B|3.0 MB|3.0 MB)\n',
    )
    expect(page).not.toContain('<th>Srv</th>')
  })

  test('breaks a long scoreboard', () => {
    const many = { ...facts, workers: [worker({ threads: 70 })] }
    expect(statusPage(many, asked)).toMatch(/<pre>_W_{62}\n_{6}<\/pre>/)
  })
})

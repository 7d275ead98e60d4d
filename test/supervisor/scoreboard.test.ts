import { expect, test } from 'vitest'
import { scoreboard } from '../../src/supervisor/scoreboard.js'
import type { Exchange } from '../../src/workers/exchange.js'
import { PlaceFigures } from '../../src/workers/place-figures.js'

const request = {
  describe: () => ({
    method: 'GET',
    target: '/a?b',
    client: '127.0.0.1:4000',
    scriptFilename: '/site/a',
    seconds: 0,
  }),
} as Exchange

const facts = {
  processes: 1,
  threads: 2,
  generation: 3,
  restartTime: 100.25,
  now: 107.5,
  vhost: 'localhost:8000',
}

test('scoreboard() has the keys of mod_wsgi and the figures of each place', () => {
  const [busy, idle] = [new PlaceFigures(), new PlaceFigures()]
  busy.began(request, 101)
  busy.ended(50, 102)
  busy.began(request, 103)
  const places = [busy.snapshot, idle.snapshot]
  const workers = [{ slot: 1, generation: 3, pid: 77, quiescing: false, places }]
  const common = { generation: 3 }
  expect(scoreboard({ ...facts, workers })).toEqual({
    server_limit: 1,
    thread_limit: 2,
    running_generation: 3,
    restart_time: 100.25,
    current_time: 107.5,
    running_time: 7,
    processes: [
      {
        process_num: 0,
        pid: 77,
        generation: 3,
        quiescing: false,
        workers: [
          {
            ...common,
            thread_num: 0,
            status: 'W',
            access_count: 1,
            bytes_served: 50,
            start_time: 103,
            stop_time: 102,
            last_used: 103,
            client: '127.0.0.1',
            request: 'GET /a?b HTTP/1.1',
            vhost: 'localhost:8000',
          },
          {
            ...common,
            thread_num: 1,
            status: '_',
            access_count: 0,
            bytes_served: 0,
            start_time: 0,
            stop_time: 0,
            last_used: 0,
            client: '',
            request: '',
            vhost: '',
          },
        ],
      },
    ],
  })
})

test('scoreboard() gives pid 0 for a worker that could not be started', () => {
  const workers = [{ slot: 1, generation: 0, pid: undefined, quiescing: true, places: [] }]
  expect(scoreboard({ ...facts, workers })['processes']).toEqual([
    { process_num: 0, pid: 0, generation: 0, quiescing: true, workers: [] },
  ])
})

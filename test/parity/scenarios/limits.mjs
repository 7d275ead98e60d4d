/** What becomes of requests beyond the limits of a site: who waits, for how long, and what he is told then. */
import { setTimeout as pause } from 'node:timers/promises'
import { observe } from '../runner/observation.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Site} Site */

const get = (path, method) => `${method} ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`

/** Sends a request, and gives its answer later. @param {Site} site */
async function open(site, path, method = 'GET') {
  const connection = await site.connect()
  connection.send(get(path, method))
  return {
    async answer() {
      const response = await connection.read({ method })
      connection.close()
      return observe(response)
    },
  }
}

/** @param {Site} site */
const ask = async (site, path) => (await open(site, path)).answer()

/** What is said of an answer that counts among many. */
const status = answer => (typeof answer === 'object' ? answer.status : answer)

const single = ['--processes', '1', '--threads', '1']
const app = 'patience.py'

/** @type {Scenario[]} */
export default [
  {
    name: 'limits: --queue-timeout',
    app,
    arguments: [...single, '--queue-timeout', '2'],
    probes: {
      'who waits too long': async site => {
        const first = await open(site, '/sleep?4')
        await pause(200)
        const second = await open(site, '/x')
        return [await first.answer(), await second.answer(), await ask(site, '/x')]
      },
      'who does not': async site => {
        const first = await open(site, '/sleep?0.4')
        await pause(200)
        return [await ask(site, '/x'), await first.answer()]
      },
    },
  },
  {
    name: 'limits: --daemon-backlog and --connect-timeout',
    app,
    arguments: [...single, '--daemon-backlog', '2', '--connect-timeout', '1'],
    probes: {
      'many at a time': async site => {
        const first = await open(site, '/sleep?5')
        await pause(300)
        const others = await Promise.all(Array.from({ length: 12 }, () => open(site, '/x')))
        const answers = await Promise.all(others.map(other => other.answer()))
        const refused = answers.filter(answer => status(answer).includes('503'))
        const served = answers.filter(answer => status(answer).includes('200'))
        // How many a queue of 2 holds is the kernel's affair.
        return [refused[0], served[0], refused.length + served.length, await first.answer()].map(
          found => found ?? 'none',
        )
      },
    },
  },
  {
    name: 'limits: --socket-timeout',
    app,
    arguments: ['--socket-timeout', '1'],
    probes: {
      'no head': site => ask(site, '/sleep?3'),
      'a head, and no more': site => ask(site, '/head-then-sleep?3'),
      'in time': site => ask(site, '/head-then-sleep?0.3'),
    },
  },
  {
    name: 'limits: --request-timeout',
    app,
    arguments: [
      ...single,
      '--request-timeout',
      '1',
      '--graceful-timeout',
      '1',
      '--shutdown-timeout',
      '1',
    ],
    probes: {
      'of a request': site => ask(site, '/sleep?20'),
      'after it': site => ask(site, '/x'),
      'of a body': site => ask(site, '/head-then-sleep?20'),
    },
  },
  {
    name: 'limits: --interrupt-timeout',
    app,
    arguments: [...single, '--request-timeout', '1', '--interrupt-timeout', '20'],
    probes: {
      'of a request': site => ask(site, '/spin?20'),
      'of a request whose worker lives on': async site => {
        const before = await ask(site, '/pid')
        await ask(site, '/spin?20')
        return (await ask(site, '/pid')).body === before.body
      },
    },
  },
  {
    name: 'limits: --maximum-requests',
    app,
    arguments: [...single, '--maximum-requests', '3'],
    probes: {
      'workers that answer': async site => {
        const pids = []
        for (let count = 0; count < 8; count++) {
          const { body } = await ask(site, '/pid')
          if (!pids.includes(body)) pids.push(body)
        }
        return pids.length
      },
    },
  },
  {
    name: 'limits: --max-clients',
    app,
    arguments: [
      '--processes',
      '1',
      '--threads',
      '2',
      '--server-mpm',
      'prefork',
      '--max-clients',
      '1',
    ],
    probes: {
      'fewer than threads': async site => {
        const waiting = await open(site, '/wait')
        await pause(300)
        return [await ask(site, '/go-on'), await waiting.answer()]
      },
      'one more than may be': async site => {
        const busy = await Promise.all([open(site, '/sleep?2'), open(site, '/sleep?2')])
        await pause(1300)
        const order = []
        const done = [...busy, await open(site, '*', 'OPTIONS')].map((one, at) =>
          one.answer().then(answer => order.push([at < 2 ? 'busy' : 'more', status(answer)])),
        )
        await Promise.all(done)
        return order[0]
      },
    },
  },
]

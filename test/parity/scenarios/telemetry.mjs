/** `--telemetry-service`: what each worker sends, record by record. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const listener = fileURLToPath(new URL('../../rig/telemetry_listener.py', import.meta.url))

const app = `
import gc, time
import mod_wsgi
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(1.2)
    if path == "/raise":
        raise ValueError("as wanted")
    if path == "/collect":
        gc.collect()
    mod_wsgi.start_recording_metrics()
    body = environ["wsgi.input"].read()
    start_response({"/404": "404 Not Found", "/302": "302 Found"}.get(path, "200 OK"), [("Content-Type", "text/plain")])
    return [b"answer ", body, str([mod_wsgi.request_metrics(), mod_wsgi.process_metrics()]).encode()]
`

const kinds = {
  requests: 2,
  slow: 4,
  started: 5,
  stopping: 6,
  stopped: 7,
  garbage: 8,
  collection: 9,
}

/** Versions of Apache and kind of its processing. */
const ofApache = [3, 4]

const get = (target, more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: agent/1\r\n${more}\r\n`

/** Listens, starts the tool, and gives what can be asked of the records. */
async function listen(site, more) {
  const path = site.path('socket')
  const child = spawn('python3', [listener, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const records = []
  const waiting = new Set()
  const lines = createInterface({ input: child.stdout })
  const listens = new Promise(resolve => lines.once('line', resolve))
  lines.on('line', line => {
    if (line === 'listens') return
    records.push(JSON.parse(line))
    for (const look of [...waiting]) look()
  })
  await listens
  await site.start({ more: ['--telemetry-service', `unix:${path}`, ...more] })
  const until = find =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`records: ${records.length}`)), 20_000)
      const look = () => {
        const found = find()
        if (!found) return
        clearTimeout(late)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { records, until, close: () => child.kill() }
}

const valuesOf = record =>
  Object.fromEntries(record.fields.map(([number, , value]) => [number, value]))

/** Numbers and types, and lengths of lists. */
const shapeOf = ({ magic, version, flags, fields }) => ({
  header: [magic, version, flags],
  fields: fields
    .filter(([number]) => !ofApache.includes(number))
    .map(([number, type, value]) => [number, type, Array.isArray(value) ? value.length : null]),
})

/** Fields whose values both tools have to agree on, summed up over all periods. */
const sums = [20, 100, 101, 102, 103, 120, 121, 122, 123, 124]
const constant = [1, 11, 12, 13, 50, 51]

async function observe(site, arguments_, targets) {
  const { records, until, close } = await listen(site, arguments_)
  const of = kind => records.filter(record => record.kind === kind)
  try {
    const counted = () => of(kinds.requests).reduce((sum, record) => sum + valuesOf(record)[20], 0)
    for (const [before, request] of targets.entries()) {
      // A request counts as active for a moment after its answer, and slow ones tell how many are.
      if (request.includes('/slow')) await until(() => counted() >= before)
      await site.ask(request)
    }
    await until(() => counted() >= targets.length)
    await site.stop()
    await until(() => of(kinds.stopped).length > 0)
    const requests = of(kinds.requests).map(valuesOf)
    const some = of(kinds.requests).find(record => valuesOf(record)[20] > 0)
    const slow = of(kinds.slow)
    const ended = slow.filter(record => valuesOf(record)[200] === 1).map(valuesOf)
    return {
      kinds: [...new Set(records.map(({ kind }) => kind))].toSorted(),
      first: records[0].kind,
      last: records.at(-1).kind,
      numbered: records.every(({ sequence }, at) => sequence === at + 1),
      shapes: {
        started: shapeOf(of(kinds.started)[0]),
        quiet: shapeOf(of(kinds.requests)[0]),
        busy: shapeOf(some),
        stopping: shapeOf(of(kinds.stopping)[0]),
        stopped: shapeOf(of(kinds.stopped)[0]),
        garbage: shapeOf(of(kinds.garbage)[0]),
        collection: of(kinds.collection).slice(0, 1).map(shapeOf),
        running: slow
          .filter(record => valuesOf(record)[200] === 0)
          .slice(0, 1)
          .map(shapeOf),
        over: slow
          .filter(record => valuesOf(record)[200] === 1)
          .slice(0, 1)
          .map(shapeOf),
      },
      sums: sums.map(number => [number, requests.reduce((sum, values) => sum + values[number], 0)]),
      constant: constant.map(number => [number, requests[0][number]]),
      buckets: [90, 91, 92, 93, 94, 95, 96, 97].map(number =>
        requests.reduce(
          (sum, values) => sum + (values[number] ?? []).reduce((one, other) => one + other, 0),
          0,
        ),
      ),
      slow: ended.map(values => [
        [210, 211, 212, 213, 214, 215, 216, 217, 240, 230, 231, 232, 260, 261].map(
          number => values[number] ?? null,
        ),
        values[202] >= 1.2 && values[202] < 5,
        values[223] >= 1.2 && values[223] <= values[202],
      ]),
      parent: requests.every(values => values[7] === valuesOf(of(kinds.started)[0])[7]),
      stopping: [130, 133].map(number => valuesOf(of(kinds.stopping)[0])[number]),
      stopped: [130, 132, 134, 135].map(number => valuesOf(of(kinds.stopped)[0])[number]),
    }
  } finally {
    close()
  }
}

const targets = [
  get('/'),
  get('/404'),
  get('/302'),
  get('/raise'),
  `POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`,
  get('/collect'),
  get('/slow?query=1'),
  get('/slow', 'X: y\r\n'),
]

const telemetry = {
  name: 'telemetry',
  app: null,
  starts: false,
  entry: ['own.py'],
  files: { 'own.py': app },
  probes: {
    'all that is sent': site =>
      observe(
        site,
        ['--telemetry-interval', '0.5', '--slow-requests', '0.6', '--threads', '3'],
        targets,
      ),
    'with the client': async site => {
      const more = [
        '--telemetry-options',
        'All',
        '--slow-requests',
        '0.5',
        '--telemetry-interval',
        '0.5',
      ]
      await site.write('again', '')
      return (await observeAgain(site, more)).slow
    },
    'with the client, and then not': async site => {
      const switches = ['--telemetry-options', '+captureuseragent', '--telemetry-options', 'none']
      const more = [...switches, '--slow-requests', '0.5', '--telemetry-interval', '0.5']
      return (await observeAgain(site, more)).slow
    },
    // The garbage collector may run or not.
    'without slow requests': async site =>
      (await observeAgain(site, [])).kinds.filter(kind => kind !== kinds.collection),
    'in embedded mode': async site => {
      const seen = await observeAgain(
        site,
        ['--embedded-mode', '--telemetry-interval', '0.5'],
        [get('/')],
      )
      return [seen.shapes.busy, seen.shapes.started]
    },
    'what the application is told': async site => {
      await site.start({ more: ['--telemetry-service', `unix:${site.path('nobody')}`] })
      return (await site.ask(get('/'))).body
    },
  },
}

async function observeAgain(site, more, asked = [get('/slow')]) {
  const { rm } = await import('node:fs/promises')
  await site.stop()
  await rm(site.path('socket'), { force: true })
  return observe(site, more, asked)
}

const mistakes = {
  name: 'mistakes with telemetry',
  app: null,
  starts: false,
  files: { 'own.py': app },
  probes: Object.fromEntries(
    [
      ['--telemetry-service', 'udp:127.0.0.1:1'],
      ['--enable-telemetry', '--telemetry-service', 'unix:/tmp/x'],
      ['--enable-telemetry', '--service-script', 'telemetry', 'own.py'],
    ].map(args => [
      args.join(' '),
      async site => {
        const name = site.path('own.py')
        const own = ['--port', '{port}', '--server-root', '{root}']
        const { ended } = await site.run(['start-server', name, ...args, ...own])
        return ended
      },
    ]),
  ),
}

export default [telemetry, mistakes]

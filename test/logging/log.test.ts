import { expect, test } from 'vitest'
import { accessFormat } from '../../src/logging/access-format.js'
import { apacheLines } from '../../src/logging/apache-format.js'
import { entryFields, requestFields } from '../../src/logging/json-fields.js'
import { LogLevels } from '../../src/logging/levels.js'
import { openLog } from '../../src/logging/log.js'
import { memorySink } from '../../src/logging/sinks.js'
import { jsonWriter, textWriter } from '../../src/logging/writers.js'
import { served, server } from './facts.js'

const said = {
  type: 'applicationLine',
  slot: 1,
  generation: 2,
  time: 1,
  pid: 7,
  thread: 9,
  level: 'error',
  text: 'Traceback\nValueError: \udcff',
  remote: '1.2.3.4:5',
  requestId: 'AAAAABBBBBB',
} as const

test('openLog() writes entries of its levels and served requests, each to its own sink', () => {
  const [errors, access] = [memorySink(), memorySink()]
  const log = openLog({
    levels: new LogLevels('error'),
    errors: textWriter(errors, apacheLines),
    access: textWriter(access, accessFormat('%s', server)),
  })
  log.emit(said)
  log.emit({ ...said, level: 'info' })
  log.emit(served({}))
  expect(log.wantsServed).toBe(true)
  expect(errors.lines).toHaveLength(2)
  expect(access.lines).toEqual(['200'])
})

test('openLog() wants no served requests without an access log', () => {
  const errors = textWriter(memorySink(), apacheLines)
  expect(openLog({ levels: new LogLevels('warn'), errors, access: null }).wantsServed).toBe(false)
})

test('jsonWriter() makes one object of a traceback, with its request', () => {
  const sink = memorySink()
  const errors = jsonWriter(sink, entry => entry.level, entryFields)
  openLog({ levels: new LogLevels('warn'), errors, access: null }).emit(said)
  expect(sink.lines.map(line => JSON.parse(line))).toEqual([
    {
      level: 'error',
      time: '1970-01-01T00:00:01.000Z',
      event: 'applicationLine',
      module: 'wsgi',
      worker: 1,
      gen: 2,
      pid: 7,
      tid: 9,
      request_id: 'AAAAABBBBBB',
      client: '1.2.3.4:5',
      msg: 'Traceback\nValueError: \\xff',
    },
  ])
})

test('jsonWriter() tells times and numbers of a request', () => {
  const sink = memorySink()
  jsonWriter(sink, () => 'info' as const, requestFields).write(served({}))
  expect(JSON.parse(sink.lines[0]!)).toMatchObject({
    level: 'info',
    event: 'served',
    worker: 1,
    gen: 3,
    pid: 99,
    request_id: 'AAAAABBBBBB',
    method: 'GET',
    path: '/a',
    status: 200,
    bytes: 6,
    queue_ms: 2.5,
    app_ms: 1200,
  })
})

import type { LogEntry } from '../../src/logging/events.js'
import type { ServedRequest } from '../../src/logging/served-request.js'
import type { ServerNames } from '../../src/logging/server-names.js'

export function entry(parts: Partial<LogEntry>): LogEntry {
  return {
    event: 'applicationLine',
    time: 1,
    level: 'error',
    module: 'wsgi',
    pid: 7,
    text: 'hello',
    ...parts,
  }
}

export function served(parts: Partial<ServedRequest>): ServedRequest {
  const arrived = new Date(2026, 10, 20, 16, 5, 2).getTime() / 1000 + 0.000_042
  return {
    type: 'served',
    client: '10.0.0.1',
    clientPort: 4000,
    localAddress: '10.0.0.2',
    localPort: 8000,
    method: 'GET',
    target: '/a?b=c',
    protocol: 'HTTP/1.1',
    firstPath: '/a',
    path: '/a',
    query: 'b=c',
    host: 'example.org',
    virtualHost: null,
    tls: null,
    user: null,
    requestFields: ['User-Agent', 'agent "x"', 'Cookie', 'c0=z; c1=one ;c1=two'],
    responseFields: ['Content-Type', 'text/plain'],
    environ: 'KEY\0value\0mod_wsgi.path_info\0/info',
    fileName: '/root/a',
    handler: 'application',
    requestId: 'AAAAABBBBBB',
    status: 200,
    firstStatus: 200,
    bodyBytes: 6,
    bytesIn: 100,
    bytesOut: 50,
    keptBefore: 2,
    connection: 'kept',
    arrived,
    finished: arrived + 1,
    duration: 1234.567,
    queued: 2.5,
    running: 1200,
    worker: { slot: 1, generation: 3, pid: 99 },
    thread: 4,
    ...parts,
  }
}

export const server: ServerNames = {
  name: 'localhost',
  address: '127.0.0.1',
  port: 8000,
  environ: () => ({ SERVER_SOFTWARE: 'Apache' }),
}

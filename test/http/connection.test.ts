/** A server of ours and raw sockets: what a connection makes of bytes, and what becomes of it. */
import { execFileSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ConnectionRules, HttpHandler } from '../../src/http/http-handler.js'
import type { HttpRequest } from '../../src/http/request.js'
import type { HttpResponse } from '../../src/http/response.js'
import { HttpServer } from '../../src/http/server.js'
import { connectionRules } from '../rig/connection-rules.js'
import { HandClock } from '../rig/hand-clock.js'

type Answer = (request: HttpRequest, response: HttpResponse) => void

const hello: Answer = (request, response) => {
  response.writeHead(200, 'OK', ['Content-Length', String(request.url.length)])
  response.end(Buffer.from(request.url))
}

/** The response to `hello` without its head. */
const brief = (text: string) =>
  text.replace(/HTTP\/1\.1 200 OK\r\nContent-Length: \d+\r\n\r\n/g, '|')

async function serve(
  answer: Answer,
  changes: Partial<ConnectionRules> = {},
  mostConnections = Number.POSITIVE_INFINITY,
) {
  const full: string[] = []
  const rules = { ...connectionRules, ...changes }
  const handler: HttpHandler = {
    request: answer,
    refused(response, status) {
      response.writeHead(status, 'Refused', ['Content-Length', '0'])
      response.end()
    },
    noHandshake: () => {},
    full: reason => void full.push(reason),
  }
  const place = { hosts: ['127.0.0.1'], port: 0, backlog: 10 }
  const server = new HttpServer(place, rules, handler)
  server.mostConnections = mostConnections
  await server.listen()
  onTestFinished(() => server.destroy())
  return { server, rules, full, dial: () => dial(server.port) }
}

/** A client: what it has received, and a way to wait for it. */
async function dial(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  let ended = false
  let wake = () => {}
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
    wake()
  })
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      ended = true
      wake()
    })
  }
  onTestFinished(() => void socket.destroy())
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  const until = async (reached: () => boolean) => {
    while (!reached()) await new Promise<void>(resolve => (wake = resolve))
    return text
  }
  return {
    socket,
    text: () => text,
    send: (data: string) => void socket.write(data, 'latin1'),
    received: (wanted: string) => until(() => text.includes(wanted)),
    closed: () => until(() => ended),
  }
}

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`

describe('requests on one connection', () => {
  test('are answered one after the other, however their bytes arrive', async () => {
    const { dial } = await serve(hello)
    const client = await dial()
    client.send(get('/a') + get('/b') + get('/c').slice(0, 7))
    await client.received('/b')
    client.send(get('/c').slice(7))
    expect(brief(await client.received('/c'))).toBe('|/a|/b|/c')
  })

  test('wait for the answer to the one before', async () => {
    const waiting: HttpResponse[] = []
    let seen = () => {}
    const { dial } = await serve((_, response) => {
      waiting.push(response)
      seen()
    })
    const client = await dial()
    client.send(get('/a') + get('/b'))
    await new Promise<void>(resolve => (seen = resolve))
    expect(waiting).toHaveLength(1)
    const second = new Promise<void>(resolve => (seen = resolve))
    waiting[0]!.writeHead(204, 'No Content', [])
    waiting[0]!.end()
    await second
    expect(waiting).toHaveLength(2)
  })

  test('end with one that is none, after the answers before it', async () => {
    const { dial } = await serve(hello)
    const client = await dial()
    client.send(`${get('/a')}nonsense\r\n\r\n${get('/b')}`)
    const text = await client.closed()
    expect(brief(text)).toBe('|/aHTTP/1.1 400 Refused\r\nContent-Length: 0\r\n\r\n')
  })

  test('may be the last thing a client sends', async () => {
    const { dial } = await serve(hello)
    const client = await dial()
    client.socket.end(get('/a') + get('/b'))
    expect(brief(await client.closed())).toBe('|/a|/b')
  })

  test('skip a body that nobody reads', async () => {
    const { dial } = await serve(hello)
    const client = await dial()
    client.send(
      `POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`,
    )
    await client.received('/a')
    client.send(`${'x'.repeat(50_000)}${get('/b')}`)
    expect(brief(await client.received('/b'))).toBe('|/a|/b')
  })
})

describe('a response', () => {
  test('without a length is chunked, and ends with the connection in HTTP/1.0', async () => {
    const { dial } = await serve((_, response) => {
      response.writeHead(200, 'OK', [])
      response.write(Buffer.from('ab'))
      response.end(Buffer.from('c'))
    })
    const client = await dial()
    client.send(get('/'))
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'
    expect(await client.received('0\r\n\r\n')).toBe(`HTTP/1.1 200 OK\r\n${chunked}`)
    const old = await dial()
    old.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    expect(await old.closed()).toBe('HTTP/1.1 200 OK\r\n\r\nabc')
  })

  test('keeps to its length', async () => {
    const { dial } = await serve((_, response) => {
      response.writeHead(200, 'OK', ['Content-Length', '3'])
      response.write(Buffer.from('ab'))
      response.end(Buffer.from('cdef'))
    })
    const client = await dial()
    client.send(get('/') + get('/'))
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc'
    expect(await client.received(one + one)).toBe(one + one)
  })

  test('to HEAD, and with 204 or 304, has no body', async () => {
    const { dial } = await serve((request, response) => {
      response.writeHead(Number(request.url.slice(1)), 'Status', ['X', 'y'])
      response.end(Buffer.from('body'))
    })
    const client = await dial()
    client.send(`HEAD /200 HTTP/1.1\r\nHost: x\r\n\r\n${get('/204')}${get('/304')}${get('/404')}`)
    const text = await client.received('0\r\n\r\n')
    expect(text.replaceAll(' Status\r\nX: y\r\n\r\n', ' ')).toBe(
      'HTTP/1.1 200 HTTP/1.1 204 HTTP/1.1 304 ' +
        'HTTP/1.1 404 Status\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    )
  })

  test('with chunks of its own goes out as it is, and keeps the connection', async () => {
    const { dial } = await serve((_, response) => {
      response.coding = 'own'
      response.writeHead(200, 'OK', ['Transfer-Encoding', 'chunked'])
      response.write(Buffer.from('1\r\na\r\n'))
      response.end(Buffer.from('0\r\n\r\n'))
    })
    const client = await dial()
    client.send(get('/') + get('/'))
    const one = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'
    expect(await client.received(one + one)).toBe(one + one)
  })

  test('with a coding of its own gets chunks, and no second field for them', async () => {
    const { dial } = await serve((_, response) => {
      response.coding = 'added'
      response.writeHead(200, 'OK', ['Transfer-Encoding', 'x, chunked'], 'a/b')
      response.end(Buffer.from('a'))
    })
    const client = await dial()
    client.send(get('/'))
    expect(await client.received('0\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: x, chunked\r\nContent-Type: a/b\r\n\r\n1\r\na\r\n0\r\n\r\n',
    )
  })

  test('has what tells its framing before its type', async () => {
    const { dial } = await serve((_, response) => {
      response.writeHead(200, 'OK', ['A', '1'], 'a/b')
      response.end()
    })
    const client = await dial()
    client.send(get('/'))
    expect(await client.received('0\r\n\r\n')).toContain(
      'A: 1\r\nTransfer-Encoding: chunked\r\nContent-Type: a/b\r\n',
    )
  })

  describe('whose flushes are delayed', () => {
    /** The response to one request, to be written by the test, and what the client has of it. */
    async function delayed() {
      const clock = new HandClock()
      let begun = (_: HttpResponse) => {}
      const first = new Promise<HttpResponse>(resolve => (begun = resolve))
      const answer: Answer = (request, response) =>
        request.url === '/now' ? hello(request, response) : begun(response)
      const { dial } = await serve(answer)
      const client = await dial()
      client.send(get('/'))
      const response = await first
      response.delayFlushes(7, clock)
      response.writeHead(200, 'OK', ['Content-Length', '20000'])
      // What was sent before has arrived when another connection has its answer.
      const settled = async () => {
        const other = await dial()
        other.send(get('/now'))
        await other.received('/now')
      }
      return { clock, client, response, settled }
    }

    test('holds bytes until the time after the last ones is over', async () => {
      const { clock, client, response, settled } = await delayed()
      response.write(Buffer.from('one'))
      response.write(Buffer.from('two'))
      expect(clock.orders.map(order => order.milliseconds)).toEqual([7])
      await settled()
      expect(client.text()).toBe('')
      clock.strike()
      expect(await client.received('two')).toContain('\r\n\r\nonetwo')
      response.write(Buffer.from('three'))
      await settled()
      expect(client.text()).not.toContain('three')
      clock.strike()
      await client.received('three')
    })

    test('holds a head that comes alone', async () => {
      const { clock, client, response, settled } = await delayed()
      response.flushHeaders()
      await settled()
      expect(client.text()).toBe('')
      clock.strike()
      await client.received('\r\n\r\n')
    })

    test('sends what is worth a write of its own at once', async () => {
      const { clock, client, response } = await delayed()
      response.write(Buffer.from('one'))
      response.write(Buffer.alloc(4096, 'x'))
      await client.received('xxx')
      expect(clock.orders).toEqual([])
    })

    test('sends all of it at the end', async () => {
      const { clock, client, response } = await delayed()
      response.write(Buffer.from('one'))
      response.end(Buffer.from('two'))
      await client.received('onetwo')
      expect(clock.orders).toEqual([])
    })

    test('forgets the time when the client has gone', async () => {
      const { clock, client, response } = await delayed()
      response.write(Buffer.from('one'))
      const closed = new Promise<void>(resolve => response.once('close', resolve))
      client.socket.resetAndDestroy()
      await closed
      expect(clock.orders).toEqual([])
    })
  })

  test('hears that the client is gone', async () => {
    let begun = (_: HttpResponse) => {}
    const first = new Promise<HttpResponse>(resolve => (begun = resolve))
    const { dial } = await serve((_, response) => begun(response))
    const client = await dial()
    client.send(get('/'))
    const response = await first
    const closed = new Promise<void>(resolve => response.once('close', resolve))
    client.socket.resetAndDestroy()
    await closed
    expect(response.destroyed).toBe(true)
  })
})

describe('a body', () => {
  const read =
    (told: (fact: string) => void): Answer =>
    (request, response) => {
      let body = ''
      request.receive({
        bodyPiece: piece => (body += piece.toString('latin1')),
        bodyEnd: () => {
          told(`end ${body}`)
          hello(request, response)
        },
        bodyBroken: status => {
          told(`broken ${status} ${body}`)
          response.writeHead(status, 'Broken', ['Content-Length', '0'])
          response.end()
        },
      })
    }
  const post = (path: string, fields: string, body = '') =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`

  test('arrives in pieces, and the next request comes after it', async () => {
    const facts: string[] = []
    const { dial } = await serve(read(fact => facts.push(fact)))
    const client = await dial()
    client.send(post('/a', 'Content-Length: 6', 'abc'))
    client.send(`def${post('/b', 'Transfer-Encoding: chunked', '2\r\nxy\r\n0\r\n\r\n')}`)
    expect(brief(await client.received('/b'))).toBe('|/a|/b')
    expect(facts).toEqual(['end abcdef', 'end xy'])
  })

  test('that breaks off is told, and the client that listens still gets an answer', async () => {
    const facts: string[] = []
    const { dial } = await serve(read(fact => facts.push(fact)))
    const client = await dial()
    client.socket.end(post('/a', 'Content-Length: 6', 'abc'))
    expect(await client.closed()).toContain('500 Broken')
    expect(facts).toEqual(['broken 500 abc'])
  })

  test('that is no chunked one is told, and ends the connection', async () => {
    const facts: string[] = []
    const { dial } = await serve(read(fact => facts.push(fact)))
    const client = await dial()
    client.send(post('/a', 'Transfer-Encoding: chunked', `2\r\nxy\r\nz\r\n${get('/smuggled')}`))
    expect(await client.closed()).toBe('HTTP/1.1 400 Broken\r\nContent-Length: 0\r\n\r\n')
    expect(facts).toEqual(['broken 400 xy'])
  })

  test('that does not come in time is told', async () => {
    const facts: string[] = []
    const quick = { milliseconds: 100, longest: 0, bytesPerSecond: 0 }
    const { dial } = await serve(
      read(fact => facts.push(fact)),
      { bodyPatience: quick },
    )
    const client = await dial()
    client.send(post('/a', 'Content-Length: 6', 'abc'))
    expect(await client.closed()).toContain('408 Broken')
    expect(facts).toEqual(['broken 408 abc'])
  })
})

describe('a silent client', () => {
  const quick = { milliseconds: 100, longest: 0, bytesPerSecond: 0 }

  test('is answered when its head stops after the request line, and not before it', async () => {
    const { dial } = await serve(hello, { headPatience: quick })
    const client = await dial()
    client.send('GET / HTTP/1.1\r\nHost')
    expect(await client.closed()).toContain('408 Refused')
    const other = await dial()
    other.send('GET / HT')
    expect(await other.closed()).toBe('')
  })

  test('is let go after its last response', async () => {
    const { dial } = await serve(hello, { keepAliveTimeout: 0.1 })
    const client = await dial()
    client.send(get('/a'))
    expect(brief(await client.closed())).toBe('|/a')
  })

  test('is heard first when this process stood still for longer than the time it had', async () => {
    const { dial } = await serve(hello, { keepAliveTimeout: 0.1 })
    const client = await dial()
    client.send(get('/a'))
    await client.received('/a')
    client.send(get('/b'))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    expect(brief(await client.received('/b'))).toBe('|/a|/b')
  })

  test('keeps nobody from stopping', async () => {
    const { server, rules, dial } = await serve(hello)
    const client = await dial()
    client.send(get('/a'))
    await client.received('/a')
    rules.stopping = true
    server.stopAccepting()
    await server.drained()
    await client.closed()
  })
})

test('a receiver that answers in the middle of a body ends the connection, and nothing else', async () => {
  const { dial } = await serve((request, response) => {
    request.receive({
      bodyPiece: () => {
        response.keepAlive = false
        response.writeHead(413, 'Too Large', ['Content-Length', '0'])
        response.end()
      },
      bodyEnd: () => {},
      bodyBroken: () => {},
    })
  })
  const client = await dial()
  const head = 'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  client.send(`${head}2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n`)
  expect(await client.closed()).toBe('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
  const next = await dial()
  next.send(`${head}2\r\nab\r\n`)
  expect(await next.closed()).toContain('413')
})

test('the next request is not begun on a connection that is gone', async () => {
  const seen: string[] = []
  const { dial } = await serve((request, response) => {
    seen.push(request.url)
    request.socket.destroy()
    hello(request, response)
  })
  const client = await dial()
  client.send(get('/first') + get('/second'))
  await client.closed()
  expect(seen).toEqual(['/first'])
})

/** Sends a request and resets the connection, all while this process does nothing. */
const leaver = `
import socket, struct, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"GET /gone HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()
`

test('a connection that was reset before it was accepted is not served: nobody knows whose it was', async () => {
  const seen: string[] = []
  const { server, dial } = await serve((request, response) => {
    seen.push(`${request.url} of ${request.socket.remoteAddress}`)
    hello(request, response)
  })
  execFileSync('python3', ['-c', leaver, String(server.port)])
  const client = await dial()
  client.send(get('/after'))
  await client.received('/after')
  expect(seen).toEqual(['/after of 127.0.0.1'])
})

describe('more connections than there may be', () => {
  test('are closed, those before are served, and new ones once there is room again', async () => {
    const { full, dial } = await serve(hello, {}, 2)
    const [first, second] = [await dial(), await dial()]
    for (const client of [first, second]) {
      client.send(get('/a'))
      await client.received('/a')
    }
    for (let count = 0; count < 3; count++) expect(await (await dial()).closed()).toBe('')
    expect(full).toEqual(['2 are open, and the limit of open files allows no more'])
    first.send(get('/b'))
    expect(brief(await first.received('/b'))).toBe('|/a|/b')
    second.send('GET /c HTTP/1.0\r\n\r\n')
    await second.closed()
    second.socket.destroy()
    await expect
      .poll(async () => {
        const late = await dial()
        late.send('GET /d HTTP/1.0\r\n\r\n')
        return brief(await late.closed())
      })
      .toBe('|/d')
  })
})

test('a request is said to come with the turn until it has to wait', async () => {
  const came: boolean[] = []
  const later: boolean[] = []
  const { dial } = await serve((request, response) => {
    came.push(request.cameWithTurn)
    setImmediate(() => {
      later.push(request.cameWithTurn)
      hello(request, response)
    })
  })
  const client = await dial()
  client.send('GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n')
  await client.received('/2')
  client.send('GET /3 HTTP/1.1\r\n\r\n')
  await client.received('/3')
  expect(came).toEqual([true, false, true])
  expect(later).toEqual([false, false, false])
})

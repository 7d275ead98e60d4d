/** A server of ours that speaks HTTP/2, and clients: those of Node, and sockets with frames of their own. */
import { constants } from 'node:http2'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ConnectionRules, HttpHandler } from '../../src/http/http-handler.js'
import type { HttpRequest } from '../../src/http/request.js'
import type { HttpResponse } from '../../src/http/response.js'
import { HttpServer } from '../../src/http/server.js'
import { connectionRules } from '../rig/connection-rules.js'
import { Http2Client, wholeOf } from '../rig/http2-client.js'

type Answer = (request: HttpRequest, response: HttpResponse) => void

/** Sends back what the request was, and its body behind that. */
const echo: Answer = (request, response) => {
  const { method, url, protocol, rawHeaders } = request
  response.writeHead(200, 'OK', [
    'X-Own',
    'a',
    'Connection',
    'close',
    'Set-Cookie',
    '1',
    'Set-Cookie',
    '2',
  ])
  response.write(Buffer.from(`${method} ${url} ${protocol} ${rawHeaders.join('|')}\n`, 'latin1'))
  request.receive({
    bodyPiece: piece => void response.write(piece),
    bodyEnd: () => response.end(),
    bodyBroken: () => response.destroy(),
  })
}

async function serve(answer: Answer = echo, changes: Partial<ConnectionRules> = {}) {
  const rules = { ...connectionRules, ...changes }
  const handler: HttpHandler = {
    request: answer,
    refused(response, status, line) {
      response.writeHead(status, 'Refused', [])
      response.end(Buffer.from(line ?? ''))
    },
    noHandshake: () => {},
    full: () => {},
  }
  const place = { hosts: ['127.0.0.1'], port: 0, backlog: 10, http2: true }
  const server = new HttpServer(place, rules, handler)
  await server.listen()
  onTestFinished(() => server.destroy())
  return { server, rules, dial: () => new Http2Client(`http://127.0.0.1:${server.port}`) }
}

/** What `until` gives, and the promise for it. */
function awaited<T>() {
  let resolve = (_: T) => {}
  const promise = new Promise<T>(settle => (resolve = settle))
  return { promise, resolve }
}

describe('a request over HTTP/2', () => {
  test('is one as of HTTP/1.1: authority as Host, cookies joined, names and values as sent', async () => {
    const client = (await serve()).dial()
    const { status, headers, body } = await client.ask('/a?b', {
      ':authority': 'x.test:81',
      cookie: ['a=1', 'b=2'],
      'x-two': ['1', '2'],
    })
    expect(status).toBe(200)
    expect(body.toString()).toBe(
      'GET /a?b HTTP/2.0 Host|x.test:81|x-two|1|x-two|2|Cookie|a=1; b=2\n',
    )
    expect(headers).toMatchObject({ 'x-own': 'a', 'set-cookie': ['1', '2'] })
    expect(headers).not.toHaveProperty('connection')
  })

  test('has its body, whose length it may leave open', async () => {
    const client = (await serve()).dial()
    const told = await client.ask(
      '/',
      { ':method': 'POST', 'content-length': 3 },
      Buffer.from('abc'),
    )
    expect(told.body.toString()).toMatch(/content-length\|3\nabc$/)
    const open = await client.ask('/', { ':method': 'POST' }, Buffer.from('abc'))
    expect(open.body.toString()).toMatch(/\|Transfer-Encoding\|chunked\nabc$/)
  })

  test('with too many or too long fields is refused with 431, with a too long path 414', async () => {
    const client = (await serve()).dial()
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, '1']))
    expect((await client.ask('/', fields(99))).status).toBe(200)
    expect((await client.ask('/', fields(101))).status).toBe(431)
    expect((await client.ask('/', { 'x-long': 'a'.repeat(9000) })).status).toBe(431)
    const long = await client.ask(`/${'a'.repeat(9000)}`)
    expect(long.status).toBe(414)
  })

  test('waits for 100 where the client does', async () => {
    const { dial } = await serve((request, response) => {
      response.writeContinue()
      echo(request, response)
    })
    const stream = dial().begin('/', { ':method': 'POST', expect: '100-continue' }, true)
    await new Promise(resolve => stream.once('continue', resolve))
    stream.end('later')
    expect((await wholeOf(stream)).body.toString()).toMatch(/later$/)
  })

  test('has a body that waits while nobody takes it', async () => {
    const taken = awaited<HttpRequest>()
    const { dial } = await serve((request, response) => {
      let bytes = 0
      request.receive({
        bodyPiece(piece) {
          bytes += piece.length
          if (bytes === piece.length) {
            request.pause()
            taken.resolve(request)
          }
        },
        bodyEnd() {
          response.writeHead(200, 'OK', [])
          response.end(Buffer.from(String(bytes)))
        },
        bodyBroken: () => {},
      })
    })
    const stream = dial().begin('/', { ':method': 'POST' }, true)
    const body = Buffer.alloc(1_000_000, 'x')
    let isSent = false
    stream.end(body, () => (isSent = true))
    const answer = wholeOf(stream)
    const request = await taken.promise
    // What the window holds is on its way; the rest is not, however often one asks.
    for (let at = 0; at < 300; at++)
      await new Promise(resolve => stream.session!.ping(() => resolve(null)))
    expect(isSent).toBe(false)
    request.resume()
    expect((await answer).body.toString()).toBe('1000000')
  })
})

describe('a response over HTTP/2', () => {
  test.each([
    ['GET', 204],
    ['GET', 304],
    ['HEAD', 200],
  ])('to %s with status %i has no body', async (method, status) => {
    const { dial } = await serve((_, response) => {
      response.writeHead(status, '', ['ETag', '"1"'])
      response.write(Buffer.from('piece'))
      response.end(Buffer.from('last'))
    })
    const answer = await dial().ask('/', { ':method': method })
    expect(answer).toMatchObject({ status, reset: 0 })
    expect(answer.headers.etag).toBe('"1"')
    expect(answer.body.length).toBe(0)
  })

  test('ends where its length says', async () => {
    const { dial } = await serve((_, response) => {
      response.writeHead(200, 'OK', ['Content-Length', '4'])
      response.end(Buffer.from('longer'))
    })
    expect((await dial().ask('/')).body.toString()).toBe('long')
  })

  test('waits for a client that takes no more, and goes on when it does', async () => {
    const began = awaited<HttpResponse>()
    const { dial } = await serve((_, response) => {
      response.writeHead(200, 'OK', [])
      let room = true
      for (let at = 0; at < 100 && room; at++) room = response.write(Buffer.alloc(65_536, 'x'))
      expect(room).toBe(false)
      response.once('drain', () => response.end(Buffer.from('end')))
      began.resolve(response)
    })
    const stream = dial().begin('/')
    stream.pause()
    const response = await began.promise
    expect(response.ended).toBe(false)
    const whole = wholeOf(stream)
    stream.resume()
    expect((await whole).body.subarray(-3).toString()).toBe('end')
  })

  test('is closed when the client resets its stream, and the others go on', async () => {
    const began = awaited<HttpResponse>()
    const gone = awaited<string>()
    const { dial } = await serve((request, response) => {
      if (request.url !== '/long') return echo(request, response)
      response.once('close', () => gone.resolve(`destroyed ${response.destroyed}`))
      response.writeHead(200, 'OK', [])
      response.flushHeaders()
      began.resolve(response)
    })
    const client = dial()
    const stream = client.begin('/long')
    const response = await began.promise
    stream.close(constants.NGHTTP2_CANCEL)
    expect(await gone.promise).toBe('destroyed true')
    // Nobody hears it, and nothing is hurt.
    response.write(Buffer.from('late'))
    response.end()
    expect((await client.ask('/')).status).toBe(200)
  })

  test('that is cut is seen to be incomplete, and the others go on', async () => {
    const { dial } = await serve((request, response) => {
      if (request.url !== '/cut') return echo(request, response)
      response.writeHead(200, 'OK', [])
      response.write(Buffer.from('some'))
      response.destroy()
    })
    const client = dial()
    expect((await client.ask('/cut')).reset).toBe(constants.NGHTTP2_INTERNAL_ERROR)
    expect((await client.ask('/')).status).toBe(200)
  })

  test.each([
    ['a switch of protocols', 101, []],
    ['a pseudo field', 200, [':path', '/']],
    ['a name that is none', 200, ['x y', '1']],
  ])(
    'that HTTP/2 cannot have resets its stream, and the others go on: %s',
    async (_, status, fields) => {
      const { dial } = await serve((request, response) => {
        if (request.url === '/well') return echo(request, response)
        response.writeHead(status, '', [...fields])
        if (request.url === '/pieces') response.flushHeaders()
        response.end(Buffer.from('body'))
      })
      const client = dial()
      for (const path of ['/', '/pieces']) {
        expect((await client.ask(path)).reset).toBe(constants.NGHTTP2_INTERNAL_ERROR)
      }
      expect((await client.ask('/well')).status).toBe(200)
    },
  )

  test('has one value of what is there once, and a status that can be sent', async () => {
    const { dial } = await serve((_, response) => {
      response.writeInterim(103, 'Early Hints', [
        'ETag',
        '1',
        'ETag',
        '2',
        'Link',
        'a',
        'Link',
        'b',
      ])
      response.writeInterim(101, 'Switching Protocols', [])
      response.writeHead(999, '', [
        'ETag',
        '1',
        'ETag',
        '2',
        'Content-Encoding',
        'a',
        'Content-Encoding',
        'b',
      ])
      response.end()
    })
    const { status, headers } = await dial().ask('/')
    expect(status).toBe(500)
    expect(headers).toMatchObject({ etag: '1, 2', 'content-encoding': 'a, b' })
  })

  test.each(['all at once', 'in pieces'])(
    'whose last piece is not taken is given up like others, %s',
    async how => {
      const gone = awaited<string>()
      const { server } = await serve(
        (_, response) => {
          response.writeHead(200, 'OK', [])
          if (how === 'in pieces') response.write(Buffer.from('piece'))
          response.end(how === 'in pieces' ? undefined : Buffer.from('body'))
        },
        { stall: 0.05 },
      )
      const client = new Http2Client(`http://127.0.0.1:${server.port}`, {
        settings: { initialWindowSize: 0 },
      })
      const stream = client.begin('/')
      stream.once('close', () => gone.resolve('closed'))
      expect(await gone.promise).toBe('closed')
      expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
    },
  )

  const refuse: Answer = (request, response) => {
    const answer = () => {
      if (response.headersSent) return
      response.writeHead(413, 'Too long', ['Content-Length', '5'])
      response.end(Buffer.from('large'))
    }
    request.receive({ bodyPiece: answer, bodyEnd: () => {}, bodyBroken: () => {} })
  }

  test('to a body that nobody wants leaves the client time to send its rest', async () => {
    const { server } = await serve(refuse)
    const { socket, until } = await dialRaw(server.port)
    socket.write(Buffer.concat([preface, frame(4, 0, 0)]))
    // Of the static table of HPACK: POST, http, the path /, and the name of :authority.
    const fields = Buffer.from('\x83\x86\x84\x41\x09localhost', 'latin1')
    socket.write(frame(1, 0x4, 1, fields))
    socket.write(frame(0, 0, 1, Buffer.from('the beginning')))
    await until('large')
    socket.write(frame(0, 0x1, 1, Buffer.from('the rest')))
    socket.write(frame(6, 0, 0, Buffer.from('in order')))
    expect(typesOf(await until('in order'))).not.toContain(3)
  })

  test('to a body that nobody wants ends at once where the server stops', async () => {
    const { dial, rules } = await serve((request, response) => {
      rules.stopping = true
      refuse(request, response)
    })
    const stream = dial().begin('/', { ':method': 'POST' }, true)
    stream.write(Buffer.alloc(10))
    // Much sooner than after the silence that is waited for else.
    const late = new Promise(resolve => setTimeout(resolve, 1500, 'late'))
    expect(await Promise.race([wholeOf(stream), late])).toMatchObject({
      status: 413,
      reset: constants.NGHTTP2_NO_ERROR,
    })
  })

  test('to a body that nobody wants stops a client that is silent', async () => {
    const { dial } = await serve(refuse)
    const stream = dial().begin('/', { ':method': 'POST' }, true)
    stream.write(Buffer.alloc(1_000_000))
    const answer = await wholeOf(stream)
    expect(answer).toMatchObject({ status: 413, reset: constants.NGHTTP2_NO_ERROR })
    expect(answer.body.toString()).toBe('large')
  })
})

describe('a connection of HTTP/2', () => {
  test('serves its streams side by side', async () => {
    const waiting: HttpResponse[] = []
    const both = awaited<void>()
    const { dial } = await serve((request, response) => {
      response.writeHead(200, 'OK', [])
      waiting.push(response)
      if (request.url === '/2') both.resolve()
    })
    const client = dial()
    const first = client.ask('/1')
    const second = client.ask('/2')
    await both.promise
    waiting[1]!.end(Buffer.from('second'))
    expect((await second).body.toString()).toBe('second')
    waiting[0]!.end(Buffer.from('first'))
    expect((await first).body.toString()).toBe('first')
  })

  test('ends when the server is to stop, after what is in progress', async () => {
    const began = awaited<HttpResponse>()
    const { server, rules, dial } = await serve((_, response) => began.resolve(response))
    const client = dial()
    const answer = client.ask('/')
    const response = await began.promise
    rules.stopping = true
    server.stopAccepting()
    expect(await client.sentAway).toBeGreaterThan(0)
    let isDrained = false
    const drained = server.drained().then(() => (isDrained = true))
    expect(isDrained).toBe(false)
    response.writeHead(200, 'OK', [])
    response.end(Buffer.from('whole'))
    expect((await answer).body.toString()).toBe('whole')
    await drained
    await client.closed
  })

  test('is ended when it is silent for longer than others are kept', async () => {
    const client = (await serve(echo, { keepAliveTimeout: 0.05 })).dial()
    expect((await client.ask('/')).status).toBe(200)
    await client.sentAway
    await client.closed
  })

  test('ends with the side of the client, whatever is in progress', async () => {
    const began = awaited<HttpResponse>()
    const { server, dial } = await serve((_, response) => began.resolve(response))
    const client = dial()
    client.begin('/')
    const response = await began.promise
    const gone = new Promise<void>(resolve => response.once('close', resolve))
    client.session.destroy()
    await gone
    await server.drained()
  })

  test('takes so many requests at a time as Apache', async () => {
    const client = (await serve()).dial()
    await client.ask('/')
    expect(client.session.remoteSettings.maxConcurrentStreams).toBe(100)
  })
})

/** A frame of HTTP/2. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)) {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** The types of whole frames. */
function typesOf(frames: string): number[] {
  const bytes = Buffer.from(frames, 'latin1')
  const types = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    types.push(bytes[at + 3]!)
  }
  return types
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** A socket that collects what it gets. */
async function dialRaw(port: number) {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  const pieces: Buffer[] = []
  let wake = () => {}
  let ended = false
  socket.on('error', () => {})
  socket.on('data', piece => {
    pieces.push(piece)
    wake()
  })
  socket.on('close', () => {
    ended = true
    wake()
  })
  await new Promise(resolve => socket.once('connect', resolve))
  const until = async (text: string) => {
    for (;;) {
      const all = Buffer.concat(pieces).toString('latin1')
      if (all.includes(text)) return all
      if (ended) throw new Error(`closed before ${text}; received ${all}`)
      await new Promise<void>(resolve => (wake = resolve))
    }
  }
  const end = async () => {
    while (!ended) await new Promise<void>(resolve => (wake = resolve))
    return Buffer.concat(pieces).toString('latin1')
  }
  return { socket, until, end }
}

describe('a flood', () => {
  /** GET / over http. */
  const headers = Buffer.from([0x82, 0x86, 0x84])

  test('of requests that are reset at once ends the connection', async () => {
    let asked = 0
    const { server } = await serve(() => void asked++)
    const { socket, end } = await dialRaw(server.port)
    const pairs = Array.from({ length: 5000 }, (_, at) => [
      frame(1, 0x5, 2 * at + 1, headers),
      frame(3, 0, 2 * at + 1, Buffer.from([0, 0, 0, 8])),
    ])
    socket.write(Buffer.concat([preface, frame(4, 0, 0), ...pairs.flat()]))
    await end()
    // Those that are reset before they are looked at cost nothing.
    expect(asked).toBeLessThan(5000)
  })

  test('of fields that never end ends the connection', async () => {
    const { server } = await serve()
    const { socket, end } = await dialRaw(server.port)
    const field = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.from('a'),
      Buffer.from([1]),
      Buffer.from('b'),
    ])
    const piece = Buffer.concat(Array.from({ length: 3000 }, () => field))
    const pieces = Array.from({ length: 200 }, () => frame(9, 0, 1, piece))
    socket.write(Buffer.concat([preface, frame(4, 0, 0), frame(1, 0x1, 1, headers), ...pieces]))
    await end()
  })
})

describe('Upgrade: h2c', () => {
  const ask = [
    'GET /up?1 HTTP/1.1',
    'Host: x.test',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
    'X-Own: a',
    '',
    '',
  ].join('\r\n')

  const switching: Answer = (request, response) => {
    if (request.upgrade === 'asked') request.switchProtocol()
    else echo(request, response)
  }

  test('has the request answered as stream 1, however the bytes of the client are cut', async () => {
    const { server } = await serve(switching)
    const { socket, until } = await dialRaw(server.port)
    socket.write(ask)
    await until('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n')
    for (const byte of Buffer.concat([preface, frame(4, 0, 0)])) socket.write(Buffer.from([byte]))
    const all = await until('\n')
    expect(await until('GET /up?1 HTTP/2.0 Host|x.test|x-own|a\n')).toBeTruthy()
    expect(all).not.toContain('http2-settings|')
  })

  test('goes on where the client begins anew in the same piece', async () => {
    const { server } = await serve(switching)
    const { socket, until } = await dialRaw(server.port)
    socket.write(
      Buffer.concat([
        Buffer.from(ask),
        preface,
        frame(4, 0, 0),
        frame(6, 0, 0, Buffer.from('pingpong')),
      ]),
    )
    await until('GET /up?1 HTTP/2.0')
    await until('pingpong')
  })

  test('with fields that fill more than one frame', async () => {
    const { server } = await serve(switching)
    const { socket, until } = await dialRaw(server.port)
    const long = 'b'.repeat(8000)
    socket.write(ask.replace('X-Own: a', `X-1: ${long}\r\nX-2: ${long}\r\nX-3: ${long}`))
    await until('101')
    socket.write(Buffer.concat([preface, frame(4, 0, 0)]))
    await until('x-3|bbbbbbbb')
  })

  test('ends where the client does not begin anew', async () => {
    const { server } = await serve(switching)
    const { socket, until, end } = await dialRaw(server.port)
    socket.write(ask)
    await until('101')
    socket.write('GET / HTTP/1.1\r\nHost: x.test\r\n\r\n')
    expect(await end()).not.toContain('200 OK')
  })

  test.each([
    ['with a body', ask.replace('X-Own: a', 'Content-Length: 1'), 'x'],
    ['without settings', ask.replace(/HTTP2-Settings: .*\r\n/, ''), ''],
    [
      'without a word of it in Connection',
      ask.replace('Connection: Upgrade, HTTP2-Settings\r\n', ''),
      '',
    ],
    ['for something else', ask.replace('Upgrade: h2c', 'Upgrade: websocket'), ''],
  ])('is not heard %s', async (_, head, body) => {
    const { server } = await serve(switching)
    const { socket, until } = await dialRaw(server.port)
    socket.write(head + body)
    expect(await until('GET /up?1 HTTP/1.1')).toMatch(/^HTTP\/1\.1 200 OK/)
  })

  test('is offered with the first request of a connection that does not ask', async () => {
    const { server } = await serve((request, response) => {
      response.writeHead(200, 'OK', [])
      response.end(Buffer.from(`${request.url} ${request.upgrade} `))
    })
    const { socket, until } = await dialRaw(server.port)
    socket.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
    await until('/1 offered')
    await until('/2 none')
  })
})

test('HTTP/2 begins on a plain connection only with its first bytes', async () => {
  const { server } = await serve()
  const { socket, until } = await dialRaw(server.port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await until('GET / HTTP/1.1')
  socket.write(preface)
  // It is a request like others, of a method that nobody knows.
  await until('PRI * HTTP/2.0')
})

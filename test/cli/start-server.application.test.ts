/** What an application can do, through a server as a user starts it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ask, RawConnection } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const apps = fileURLToPath(new URL('../fixtures/apps/', import.meta.url))
const kitchen = join(apps, 'kitchen.py')

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function environOf(
  server: RunningCommand,
  path = '/environ',
): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(server.url(path))).body) as Record<string, unknown>
}

describe('the environ', () => {
  test('has the keys of mod_wsgi and none of the process', async () => {
    const server = await startServer([kitchen])
    const environ = await environOf(server, '/environ?q=%20a&b')
    expect(environ).toMatchObject({
      REQUEST_METHOD: 'GET',
      REQUEST_URI: '/environ?q=%20a&b',
      QUERY_STRING: 'q=%20a&b',
      SCRIPT_NAME: '',
      PATH_INFO: '/environ',
      SERVER_NAME: '127.0.0.1',
      SERVER_PORT: String(server.port),
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_ADDR: '127.0.0.1',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_SCHEME: 'http',
      HTTP_HOST: `127.0.0.1:${server.port}`,
      DOCUMENT_ROOT: join(server.serverRoot, 'htdocs'),
      SCRIPT_FILENAME: join(server.serverRoot, 'htdocs/environ'),
      'wsgi.version': [1, 0],
      'wsgi.url_scheme': 'http',
      'wsgi.multithread': true,
      'wsgi.multiprocess': false,
      'wsgi.run_once': false,
      'wsgi.input_terminated': true,
      'mod_wsgi.process_group': 'localhost:0',
      'mod_wsgi.application_group': '',
      'mod_wsgi.server_pid': String(server.pid),
    })
    for (const key of ['PATH', 'HOME', 'GATEWAY_INTERFACE', 'CONTENT_LENGTH', 'CONTENT_TYPE']) {
      expect(environ).not.toHaveProperty(key)
    }
    expect(environ['mod_wsgi.request_id']).toMatch(/^[\w+/]{11}$/)
    const times = ['request_start', 'queue_start', 'daemon_start', 'application_start']
    const values = times.map(name => environ[`mod_wsgi.${name}`] as number)
    expect(values).toEqual([...values].sort((a, b) => a - b))
  })

  test('says how many processes and threads there are', async () => {
    const server = await startServer([kitchen, '--processes', '1', '--threads', '1'])
    expect(await environOf(server)).toMatchObject({
      'wsgi.multiprocess': true,
      'wsgi.multithread': false,
      'mod_wsgi.thread_id': 1,
    })
  })

  test('takes --mount-point and --setenv', async () => {
    const server = await startServer([kitchen, '--mount-point', '/app', '--setenv', 'KEY', 'value'])
    expect(await environOf(server, '/app/environ')).toMatchObject({
      SCRIPT_NAME: '/app',
      PATH_INFO: '/environ',
      KEY: 'value',
    })
    expect((await ask(server.url('/environ'))).status).toBe(404)
  })

  test('folds repeated fields and drops those that could deceive', async () => {
    const server = await startServer([kitchen])
    const connection = await RawConnection.open(server.port)
    connection.send(
      'GET /environ HTTP/1.1\r\nHost: h.example:99\r\nX-A: 1\r\nx-a: 2\r\nX_A: 3\r\nProxy: p\r\nConnection: close\r\n\r\n',
    )
    const body = (await connection.end()).split('\r\n\r\n')[1]!
    const environ = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as object
    expect(environ).toMatchObject({
      HTTP_X_A: '1, 2',
      HTTP_HOST: 'h.example:99',
      SERVER_NAME: 'h.example',
      SERVER_PORT: '99',
    })
    expect(environ).not.toHaveProperty('HTTP_PROXY')
  })

  test('passes wsgiref.validate', async () => {
    const server = await startServer([join(apps, 'validated.py')])
    expect((await ask(server.url('/'))).body).toBe('read 0')
    expect((await ask(server.url('/blocks?x=1'))).body).toBe('one two')
    const posted = await ask(server.url('/'), { method: 'POST', body: 'hello' })
    expect(posted.body).toBe('read 5')
    await server.stop()
    expect(server.stderr).not.toContain('AssertionError')
  })
})

describe('processes and threads', () => {
  test('N x T requests run at a time, one more waits', async () => {
    const server = await startServer([kitchen, '--processes', '3', '--threads', '2'])
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(server.url('/pid'))))
    const begun = performance.now()
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map(async () => {
        const { body } = await ask(server.url('/sleep?1'))
        return { body, seconds: (performance.now() - begun) / 1000 }
      }),
    )
    const times = answers.map(({ seconds }) => seconds).sort((a, b) => a - b)
    // Six together; the seventh can only begin when one of them has ended.
    expect(times[5]! - times[0]!).toBeLessThan(0.9)
    expect(times[6]!).toBeGreaterThan(times[0]! + 0.9)
    const first = answers.filter(({ seconds }) => seconds < times[6]!).map(({ body }) => body)
    expect(new Set(first).size).toBe(6)
    expect(new Set(first.map(body => body.split(' ')[0])).size).toBe(3)
  })
})

describe('responses', () => {
  test('blocks arrive as the application yields them', async () => {
    const server = await startServer([kitchen])
    const gate = join(temporaryFolder(), 'gate')
    execFileSync('mkfifo', [gate])
    const connection = await RawConnection.open(server.port)
    connection.send(`GET /chunks?${gate} HTTP/1.1\r\nHost: x\r\n\r\n`)
    const writer = openSync(gate, 'w')
    for (let number = 0; number < 3; number++) {
      await connection.until(new RegExp(`chunk ${number}`))
      expect(connection.received).not.toContain(`chunk ${number + 1}`)
      writeSync(writer, '\n')
    }
    await connection.until(/\r\n0\r\n\r\n$/)
  })

  test('write(), close(), exc_info', async () => {
    const server = await startServer([kitchen])
    expect((await ask(server.url('/written'))).body).toBe('written iterated')
    expect((await ask(server.url('/closing'))).body).toBe('to be closed')
    await server.logged(/closed/)
    expect(await ask(server.url('/replaced'))).toMatchObject({
      status: 500,
      reason: 'Handled',
      body: 'replaced by exc_info',
    })
    expect(await ask(server.url('/late'))).toMatchObject({ status: 200, body: 'begun ' })
    await server.logged(/ValueError: too late/)
  })

  test('an exception gives the 500 page and its traceback in the log', async () => {
    const server = await startServer([kitchen])
    const answer = await ask(server.url('/fail'))
    expect(answer).toMatchObject({ status: 500, reason: 'Internal Server Error' })
    expect(answer.headers['content-type']).toBe('text/html; charset=iso-8859-1')
    expect(answer.headers.connection).toBe('close')
    await server.logged(/RuntimeError: raised on purpose/)
    expect(server.stderr).toMatch(/kitchen\.py", line \d+, in fail/)
    expect(await ask(server.url('/fail-later'))).toMatchObject({ status: 200, body: 'begun' })
    await server.logged(/RuntimeError: raised in the middle/)
  })

  test('the application sees a client that went away', async () => {
    const server = await startServer([kitchen])
    const connection = await RawConnection.open(server.port)
    connection.send('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n')
    await connection.until(/xxxx/)
    connection.socket.destroy()
    await server.logged(/the client is gone/)
    expect((await ask(server.url('/pid'))).status).toBe(200)
  })

  test('wsgi.file_wrapper sends a file of 1 GB with flat memory on both sides', async () => {
    const server = await startServer([kitchen])
    const size = 1024 ** 3
    const path = join(temporaryFolder(), 'big')
    openSync(path, 'w')
    truncateSync(path, size)
    const worker = Number((await ask(server.url('/pid'))).body)
    const before = [server.pid, worker].map(residentBytes)
    const peaks = [...before]
    const received = await download(server.url(`/file?${path}`), () => {
      for (const [at, pid] of [server.pid, worker].entries()) {
        peaks[at] = Math.max(peaks[at]!, residentBytes(pid))
      }
    })
    expect(received).toEqual({ bytes: size, length: String(size) })
    for (const [at, peak] of peaks.entries()) {
      expect(peak - before[at]!).toBeLessThan(100 * 1024 ** 2)
    }
  })
})

describe('request bodies', () => {
  test('small, unread, chunked, and with Expect: 100-continue', async () => {
    const server = await startServer([kitchen, '--chunked-request'])
    const post = (path: string, body: string) => ask(server.url(path), { method: 'POST', body })
    expect((await post('/echo', 'hello')).body).toBe('hello')
    expect((await post('/unread', 'x'.repeat(200_000))).body).toBe('not read')
    expect((await post('/count', 'x'.repeat(200_000))).body).toBe('200000')
    const connection = await RawConnection.open(server.port)
    connection.send('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    connection.send('5\r\nhello\r\n6\r\n world\r\n')
    connection.send('0\r\n\r\n')
    await connection.until(/hello world/)
    connection.received = ''
    connection.send(
      'POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
    )
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
    connection.send('body')
    await connection.until(/200 OK[\s\S]*body/)
  })

  test('a chunked body without --chunked-request gets 411, and too long ones 413', async () => {
    const server = await startServer([kitchen, '--limit-request-body', '100'])
    const chunked = await RawConnection.open(server.port)
    chunked.send('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
    await chunked.until(/^HTTP\/1\.1 411 Length Required/)
    expect((await ask(server.url('/count'), { method: 'POST', body: 'x'.repeat(100) })).body).toBe(
      '100',
    )
    const long = await ask(server.url('/count'), { method: 'POST', body: 'x'.repeat(101) })
    expect(long).toMatchObject({ status: 413, reason: 'Request Entity Too Large' })
    expect(long.headers.connection).toBe('close')
  })

  test('the default limit is 10 MiB, and the client can read the refusal', async () => {
    const server = await startServer([kitchen])
    const answer = await ask(server.url('/count'), {
      method: 'POST',
      body: Buffer.alloc(20 * 1024 ** 2),
    })
    expect(answer.status).toBe(413)
  })

  test('100 MB stream through with flat memory on both sides', async () => {
    const server = await startServer([kitchen, '--limit-request-body', '0'])
    const worker = Number((await ask(server.url('/pid'))).body)
    const before = [server.pid, worker].map(residentBytes)
    const peaks = [...before]
    const size = 100 * 1000 * 1000
    const counted = await upload(server.url('/count'), size, () => {
      for (const [at, pid] of [server.pid, worker].entries()) {
        peaks[at] = Math.max(peaks[at]!, residentBytes(pid))
      }
    })
    expect(counted).toBe(String(size))
    for (const [at, peak] of peaks.entries()) {
      expect(peak - before[at]!).toBeLessThan(60 * 1024 ** 2)
    }
  })
})

describe('a worker that goes away', () => {
  test('costs its own request a 502, and the next is answered', async () => {
    const server = await startServer([kitchen])
    for (const path of ['/die', '/crash']) {
      expect((await ask(server.url(path))).status).toBe(502)
      expect((await ask(server.url('/pid'))).status).toBe(200)
    }
    expect(server.stderr).toMatch(/worker 1 \(pid \d+\) exited with status 3/)
    expect(server.stderr).toMatch(/worker 1 \(pid \d+\) ended by SIGSEGV/)
    expect(server.stderr).toMatch(/\[client 127\.0\.0\.1:\d+\] .*GET \/die/)
  })

  test('is not noticed by a request that comes after it was killed idle', async () => {
    const server = await startServer([kitchen])
    const worker = Number((await ask(server.url('/pid'))).body)
    process.kill(worker, 'SIGKILL')
    const answer = await ask(server.url('/pid'))
    expect(answer.status).toBe(200)
    expect(answer.body).not.toBe(String(worker))
  })
})

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}

function download(url: string, look: () => void): Promise<{ bytes: number; length: string }> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { agent: false }, response => {
      let bytes = 0
      let looked = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes - looked > 32 * 1024 ** 2) {
          looked = bytes
          look()
        }
      })
      response.once('end', () =>
        resolve({ bytes, length: response.headers['content-length'] ?? '' }),
      )
    })
      .once('error', reject)
      .end()
  })
}

function upload(url: string, size: number, look: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', agent: false, headers: { 'Content-Length': String(size) } },
      response => {
        let body = ''
        response.on('data', (piece: Buffer) => (body += piece.toString()))
        response.once('end', () => resolve(body))
      },
    )
    request.once('error', reject)
    const block = Buffer.alloc(1_000_000, 'x')
    let left = size / block.length
    const send = () => {
      while (left > 0) {
        left--
        if (left % 20 === 0) look()
        if (!request.write(block)) return void request.once('drain', send)
      }
      request.end()
    }
    send()
  })
}

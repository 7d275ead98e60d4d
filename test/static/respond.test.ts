import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import {
  connect as connectHttp2,
  createServer as createHttp2,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { largestCachedFile } from '../../src/static/file-cache.js'
import { openStaticSite, respond } from '../../src/static/site.js'
import {
  modified,
  modifiedText,
  optionsFor,
  putFile,
  type ServedSite,
  serve,
  temporaryFolder,
} from './served-site.js'

const digits = '0123456789abcdefghijklmnopqrstuvwxyz'
/** Files of this age count as settled for the clock below. */
const muchLater = () => Date.now() + 3_600_000

/** A site with an alias `/st` to a folder of files. */
async function files(
  content: Readonly<Record<string, string | Buffer>>,
  now?: () => number,
): Promise<ServedSite & { readonly folder: string }> {
  const folder = temporaryFolder({ ...content, 'own.types': 'text/plain txt\ntext/css css\n' })
  const options = optionsFor(join(folder, 'empty'), {
    aliases: [['/st', folder]],
    mimeTypesFile: join(folder, 'own.types'),
  })
  return { folder, ...(await serve(options, now === undefined ? {} : { now })) }
}

/** The fields of an answer, less those that Node adds. */
function fieldsOf(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { date, connection, ...fields } = headers
  expect(date).toBeDefined()
  return fields
}

const etag = '"24-59b1f7226f340"'
const validators = {
  'last-modified': modifiedText,
  etag,
  'accept-ranges': 'bytes',
}

describe('a file', () => {
  test.each(['GET', 'POST'])('is sent whole for %s', async method => {
    const { ask } = await files({ 'a.txt': digits })
    const { status, headers, body } = await ask('/st/a.txt', {}, method)
    expect([status, body]).toEqual([200, digits])
    expect(fieldsOf(headers)).toEqual({
      server: 'Apache',
      ...validators,
      'content-length': '36',
      'content-type': 'text/plain',
    })
  })

  test('is only announced for HEAD', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const whole = await ask('/st/a.txt', {}, 'HEAD')
    expect([whole.status, whole.body, whole.headers['content-length']]).toEqual([200, '', '36'])
    const part = await ask('/st/a.txt', { Range: 'bytes=0-4' }, 'HEAD')
    expect([part.status, part.body, part.headers['content-length']]).toEqual([206, '', '5'])
  })

  test('may be empty, of unknown type, and of any bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const { ask } = await files({ 'empty.txt': '', noext: bytes })
    const empty = await ask('/st/empty.txt')
    expect([empty.status, empty.headers['content-length'], empty.body]).toEqual([200, '0', ''])
    const other = await ask('/st/noext')
    expect(other.headers['content-type']).toBeUndefined()
    expect(other.body).toBe(bytes.toString('latin1'))
  })

  test('keeps the status that an error document has, whatever the conditions', async () => {
    const folder = temporaryFolder({ '404.html': 'not here' })
    const { ask } = await serve(optionsFor(folder), { status: 404 })
    for (const headers of [{}, { Range: 'bytes=0-1' }, { 'If-None-Match': '*' }]) {
      const { status, body } = await ask('/404.html', headers as Record<string, string>)
      expect([status, body]).toEqual([404, 'not here'])
    }
  })

  test('lets the caller complete the head', async () => {
    const folder = temporaryFolder({ 'a.txt': digits })
    const { ask } = await serve(optionsFor(folder, { serverHeader: null }), {
      fields: ['X-More', 'yes'],
    })
    const whole = await ask('/a.txt')
    expect([whole.status, whole.body, whole.headers['x-more']]).toEqual([200, digits, 'yes'])
    expect((await ask('/a.txt', { 'If-None-Match': '*' })).headers['x-more']).toBe('yes')
  })

  test('leaves the Server field out when the caller sets it', async () => {
    const folder = temporaryFolder({ 'a.txt': digits })
    const { ask } = await serve(optionsFor(folder, { serverHeader: null }))
    expect((await ask('/a.txt')).headers.server).toBeUndefined()
  })
})

describe('methods', () => {
  test('OPTIONS says what is allowed and the type that the name has', async () => {
    const { ask, folder } = await files({ 'a.txt': digits })
    mkdirSync(join(folder, 'dir'))
    const rows: [path: string, type: string | undefined][] = [
      ['/st/a.txt', 'text/plain'],
      ['/st/nope.css', 'text/css'],
      ['/st/nope.css/x.txt', 'text/css'],
      ['/st/nope', undefined],
      ['/st/dir/', 'httpd/unix-directory'],
    ]
    for (const [path, type] of rows) {
      const { status, headers, body } = await ask(path, { 'If-Match': '"x"' }, 'OPTIONS')
      expect([path, status, body]).toEqual([path, 200, ''])
      expect(headers.allow?.split(',').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST', 'TRACE'])
      expect([headers['content-length'], headers['content-type']]).toEqual(['0', type])
    }
  })

  test.each([
    ['PUT', 405],
    ['DELETE', 405],
    ['PROPFIND', 405],
    ['LINK', 501],
  ])('%s is %s for files and for what is missing', async (method, expected) => {
    const { ask } = await files({ 'a.txt': digits })
    for (const path of ['/st/a.txt', '/st/nope']) {
      const { status, headers, body } = await ask(path, {}, method)
      expect([status, body]).toEqual([expected, `page ${expected}`])
      expect(headers.allow).toContain('GET')
    }
  })

  test('do not matter where access is refused', async () => {
    const folder = temporaryFolder({ 'root/a': '' })
    const options = optionsFor(join(folder, 'root'), {
      aliases: [['/st', join(folder, 'nowhere')]],
    })
    const { ask } = await serve(options)
    for (const method of ['GET', 'OPTIONS', 'PUT', 'LINK']) {
      expect((await ask('/st/x', {}, method)).status).toBe(403)
    }
  })
})

describe('conditions and ranges', () => {
  test('304 has the validators and no body', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const { status, headers, body } = await ask('/st/a.txt', { 'If-None-Match': etag })
    expect([status, body]).toEqual([304, ''])
    expect(fieldsOf(headers)).toEqual({ server: 'Apache', ...validators })
  })

  test('412 has the fields of the file and no body', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const { status, headers, body } = await ask('/st/a.txt', { 'If-Match': '"x"' })
    expect([status, body]).toEqual([412, ''])
    expect(fieldsOf(headers)).toEqual({
      server: 'Apache',
      ...validators,
      'content-length': '0',
      'content-type': 'text/plain',
    })
    const head = await ask('/st/a.txt', { 'If-Match': '"x"' }, 'HEAD')
    expect([head.status, head.headers['content-length']]).toEqual([412, '36'])
  })

  test('each condition counts by itself', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const rows: [field: string, value: string, status: number, method?: string][] = [
      ['If-None-Match', etag, 304],
      ['If-None-Match', etag, 412, 'POST'],
      ['If-Modified-Since', modifiedText, 304],
      ['If-Modified-Since', modifiedText, 200, 'POST'],
      ['If-Match', '"x"', 412],
      ['If-Unmodified-Since', 'Wed, 01 Jan 2020 00:00:00 GMT', 412],
      ['If-Range', '"x"', 200],
    ]
    for (const [field, value, expected, method] of rows) {
      const { status } = await ask('/st/a.txt', { [field]: value }, method)
      expect([field, method, status]).toEqual([field, method, expected])
    }
  })

  test('a refusal leaves nothing behind in a file kept in memory', async () => {
    const { ask } = await files({ 'a.txt': digits }, muchLater)
    await ask('/st/a.txt')
    await ask('/st/a.txt', { 'If-Match': '"x"' })
    const { headers, body } = await ask('/st/a.txt')
    expect([headers['content-length'], body]).toEqual(['36', digits])
  })

  test.each(['small', 'large'])('one range of a %s file', async kind => {
    const padding = kind === 'large' ? ' '.repeat(largestCachedFile) : ''
    const { ask } = await files({ 'a.txt': digits + padding })
    const size = digits.length + padding.length
    const { status, headers, body } = await ask('/st/a.txt', { Range: 'bytes=10-12' })
    expect([status, body]).toEqual([206, 'abc'])
    expect(headers).toMatchObject({
      'content-range': `bytes 10-12/${size}`,
      'content-length': '3',
      'content-type': 'text/plain',
      'accept-ranges': 'bytes',
      'last-modified': modifiedText,
    })
  })

  test.each(['small', 'large'])('several ranges of a %s file', async kind => {
    const padding = kind === 'large' ? ' '.repeat(largestCachedFile) : ''
    const { ask } = await files({ 'a.txt': digits + padding })
    const size = digits.length + padding.length
    const { status, headers, body } = await ask('/st/a.txt', { Range: 'bytes=0-1,5-6' })
    expect(status).toBe(206)
    const boundary = /^multipart\/byteranges; boundary=(\w{16})$/.exec(headers['content-type']!)![1]
    expect(body).toBe(
      `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 0-1/${size}\r\n\r\n01` +
        `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 5-6/${size}\r\n\r\n56` +
        `\r\n--${boundary}--\r\n`,
    )
    expect(headers['content-length']).toBe(String(body.length))
    expect(headers['content-range']).toBeUndefined()
  })

  test('416 is a page of the server', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const { status, body } = await ask('/st/a.txt', { Range: 'bytes=36-' })
    expect([status, body]).toEqual([416, 'page 416'])
  })

  test('If-Range decides between the part and the whole', async () => {
    const { ask } = await files({ 'a.txt': digits })
    const ranged = (value: string) => ask('/st/a.txt', { Range: 'bytes=0-4', 'If-Range': value })
    expect((await ranged(etag)).status).toBe(206)
    expect((await ranged(modifiedText)).status).toBe(206)
    expect((await ranged('"x"')).status).toBe(200)
  })
})

describe('what is served', () => {
  test('comes from memory while the file is unchanged, and never afterwards', async () => {
    const { ask, folder } = await files({ 'a.txt': 'one' }, muchLater)
    const path = join(folder, 'a.txt')
    const changes: [title: string, change: () => void, expected: string][] = [
      ['as it was', () => {}, 'one'],
      ['again', () => {}, 'one'],
      ['same size', () => putFile(path, 'two', modified + 1), 'two'],
      ['same time, other size', () => putFile(path, 'three', modified + 1), 'three'],
      ['older', () => putFile(path, 'older', modified - 100), 'older'],
      [
        'replaced',
        () => {
          putFile(`${path}.new`, 'moved', modified - 100)
          renameSync(`${path}.new`, path)
        },
        'moved',
      ],
      ['grown', () => putFile(path, 'moved on', modified - 100), 'moved on'],
      ['shrunk', () => putFile(path, '', modified - 100), ''],
      [
        'large',
        () => putFile(path, 'x'.repeat(largestCachedFile + 1)),
        'x'.repeat(largestCachedFile + 1),
      ],
      ['small again', () => putFile(path, 'small'), 'small'],
    ]
    for (const [title, change, expected] of changes) {
      change()
      const first = await ask('/st/a.txt')
      expect([title, first.body === expected]).toEqual([title, true])
      expect(first.headers['content-length']).toBe(String(expected.length))
      expect((await ask('/st/a.txt')).body === expected).toBe(true)
    }
    unlinkSync(path)
    expect((await ask('/st/a.txt')).status).toBe(404)
  })

  test('is never stale, even when a file changes many times within one tick of the clock', async () => {
    const { ask, folder } = await files({ 'a.txt': '' })
    for (let round = 100; round < 300; round++) {
      writeFileSync(join(folder, 'a.txt'), String(round))
      expect((await ask('/st/a.txt')).body).toBe(String(round))
    }
  })

  test('has a new tag after a change', async () => {
    const { ask, folder } = await files({ 'a.txt': 'one' }, muchLater)
    const first = await ask('/st/a.txt')
    putFile(join(folder, 'a.txt'), 'two', modified + 100)
    const second = await ask('/st/a.txt', { 'If-None-Match': first.headers.etag! })
    expect([second.status, second.body]).toEqual([200, 'two'])
    expect(second.headers['last-modified']).toBe('Thu, 02 Jan 2020 03:05:45 GMT')
  })

  test('has a weak tag within a second of a change', async () => {
    const changed = modified * 1000
    const { ask } = await files({ 'a.txt': digits }, () => changed + 999)
    expect((await ask('/st/a.txt')).headers.etag).toBe(`W/${etag}`)
  })
})

describe('what cannot be served', () => {
  test('a named pipe is refused without waiting for a writer', async () => {
    const { ask, folder } = await files({})
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect((await ask('/st/pipe')).status).toBe(403)
    expect((await ask('/st/pipe', {}, 'OPTIONS')).status).toBe(200)
  })

  test.skipIf(process.getuid?.() === 0)('an unreadable file is refused', async () => {
    const { ask, folder } = await files({ 'a.txt': 'secret', 'dir/x': '' })
    chmodSync(join(folder, 'a.txt'), 0)
    expect((await ask('/st/a.txt')).status).toBe(403)
    chmodSync(join(folder, 'dir'), 0o600)
    expect((await ask('/st/dir/x')).status).toBe(403)
    chmodSync(join(folder, 'dir'), 0o700)
  })

  test('a directory is listed for GET only, and not outside the document root', async () => {
    const folder = temporaryFolder({ 'root/sub/x': '', 'st/y': '' })
    const options = optionsFor(join(folder, 'root'), {
      aliases: [['/st', join(folder, 'st')]],
      hasApplication: false,
      directoryListing: true,
    })
    const { ask } = await serve(options)
    const listing = await ask('/sub/?C=N')
    expect(listing.status).toBe(200)
    expect(listing.headers['content-type']).toBe('text/html;charset=ISO-8859-1')
    expect(listing.body).toContain('<a href="x"> x</a>')
    const head = await ask('/sub/', {}, 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    expect((await ask('/sub/', {}, 'POST')).status).toBe(404)
    expect((await ask('/sub/', {}, 'PUT')).status).toBe(405)
    expect((await ask('/st/')).status).toBe(403)
    expect((await ask('/sub')).headers.location).toBe('/sub/')
  })
})

describe('HTTP/2', () => {
  test('has the same answers', async () => {
    const folder = temporaryFolder({
      'a.txt': digits,
      'large.txt': 'x'.repeat(largestCachedFile * 4),
    })
    const site = openStaticSite(optionsFor(folder))
    const server = createHttp2((request, response) => {
      const resolution = site.resolve(request.url)
      if (resolution.kind !== 'file') throw new Error(resolution.kind)
      const exchange = {
        request,
        response,
        serverPage: (status: number) => response.writeHead(status).end(),
        writeHead: (status: number, fields: string[]) =>
          response.writeHead(status, Object.fromEntries(pairsOf(fields))),
      }
      respond(site, resolution, exchange as unknown as Parameters<typeof respond>[2])
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
    })
    const get = (path: string, headers = {}) =>
      new Promise<[number, string | undefined, number]>((resolve, reject) => {
        const stream = session.request({
          ':path': path,
          ...headers,
        }) as unknown as ServerHttp2Stream
        let answer: Record<string, unknown> = {}
        let length = 0
        stream.on('response' as never, (fields: Record<string, unknown>) => {
          answer = fields
        })
        stream.on('data', (piece: Buffer) => {
          length += piece.length
        })
        stream.once('error', reject)
        stream.once('end', () => {
          const type = answer['content-type'] as string | undefined
          resolve([answer[':status'] as number, type, length])
        })
      })
    expect(await get('/a.txt')).toEqual([200, 'text/plain', 36])
    expect(await get('/a.txt', { range: 'bytes=0-4' })).toEqual([206, 'text/plain', 5])
    expect(await get('/a.txt', { 'if-none-match': '*' })).toEqual([304, undefined, 0])
    expect(await get('/a.txt', { range: 'bytes=36-' })).toEqual([416, undefined, 0])
    expect(await get('/large.txt')).toEqual([200, 'text/plain', largestCachedFile * 4])
  })
})

function pairsOf(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]!]] : []))
}

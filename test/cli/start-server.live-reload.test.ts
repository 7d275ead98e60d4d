/** What --live-reload does to pages, and what a page hears. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Asked, ask, RawConnection } from '../rig/http.js'
import { type RunningCommand, startServer } from '../rig/server.js'

const app = `
import gzip, time
from urllib.parse import unquote
import helper

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    fields = [("Content-Type", "text/html; charset=utf-8")]
    if path == "/stream":
        start_response("200 OK", fields)
        def pieces():
            yield b"<p>first</p>"
            print("first piece is out")
            while helper.waits():
                time.sleep(0.01)
            yield b"<p>second</p>"
        return pieces()
    if path == "/slow":
        print("slow is asked")
        while helper.waits():
            time.sleep(0.01)
    if path == "/fails":
        raise ValueError("<b>")
    if path == "/empty":
        start_response("200 OK", fields)
        return []
    if path == "/gzip":
        body = gzip.compress(b"<p>small</p>")
        fields.append(("Content-Encoding", "gzip"))
    elif path == "/policy":
        fields.append(("Content-Security-Policy", unquote(query)))
        body = b"<p>policy</p>"
    else:
        body = ("<p>%s</p>" % helper.VALUE).encode()
        fields.append(("ETag", '"tag-1"'))
        if environ.get("HTTP_IF_NONE_MATCH") in ('"tag-1"', 'W/"tag-1"'):
            start_response("304 Not Modified", fields)
            return []
    fields.append(("Content-Length", str(len(body))))
    start_response("200 OK", fields)
    return [body]
`

const helper = (value: string) => `
import os
VALUE = ${JSON.stringify(value)}
def waits():
    return not os.path.exists(__file__ + ".go")
`

interface Site {
  readonly server: RunningCommand
  readonly folder: string
  write(name: string, text: string): void
  get(path: string, headers?: Asked['headers']): ReturnType<typeof ask>
}

async function site(
  args: readonly string[] = [],
  value = helper('one'),
  option = ['--live-reload'],
): Promise<Site> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'static'))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('helper.py', value)
  write('app.py', app)
  write('static/page.html', '<p>static</p>')
  write('static/a.css', 'p { color: red }')
  write('static/a.js', 'one()')
  const server = await startServer(
    ['app.py', ...option, '--url-alias', '/static', 'static', ...args],
    { cwd: folder },
  )
  return { server, folder, write, get: (path, headers = {}) => ask(server.url(path), { headers }) }
}

const streamPath = '/__modwsgi_dev__/live-reload'
const tagPattern =
  /<script xmlns="[^"]+" async="async" src="(\/[\w/.-]+)" data-state="(\w+\.\d+\.\d+\.\d+)"(?: data-alone="alone")?(?: nonce="([^"]+)")?><\/script>\n+$/

/** The tag at the end of a page. */
function tagOf(body: string) {
  const found = tagPattern.exec(body)
  if (found === null) throw new Error(`no tag in ${body}`)
  const [whole, src, state, nonce] = found
  return { whole, src: src!, state: state!, nonce }
}

const html = { Accept: 'text/html,application/xhtml+xml' }

/** Listens as a page does. */
async function listen({ server }: Site, path = streamPath) {
  const connection = await RawConnection.open(server.port)
  connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  let seen = 0
  return {
    connection,
    async next(): Promise<{ state: string; paths: string[] }> {
      const events = () => [...connection.received.matchAll(/data: (.*)\n\n/g)]
      const wanted = seen++
      await connection.until(new RegExp(`(?:data: .*\\n\\n[^]*){${wanted + 1}}`))
      return JSON.parse(events()[wanted]![1]!)
    },
  }
}

const [generation, changes, styles] = [1, 2, 3].map(part => (state: string) => {
  return Number(state.split('.')[part])
}) as [(state: string) => number, (state: string) => number, (state: string) => number]

describe('pages with --live-reload', () => {
  test('have the tag at their end, with length and validators to match', async () => {
    const { get, server } = await site()
    const page = await get('/')
    const { whole, src } = tagOf(page.body)
    expect(page.body).toBe(`<p>one</p>${whole}`)
    expect(page.headers['content-length']).toBe(String(page.body.length))
    expect(page.headers.etag).toBe('W/"tag-1"')
    expect((await get('/', { 'If-None-Match': 'W/"tag-1"' })).status).toBe(304)
    expect((await get(src)).body).toContain('EventSource')

    const head = await ask(server.url('/'), { method: 'HEAD' })
    expect([head.headers['content-length'], head.headers.etag]).toEqual([
      page.headers['content-length'],
      page.headers.etag,
    ])
    const post = await ask(server.url('/'), { method: 'POST', body: 'x' })
    expect(post.body).toBe('<p>one</p>')
  })

  test('of files have it too, and are asked for again with each page', async () => {
    const { get, server } = await site()
    const page = await get('/static/page.html')
    expect(page.body).toBe(`<p>static</p>${tagOf(page.body).whole}`)
    expect(page.headers['content-length']).toBe(String(page.body.length))
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(page.headers['accept-ranges']).toBeUndefined()
    expect(page.headers.etag).toMatch(/^W\/"/)
    const known = { 'If-None-Match': page.headers.etag! }
    expect((await get('/static/page.html', known)).status).toBe(304)
    expect((await get('/static/page.html', { Range: 'bytes=0-2' })).body).toBe('<p>')
    expect((await get('/static/a.css')).body).toBe('p { color: red }')
    const head = await ask(server.url('/static/page.html'), { method: 'HEAD' })
    expect(head.headers['content-length']).toBe(page.headers['content-length'])
  })

  test('pass on their pieces as they come', async () => {
    const { write, server } = await site()
    const connection = await RawConnection.open(server.port)
    connection.send('GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await connection.until(/<p>first<\/p>/)
    expect(connection.received).not.toContain('second')
    write('helper.py.go', '')
    const whole = await connection.end()
    expect(whole).toMatch(/<p>second<\/p>[^<]*<script [^>]*><\/script>\n+\r\n0\r\n\r\n$/)
  })

  test('that are compressed, parts of pages, or not allowed to run it are as they were', async () => {
    const { get } = await site()
    expect((await get('/empty')).body).toBe('')
    expect((await get('/gzip')).headers).toMatchObject({ 'content-length': '32' })
    for (const headers of [
      { 'HX-Request': 'true' },
      { 'X-Requested-With': 'XMLHttpRequest' },
      { 'Sec-Fetch-Dest': 'empty' },
    ]) {
      const part = await get('/', headers as unknown as Record<string, string>)
      expect([part.body, part.headers.etag]).toEqual(['<p>one</p>', '"tag-1"'])
    }
    expect((await get("/policy?script-src%20'none'")).body).toBe('<p>policy</p>')
    const allowed = await get("/policy?script-src%20'nonce-a1b2'")
    expect(tagOf(allowed.body).nonce).toBe('a1b2')
    expect(allowed.headers['content-security-policy']).toBe("script-src 'nonce-a1b2'")
  })

  test('are below the mount point, and so is what they ask for', async () => {
    const place = await site(['--mount-point', '/shop'])
    const { src } = tagOf((await place.get('/shop/')).body)
    expect(src).toBe('/shop/__modwsgi_dev__/live-reload.js')
    expect((await place.get(src)).headers['content-type']).toBe('text/javascript; charset=utf-8')
    const { next } = await listen(place, '/shop/__modwsgi_dev__/live-reload')
    expect((await next()).paths).toEqual([])
  })
})

test('without --live-reload nothing is different', async () => {
  const { get } = await site([], 'VALUE = (', [])
  const page = await get('/', html)
  expect([page.status, page.headers['content-length']]).toEqual([500, String(page.body.length)])
  expect(page.body).not.toContain('script')
  const file = await get('/static/page.html')
  expect([file.body, file.headers['cache-control']]).toEqual(['<p>static</p>', undefined])
  expect((await get(streamPath)).status).toBe(500)
})

describe('the event stream', () => {
  test('tells of new code once it answers, also of code that cannot be loaded and of its repair', async () => {
    const place = await site(['--processes', '2'])
    const { get, write } = place
    const made = tagOf((await get('/')).body).state
    const { next } = await listen(place)
    expect((await next()).state).toBe(made)
    write('helper.py', helper('two'))
    const told = (await next()).state
    expect(generation(told)).toBe(generation(made) + 1)
    const page = await get('/')
    expect(page.body).toContain('<p>two</p>')
    expect(tagOf(page.body).state).toBe(told)
    write('helper.py', 'VALUE = (')
    expect(generation((await next()).state)).toBe(generation(made) + 2)
    expect((await get('/')).status).toBe(500)
    write('helper.py', helper('three'))
    expect(generation((await next()).state)).toBe(generation(made) + 3)
    expect((await get('/')).body).toContain('<p>three</p>')
  })

  test('a page that old code makes after new code answers says that it is old', async () => {
    const place = await site()
    const { next } = await listen(place)
    const before = (await next()).state
    const old = place.get('/slow')
    await place.server.logged(/slow is asked/)
    place.write('helper.py', helper('two'))
    const now = (await next()).state
    place.write('helper.py.go', '')
    const { body } = await old
    expect(generation(tagOf(body).state)).toBe(generation(before))
    expect(generation(now)).toBe(generation(before) + 1)
  })

  test('tells style sheets from other files, for those that were served', async () => {
    const place = await site()
    const { next } = await listen(place)
    const { state } = await next()
    place.write('static/a.js', 'nobody has it')
    await place.get('/static/a.css?v=1')
    place.write('static/a.css', 'p { color: blue }')
    const styled = await next()
    expect([changes(styled.state), styles(styled.state)]).toEqual([
      changes(state),
      styles(state) + 1,
    ])
    expect(styled.paths).toEqual(['/static/a.css'])
    await place.get('/static/a.js')
    place.write('static/a.js', 'two()')
    const changed = await next()
    expect([changes(changed.state), styles(changed.state)]).toEqual([
      changes(state) + 1,
      styles(state) + 1,
    ])
    expect(changed.paths).toEqual(['/static/a.js'])
  })

  test('holds no thread, and no turn of --max-clients', async () => {
    const place = await site(['--processes', '1', '--threads', '2', '--max-clients', '2'])
    const streams = await Promise.all(Array.from({ length: 20 }, () => listen(place)))
    await Promise.all(streams.map(({ next }) => next()))
    const held = await RawConnection.open(place.server.port)
    held.send('GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await held.until(/<p>first<\/p>/)
    // The other thread.
    expect((await place.get('/')).body).toContain('<p>one</p>')
    place.write('helper.py.go', '')
    await held.end()
  })

  test('ends at once with the server, which does not wait for it', async () => {
    const place = await site(['--shutdown-timeout', '600', '--access-log'])
    const streams = await Promise.all(Array.from({ length: 20 }, () => listen(place)))
    await Promise.all(streams.map(({ next }) => next()))
    const stopped = place.server.stop()
    await Promise.all(streams.map(({ connection }) => connection.end()))
    expect(await stopped).toEqual({ code: 0, signal: null })
    for (const { connection } of streams) expect(connection.received).toMatch(/\r\n0\r\n\r\n$/)
    expect(place.server.stderr).not.toContain('__modwsgi_dev__')
  })

  test('is for pages of this site only', async () => {
    const { get, server } = await site(['--server-alias', 'shop.example.com'])
    const statusFor = async (headers: Record<string, string>) =>
      (await get(`${streamPath}.js`, headers)).status
    expect(await statusFor({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
    expect(await statusFor({ Origin: 'http://localhost:1' })).toBe(403)
    expect(await statusFor({ Host: 'evil.example.org' })).toBe(403)
    expect(await statusFor({ Host: 'shop.example.com' })).toBe(200)
    const answer = await get(`${streamPath}.js`)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
    // Other methods are the application's.
    const posted = await ask(server.url(streamPath), { method: 'POST', body: 'x' })
    expect(posted.body).toBe('<p>one</p>')
  })
})

describe('code that cannot be loaded', () => {
  const broken = `
def deep():
    raise LookupError("<i>not</i> there")

try:
    deep()
except LookupError as error:
    raise RuntimeError("wrapped") from error
`

  test('is shown to a browser on this machine, with the place and the code around it', async () => {
    const { get } = await site([], broken)
    const page = await get('/', html)
    expect(page.status).toBe(500)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['content-length']).toBe(String(Buffer.byteLength(page.body)))
    expect(page.body).toContain('<h1>RuntimeError: wrapped</h1>')
    expect(page.body).toMatch(/helper\.py<\/b>, line 8, in &#60;module&#62;/)
    expect(page.body).toContain('<h2>Because of LookupError: &#60;i&#62;not&#60;/i&#62; there</h2>')
    expect(page.body).toMatch(/helper\.py<\/b>, line 3, in deep/)
    expect(page.body).toContain(
      '<span class="here"><i>3</i>    raise LookupError(&#34;&#60;i&#62;not&#60;/i&#62; there&#34;)\n</span>',
    )
    tagOf(page.body)
  })

  test.each<[string, Record<string, string>]>([
    ['whoever comes through a proxy', { ...html, 'X-Forwarded-For': '127.0.0.1' }],
    ['a page of somebody else with a name of his own', { ...html, Host: 'evil.example.org' }],
    ['a page of another site', { ...html, 'Sec-Fetch-Site': 'cross-site' }],
    ['whoever wants no page', { Accept: 'application/json' }],
    ['a script of a page', { ...html, 'Sec-Fetch-Dest': 'empty' }],
  ])('is not shown to %s', async (_who, headers) => {
    const { get } = await site([], broken)
    const page = await get('/', headers)
    expect(page.status).toBe(500)
    expect(page.headers['content-type']).toBe('text/html; charset=iso-8859-1')
    expect(page.body).not.toContain('LookupError')
    expect(page.body).toContain('<h1>Internal Server Error</h1>')
  })

  test('of a worker that dies is what it has printed', async () => {
    const dies = 'import os, sys\nprint("<last words>", flush=True)\nos._exit(3)\n'
    const { get, write } = await site([], dies)
    const page = await get('/', html)
    expect(page.body).toContain('The application ended while it was loaded: exit code 3')
    expect(page.body).toContain('&#60;last words&#62;')
    write('helper.py', helper('repaired'))
    // Before the change is seen the page of before is still the answer.
    for (;;) {
      const { status, body } = await get('/', html)
      if (status === 200) return expect(body).toContain('<p>repaired</p>')
    }
  })

  test('is shown also where only some workers could not load it', async () => {
    const fails = `
import os
try:
    os.symlink(str(os.getpid()), __file__ + ".first")
except FileExistsError:
    pass
if os.readlink(__file__ + ".first") == str(os.getpid()):
    raise OSError("only here")
`
    const args = ['--processes', '2', '--threads', '1']
    const { get } = await site(args, fails + helper('one'))
    const seen: string[] = []
    const isBoth = () => seen.some(body => body.includes('<p>one</p>')) && seen.some(isExplained)
    const isExplained = (body: string) => body.includes('<h1>OSError: only here</h1>')
    while (!isBoth()) {
      const pages = await Promise.all(Array.from({ length: 4 }, () => get('/', html)))
      for (const { status, body } of pages) {
        expect(status === 200 || isExplained(body)).toBe(true)
        seen.push(body)
      }
    }
  })

  test('that loads with a request after all is told', async () => {
    const waits = `import os\nif not os.path.exists(__file__ + ".there"): raise OSError("not there")\n`
    const place = await site([], waits + helper('there'))
    const page = await place.get('/', html)
    expect(page.body).toContain('<h1>OSError: not there</h1>')
    const { next } = await listen(place)
    const before = await next()
    place.write('helper.py.there', '')
    expect((await place.get('/', html)).body).toContain('<p>there</p>')
    const now = await next()
    expect(changes(now.state)).toBe(changes(before.state) + 1)
    expect(now.paths).toEqual([])
  })

  test('is nothing that workers which serve on would show', async () => {
    const breakable = `import os\nif os.path.exists(__file__ + ".broken"): raise OSError("broken")\n`
    const { get, write, server } = await site([], breakable + helper('one'))
    expect((await get('/', html)).body).toContain('<p>one</p>')
    // No reason for a reload by itself.
    write('helper.py.broken', '')
    server.signal('SIGHUP')
    await server.logged(/present (ones|workers) stay|the present/)
    expect((await get('/', html)).body).toContain('<p>one</p>')
    const page = await get('/fails', html)
    expect(page.status).toBe(500)
    expect(page.body).toContain('<h1>Internal Server Error</h1>')
    expect(page.body).not.toContain('OSError')
  })

  test('an exception of a request is the page of mod_wsgi, with the tag', async () => {
    const { get, server } = await site()
    const page = await get('/fails', html)
    expect(page.status).toBe(500)
    expect(page.body).toContain('<h1>Internal Server Error</h1>')
    expect(page.headers['content-length']).toBe(String(page.body.length))
    tagOf(page.body)
    await server.logged(/ValueError: <b>/)
  })
})

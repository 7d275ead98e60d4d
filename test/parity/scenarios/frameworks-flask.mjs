/** The Flask site. */
import { answersTo, environAt, responseTo } from '../runner/framework-probes.mjs'
import {
  formType,
  get,
  manyBytes,
  multipart,
  multipartType,
  post,
  postChunked,
} from '../runner/request-bytes.mjs'
import {
  alike,
  byMethods,
  closed,
  closedAlike,
  each,
  place,
  ranges,
  site,
  under,
  validated,
} from './frameworks-alike.mjs'

const entry = ['frameworks/flask_site.py']

const own = {
  'the environ': environAt('/meta?a=caf%C3%A9'),
  ...each([
    '/slash?a=%C3%A9',
    '/file/attachment',
    '/file/memory',
    '/stream/with-context?a=1&b=%C3%A9',
  ]),
  ...each(['/served/page.html', '/served/caf%C3%A9.txt', '/served/none', '/served/../data.txt']),
  ...each(['/inner/redirect', '/inner/target', '/async?a=1']),
  ...under('/file', [
    ...ranges,
    'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT',
    'If-None-Match: *',
    'Range: bytes=0-9 / If-Range: Sun, 02 Feb 2020 20:20:20 GMT',
  ]),
  ...under('/conditional', ranges),
  ...byMethods('/conditional', ['POST', 'OPTIONS']),
  'a body of JSON': answersTo(post('/mirrored-json', '{"a": ["caf\xc3\xa9"]}', 'application/json')),
  'a body of broken JSON': answersTo(post('/mirrored-json', '{', 'application/json')),
  'a body of another type': answersTo(post('/mirrored-json', '{}', 'text/plain')),
}

const main = { ...site(entry), name: 'Flask', arguments: place, probes: { ...alike, ...own } }

const checked = {
  ...site(['frameworks/flask_validated.py']),
  name: 'Flask within wsgiref.validate',
  arguments: place,
  probes: validated({ ...alike, ...own }, /^\/status\/204$/),
}

const ending = {
  ...site(entry),
  name: 'Flask and the end of its responses',
  arguments: place,
  probes: closed('request torn down', {
    ...closedAlike,
    'GET /status/304': [],
    'GET /stream/with-context?a=1&b=2': ['called on close'],
  }),
}

const mounted = {
  ...site(entry),
  name: 'Flask at a mount point, with its static files',
  arguments: [...place, ...['--mount-point', '/app', '--url-alias', '/static', '{folder}/static']],
  probes: {
    ...each([
      ...['/app', '/app/', '/app/where?a=1', '/app/redirect', '/app/slash'],
      ...['/app/names/caf%C3%A9/b', '/app//where', '/app/missing', '/elsewhere'],
      ...['/app/inner/redirect', '/app/inner/target', '/static/site.css', '/app/static/site.css'],
    ]),
    'the environ': environAt('/app/meta'),
    'a cookie of the mount point': answersTo(get('/app/session?value=1')),
  },
}

const debugged = {
  ...site(['frameworks/flask_debugged.py']),
  name: "Flask within Werkzeug's debugger",
  arguments: place,
  env: { FLASK_SITE_DEBUG: '1' },
  probes: {
    ...each(['/text', '/raise/404', '/stream']),
    'a page of the debugger': async server => {
      const response = await responseTo(server, get('/raise/500'))
      const text = response.body.toString('utf8')
      const { status, reason, framing } = response
      return {
        ...{ status, reason, framing },
        names: response.fields.map(([name]) => name).sort(),
        title: /<title>([^<]*)/.exec(text)?.[1].trim(),
        closed: text.trimEnd().endsWith('-->'),
      }
    },
    'a file of the debugger': answersTo(
      get('/?__debugger__=yes&cmd=resource&f=console.png', 'Accept-Encoding: gzip\r\n'),
    ),
    'an error in a stream': async server => {
      const { status, body } = await responseTo(server, get('/stream/fails'))
      const text = body.toString('utf8')
      return [status, text.slice(0, 10), /<title>([^<]*)/.exec(text)?.[1].trim()]
    },
  },
}

const uploads = {
  ...site(['frameworks.flask_site']),
  name: 'Flask and large uploads',
  arguments: [
    ...place,
    ...['--application-type', 'module', '--chunked-request', '--limit-request-body', '30000000'],
  ],
  probes: {
    '20 MB in a form': answersTo(() => {
      const value = manyBytes(20_000_000)
      return post('/form', multipart([{ name: 'file', file: 'a.bin', value }]), multipartType)
    }),
    '20 MB read in blocks': answersTo(() => post('/raw', manyBytes(20_000_000), 'text/plain')),
    'more than Flask takes': answersTo(() => post('/raw', manyBytes(22_100_000), 'text/plain')),
    'a body in chunks': answersTo(() => postChunked('/raw', manyBytes(1_000_000), 'text/plain')),
    'a body in chunks, read at once': answersTo(() =>
      postChunked('/raw?how=body', manyBytes(1_000_000), 'text/plain'),
    ),
    'a form in chunks': answersTo(() =>
      postChunked('/form', Buffer.from('a=1&b=caf%C3%A9'), formType, 4),
    ),
    'a form of files in chunks': answersTo(() => {
      const value = manyBytes(1_000_000)
      return postChunked('/form', multipart([{ name: 'f', file: 'f', value }]), multipartType, 7000)
    }),
  },
}

/** Lines of the log, without what belongs to one run. */
const linesOf = (server, chosen) =>
  server.server
    .file()
    .split('\n')
    .filter(line => chosen.test(line))
    .map(line => line.replace(/^\[[^\]]*\] (\[\w+:\w+\]) \[pid[^\]]*\]/, '$1'))
    .map(line => line.replace(/(?<=\[remote [\d.]+:)\d+/, '(port)'))
    .map(line => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/, '(time)'))

const logged = {
  ...site(entry),
  name: 'what Flask logs',
  arguments: place,
  probes: {
    'with its logger, by print and to wsgi.errors': async server => {
      await responseTo(server, get('/log'))
      await server.server.logged(/to wsgi\.errors/)
      return linesOf(server, /logged|printed|to stderr|to wsgi/)
    },
    'of an exception': async server => {
      await responseTo(server, get('/raise/500'))
      await server.server.logged(/ValueError: raised/)
      return linesOf(server, /ERROR in app|Traceback|ValueError/)
    },
  },
}

export default [main, checked, ending, mounted, debugged, uploads, logged]

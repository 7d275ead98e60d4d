/** The Django site. */
import { observeAnswer } from '../runner/framework-answer.mjs'
import {
  answersTo,
  cookiesOf,
  environAt,
  redirectOf,
  responseTo,
} from '../runner/framework-probes.mjs'
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
  closed,
  closedAlike,
  each,
  place,
  ranges,
  site,
  under,
  validated,
} from './frameworks-alike.mjs'

const entry = ['frameworks/django_site.py']

const plain = 'text/plain'

/** A form that is fetched, and sent back as it should be or not. */
const csrf = async server => {
  const form = await responseTo(server, get('/csrf'))
  const token = form.body.toString()
  const cookies = cookiesOf(form)
  const answers = []
  for (const [value, fields] of [
    [token, cookies],
    [token, ''],
    ['x', cookies],
    [token, `${cookies}Origin: http://h\r\n`],
    [token, `${cookies}Origin: http://evil.example\r\n`],
  ]) {
    const body = `name=caf%C3%A9&csrfmiddlewaretoken=${value}`
    answers.push(observeAnswer(await responseTo(server, post('/csrf', body, formType, fields))))
  }
  return [observeAnswer({ ...form, body: Buffer.from('(token)') }), ...answers]
}

const own = {
  'the environ': environAt('/meta?a=caf%C3%A9'),
  ...each(['/file/attachment', '/file/memory', '/served/none.css', '/served/']),
  ...each(['/raise/suspicious', '/async?a=1', '/async/stream']),
  ...each(['/gzip', '/gzip/stream'], 'Accept-Encoding: gzip\r\n'),
  ...each(['/gzip', '/gzip/stream']),
  ...under('/file', ranges),
  ...under('/conditional-by-middleware', ['If-None-Match: "other"', 'If-None-Match: *']),
  ...under('/served/site.css', [
    'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT',
    'If-Modified-Since: Sat, 01 Feb 2020 20:20:20 GMT',
  ]),
  'a form without its token': answersTo(post('/csrf', 'name=x', formType)),
  'a form with its token': csrf,
  '/slash': redirectOf(get('/slash?a=%C3%A9')),
  'POST without a slash': redirectOf(post('/slash', 'a=1', formType)),
  'the tag that Django gave': async server => {
    const { fields } = await responseTo(server, get('/conditional-by-middleware'))
    const tag = fields.find(([name]) => name === 'ETag')[1]
    const request = get('/conditional-by-middleware', `If-None-Match: ${tag}\r\n`)
    return observeAnswer(await responseTo(server, request))
  },
}

const main = {
  ...site(entry),
  name: 'Django',
  arguments: place,
  probes: { ...alike, ...own },
}

const checked = {
  ...site(['frameworks/django_validated.py']),
  name: 'Django within wsgiref.validate',
  arguments: place,
  probes: validated({ ...alike, ...own }, /^\/status\/(204|304)$/),
}

const ending = {
  ...site(entry),
  name: 'Django and the end of its responses',
  arguments: place,
  probes: closed('request finished', {
    ...closedAlike,
    'GET /status/304': [],
    'GET /file/memory': [],
  }),
}

/** What a page of DEBUG tells; the rest of it is different in each version and each run. */
const debugPage = target => async server => {
  const response = await responseTo(server, get(target))
  const text = response.body.toString('utf8')
  const metas = [...text.matchAll(/<td>([A-Z][A-Z_]+|(?:wsgi|mod_wsgi)\.\w+)<\/td>/g)]
  return {
    ...observeAnswer({
      ...response,
      fields: response.fields.filter(([name]) => !/^Content-(Length|Type)$/.test(name)),
      body: Buffer.alloc(0),
    }),
    title: /<title>([^<]*)<\/title>/.exec(text)?.[1].replace(/\s+/g, ' '),
    message: /<pre class="exception_value">([^<]*)/.exec(text)?.[1],
    url: /<th scope="row">Request URL:<\/th>\s*<td>([^<]*)/.exec(text)?.[1],
    meta: [...new Set(metas.map(([, name]) => name))]
      .filter(name =>
        /^(?!SERVER_EMAIL)(HTTP|REQUEST|SERVER|PATH|QUERY|SCRIPT|wsgi|REMOTE|CONT)/.test(name),
      )
      .sort(),
  }
}

const debugged = {
  ...site(entry),
  name: 'Django with DEBUG',
  arguments: place,
  env: { DJANGO_DEBUG: '1' },
  probes: {
    ...Object.fromEntries(
      [
        ...['/missing?a=1', '/raise/404', '/raise/500', '/raise/400', '/raise/suspicious'],
        '/served/none',
      ].map(target => [target, debugPage(target)]),
    ),
    ...each(['/text', '/raise/403', '/raise/system-exit', '/stream/fails']),
    'a host that is not allowed': async server => {
      const request = get('/text').replace('Host: h', 'Host: evil.example')
      const response = await responseTo(server, request)
      return /Invalid HTTP_HOST header: [^.]*/.exec(response.body.toString())?.[0]
    },
    'POST without a slash': async server => {
      const response = await responseTo(server, post('/slash', 'a=1', formType))
      const { status, body } = response
      return [status, /<pre class="exception_value">([^<]*)/.exec(body.toString())?.[1]]
    },
    'a form without its token': async server => {
      const { status, body } = await responseTo(server, post('/csrf', 'name=x', formType))
      return [status, /<pre>\s*([^<]*?)\s*<\/pre>/.exec(body.toString())?.[1]]
    },
  },
}

const mounted = {
  ...site(entry),
  name: 'Django at a mount point, with its static files',
  arguments: [...place, ...['--mount-point', '/app', '--url-alias', '/static', '{folder}/static']],
  probes: {
    ...each([
      ...['/app', '/app/', '/app/where?a=1', '/app/redirect'],
      ...['/app/names/caf%C3%A9/b', '/app//where', '/app/missing', '/elsewhere', '/', '/apple'],
      ...['/static/site.css', '/static/none.css', '/app/static/site.css', '/static/caf%C3%A9.txt'],
      ...['/app/file', '/app/served/site.css', '/app/raise/500'],
    ]),
    ...under('/static/site.css', [
      'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT',
      'Range: bytes=0-3',
    ]),
    '/app/slash': redirectOf(get('/app/slash?a=%C3%A9')),
    'the environ': environAt('/app/meta'),
    'a cookie of the mount point': answersTo(get('/app/session?value=1')),
  },
}

const uploadOf = size => () =>
  multipart([
    { name: 'before', value: 'app' },
    { name: 'file', file: 'large.bin', type: 'application/octet-stream', value: manyBytes(size) },
    { name: 'small', file: 'small.txt', type: plain, value: 'small' },
    { name: 'after', value: 'end' },
  ])

const twentyMegabytes = uploadOf(20_000_000)

const uploads = {
  ...site(['frameworks.django_site']),
  name: 'Django and large uploads',
  arguments: [
    ...place,
    ...['--application-type', 'module', '--chunked-request', '--limit-request-body', '30000000'],
  ],
  probes: {
    ...Object.fromEntries(
      ['temporary', 'memory', 'large-memory'].map(handler => [
        `20 MB, kept by the handler ${handler}`,
        answersTo(() => post(`/upload/${handler}`, twentyMegabytes(), multipartType)),
      ]),
    ),
    'a small one, kept in memory': answersTo(() =>
      post('/upload/memory', uploadOf(100_000)(), multipartType),
    ),
    'a handler that has enough': answersTo(() =>
      post('/upload/stop', uploadOf(3_000_000)(), multipartType),
    ),
    'a handler that has enough, and reads no more': answersTo(() =>
      post('/upload/stop-and-reset', uploadOf(3_000_000)(), multipartType),
    ),
    'a form that Django refuses as too large': answersTo(() =>
      post('/form', `a=${'x'.repeat(3_000_000)}`, formType),
    ),
    'a body that Django refuses as too large': answersTo(() =>
      post('/raw?how=body', manyBytes(3_000_000), plain),
    ),
    'more than --limit-request-body': answersTo(
      `POST /raw HTTP/1.1\r\nHost: h\r\nContent-Length: 30000001\r\n\r\n`,
    ),
    '20 MB that await 100': answersTo(() =>
      post('/upload/temporary', twentyMegabytes(), multipartType, 'Expect: 100-continue\r\n'),
    ),
    'a form in chunks': answersTo(() =>
      postChunked('/upload/temporary', uploadOf(1_000_000)(), multipartType),
    ),
    'a body in chunks': answersTo(() => postChunked('/raw', manyBytes(1_000_000), plain)),
  },
}

export default [main, checked, ending, debugged, mounted, uploads]

/** The Pyramid site, a module. */

import { observeAnswer } from '../runner/framework-answer.mjs'
import { answersTo, cookiesOf, environAt, responseTo } from '../runner/framework-probes.mjs'
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

const entry = ['frameworks.pyramid_site']
const asModule = [...place, '--application-type', 'module']

/** A form that is fetched, and sent back as it should be or not. */
const csrf = async server => {
  const form = await responseTo(server, get('/csrf'))
  const cookies = cookiesOf(form)
  const answers = []
  for (const [value, fields] of [
    [form.body.toString(), cookies],
    [form.body.toString(), ''],
    ['x', cookies],
  ]) {
    const body = `name=caf%C3%A9&csrf_token=${value}`
    answers.push(observeAnswer(await responseTo(server, post('/csrf', body, formType, fields))))
  }
  return [observeAnswer({ ...form, body: Buffer.from('(token)') }), ...answers]
}

const own = {
  'the environ': environAt('/meta?a=caf%C3%A9'),
  ...each([
    '/slash?a=%C3%A9',
    '/file/iterated',
    '/file/blocks',
    '/served/none',
    '/served/page.html',
    '/served',
  ]),
  ...each(['/gzip', '/gzip?lazy'], 'Accept-Encoding: gzip\r\n'),
  ...each(['/gzip', '/gzip?lazy']),
  ...under('/file', [
    ...ranges,
    'If-Modified-Since: Sun, 02 Feb 2020 20:20:20 GMT',
    'If-Modified-Since: Sat, 01 Feb 2020 20:20:20 GMT',
    'Range: bytes=0-9 / If-Range: Sun, 02 Feb 2020 20:20:20 GMT',
  ]),
  ...under('/conditional', ranges),
  'a form with its token': csrf,
  'a body of JSON': answersTo(post('/mirrored-json', '{"a": ["caf\xc3\xa9"]}', 'application/json')),
  'a body of broken JSON': answersTo(post('/mirrored-json', '{', 'application/json')),
}

const main = { ...site(entry), name: 'Pyramid', arguments: asModule, probes: { ...alike, ...own } }

const checked = {
  ...site(['frameworks.pyramid_validated']),
  name: 'Pyramid within wsgiref.validate',
  arguments: asModule,
  probes: validated({ ...alike, ...own }, /^\/status\/205$/),
}

const ending = {
  ...site(entry),
  name: 'Pyramid and the end of its responses',
  arguments: asModule,
  probes: closed('request finished', {
    ...closedAlike,
  }),
}

const mounted = {
  ...site(entry),
  name: 'Pyramid at a mount point, with its static files',
  arguments: [
    ...asModule,
    ...['--mount-point', '/app', '--url-alias', '/static', '{folder}/static'],
  ],
  probes: {
    ...each([
      ...['/app', '/app/', '/app/where?a=1', '/app/redirect', '/app/slash'],
      ...['/app/names/caf%C3%A9/b', '/app//where', '/app/missing', '/elsewhere'],
      ...['/app/served/site.css', '/static/site.css'],
    ]),
    'the environ': environAt('/app/meta'),
  },
}

const uploads = {
  ...site(entry),
  name: 'Pyramid and large uploads',
  arguments: [...asModule, '--chunked-request', '--limit-request-body', '30000000'],
  probes: {
    '20 MB in a form': answersTo(() => {
      const value = manyBytes(20_000_000)
      return post('/form', multipart([{ name: 'file', file: 'a.bin', value }]), multipartType)
    }),
    '20 MB read in blocks': answersTo(() => post('/raw', manyBytes(20_000_000), 'text/plain')),
    'a body in chunks': answersTo(() => postChunked('/raw', manyBytes(1_000_000), 'text/plain')),
    'a body in chunks, read at once': answersTo(() =>
      postChunked('/raw?how=body', manyBytes(1_000_000), 'text/plain'),
    ),
    'a form in chunks': answersTo(() =>
      postChunked('/form', Buffer.from('a=1&b=caf%C3%A9'), formType, 4),
    ),
  },
}

export default [main, checked, ending, mounted, uploads]

/** Options of the front in combination: which of them comes first, and what one sees of another. */
import { chmod } from 'node:fs/promises'
import { lookAtCoded } from '../runner/coded-answer.mjs'
import { exchange } from '../runner/exchange.mjs'
import { get } from '../runner/request-bytes.mjs'

/** @typedef {import('../runner/run.mjs').Probe} Probe */
/** @typedef {import('../runner/run.mjs').Scenario} Scenario */

const scripts = `
def allow_access(environ, host):
    return "denied" not in environ["REQUEST_URI"]

def check_password(environ, user, password):
    return password == "pw"
`

/** What of its environment depends on other options; with a long text that is worth compressing. */
const program = `#!/bin/sh
echo Content-Type: text/plain
echo
/usr/bin/env | grep "^REMOTE_USER\\|^AUTH_TYPE\\|^HTTP_A\\|^SERVER_NAME\\|^SERVER_PORT\\|^HTTPS\\|^REQUEST_SCHEME\\|^REMOTE_ADDR\\|^HTTP_X" | LC_ALL=C sort
for i in 1 2 3 4 5 6 7 8 9 10; do echo "a line of text"; done
exec >&-
`

const files = {
  'scripts.py': scripts,
  'web/env.cgi': program,
  'web/page.html': '<!doctype html><title>page</title>\n',
  'static/a.txt': `${'text of a.txt\n'.repeat(20)}`,
  'static/401.html': 'document of 401',
  'static/403.html': 'document of 403',
  'static/503.html': 'document of 503',
}

const user = `Authorization: Basic ${Buffer.from('ann:pw').toString('base64')}\r\n`
const stranger = `Authorization: Basic ${Buffer.from('ann:no').toString('base64')}\r\n`
const gzip = 'Accept-Encoding: gzip\r\n'

/** Programs can only be run once they may be. @returns {Promise<unknown>} */
async function begin(site) {
  await chmod(site.path('web/env.cgi'), 0o755)
  await site.start()
}

/** @param {string} target @param {string} fields @returns {Probe} */
const ask = (target, fields, method = 'GET') => {
  const numbers = /^\/server-status/.test(target)
  const look = answer => {
    const seen = lookAtCoded(answer)
    // How the body of a program is framed depends on when it ends.
    if (/^\/env/.test(target) && 'framing' in seen) {
      const fields = seen.fields.filter(
        field => !/^(content-length|transfer-encoding)/i.test(field),
      )
      return { ...seen, fields, framing: null }
    }
    // What is on the page is of this run.
    return numbers && /200/.test(seen.status) ? { status: seen.status } : seen
  }
  return site => exchange(site, get(target, fields, method), { method, look })
}

/** @param {readonly string[]} targets @param {Record<string, string>} clients name of each, and its fields */
function each(targets, clients, method = 'GET') {
  const probes = targets.flatMap(target =>
    Object.entries(clients).map(([name, fields]) => [
      `${method} ${target}, ${name}`,
      ask(target, fields, method),
    ]),
  )
  return Object.fromEntries(probes)
}

const targets = [
  '/method',
  '/method?denied',
  '/static/a.txt',
  '/static/a.txt?denied',
  '/static',
  '/static/none',
  '/page.html',
  '/env.cgi',
  '/env.cgi?denied',
  '/__wsgi__/docs/none',
  '/server-status?auto',
  '/server-status?denied',
  '/api',
  '/api/x?y=z',
  '/api/x?denied',
  '/api/page.html',
  '/gone/x',
]

const site = [
  ...['--document-root', '{folder}/web', '--url-alias', '/static', '{folder}/static'],
  ...['--url-alias', '/api/page.html', '{folder}/web/page.html'],
  ...['--with-cgi', '--server-status', '--compress-responses'],
  ...['--proxy-mount-point', '/api/', 'http://{backend}/back/'],
  ...['--proxy-mount-point', '/gone/', 'http://{nobody}/'],
]

const access = ['--host-access-script', '{folder}/scripts.py']
const users = ['--auth-user-script', '{folder}/scripts.py']
const documents = ['401', '403', '503'].flatMap(status => [
  ...['--error-document', status, `/static/${status}.html`],
])
const hosts = ['--server-name', 'h', '--server-alias', '*.h']
const trust = [
  '--trust-proxy-header',
  'X-Forwarded-For',
  '--trust-proxy-header',
  'X-Forwarded-Host',
]

/** @param {string} name @param {readonly string[]} options @param {Record<string, Probe>} probes @returns {Scenario} */
const scenario = (name, options, probes) => ({
  name,
  starts: false,
  backend: true,
  arguments: [...site, ...options],
  files,
  probes: {
    'the first one': async one => {
      await begin(one)
      return one.ask(get('/method', user))
    },
    ...probes,
  },
})

const forwarded = 'X-Forwarded-For: 9.8.7.6\r\nX-Forwarded-Host: other\r\n'

export default [
  scenario('everybody may come', [], {
    ...each(targets, { alone: '', coded: gzip, forwarded }),
    ...each(['/static/a.txt', '/api/x', '/env.cgi', '/method'], { alone: '', coded: gzip }, 'HEAD'),
    ...each(['/api/x', '/env.cgi', '/static/a.txt'], { alone: '' }, 'OPTIONS'),
  }),
  scenario(
    'a script for hosts',
    [...access, ...documents],
    each(targets, { alone: '', coded: gzip }),
  ),
  scenario('users', [...users], each(targets, { alone: '', user, stranger, coded: user + gzip })),
  scenario('users, hosts and documents of errors', [...users, ...access, ...documents], {
    ...each(targets, { alone: '', user }),
  }),
  scenario('one name of the site', [...hosts, ...documents, ...trust], {
    ...each(targets, { alone: '', forwarded }),
    ...Object.fromEntries(
      targets.map(target => [
        `of another host, ${target}`,
        one => one.ask(get(target).replace('Host: h\r', 'Host: x\r')),
      ]),
    ),
  }),
]

/** `--with-cgi`: programs of the document root. */
import { chmod } from 'node:fs/promises'

/** Waits at its end, so that what it has printed is never all there at once. */
const shell = lines => `#!/bin/sh\n${lines.join('\n')}\nexec >&-\n`

const environment = [
  'echo Content-Type: text/plain; echo',
  'echo "arguments $# [$0] [$1] [$2]"; echo "in $(pwd)"',
  '/usr/bin/env | grep -v "^PATH=\\|^REMOTE_PORT=\\|REDIRECT_PATH=\\|REDIRECT_REMOTE_PORT=\\|^_=" | LC_ALL=C sort',
  'cat',
]

const text = 'echo Content-Type: text/plain'

const scripts = {
  'env.cgi': shell(environment),
  'env.CGI': shell(environment),
  'env.cgi.html': shell(environment),
  'sub/index.cgi': shell(environment),
  'status.cgi': shell(['echo "Status: 404 Gone Fishing"', text, 'echo; echo hello']),
  'number.cgi': shell([
    'echo "Status: 404"',
    'echo "content-type: Text/HTML; Charset=UTF-8"',
    'echo; echo hello',
  ]),
  'bad-status.cgi': shell(['echo "Status: abc"', 'echo; echo hello']),
  'no-fields.cgi': shell(['echo; echo hello']),
  'fields.cgi': shell([
    ...['echo "X-A: 1"; echo "X-A: 2"; echo "Set-Cookie: a=b"; echo "Set-Cookie: c=d"', text],
    'echo "ETag: \\"t\\""; echo "Content-Language: de"; echo; echo hello',
  ]),
  'exit.cgi': shell([text, 'echo; echo hello; exit 3']),
  'length.cgi': shell([text, 'echo "Content-Length: 3"; echo; echo hello']),
  'nothing.cgi': shell(['exit 0']),
  'malformed.cgi': shell(['echo "no field here, and longer than what is shown"; echo more']),
  'premature.cgi': shell([text]),
  'long-line.cgi': shell(['printf "X: %09000d\\n\\nhello" 1']),
  'local.cgi': shell([
    'echo "Location: /text.txt"; echo "Set-Cookie: a=b"; echo "X-A: 1"; echo; echo rest',
  ]),
  'local-script.cgi': shell(['echo "Location: /env.cgi/more?x=1"; echo; echo rest']),
  'local-app.cgi': shell(['echo "Location: /method"; echo; echo rest']),
  'endless.cgi': shell(['echo "Location: /endless.cgi"; echo']),
  'away.cgi': shell([
    'echo "Location: http://example.com/"; echo "Set-Cookie: a=b"; echo "X-A: 1"; echo; echo rest',
  ]),
  'away-status.cgi': shell([
    'echo "Status: 303 See"; echo "Location: http://example.com/"; echo; echo rest',
  ]),
  'known.cgi': shell([
    text,
    'echo "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT"; echo "ETag: \\"t\\""; echo; echo hello',
  ]),
  'nph-own.cgi': shell(['printf "HTTP/1.0 299 Own\\r\\nX-Own: 1\\r\\n\\r\\nall of it"']),
  'not-executable.cgi': shell([text, 'echo; echo hello']),
  'no-interpreter.cgi': '#!/nowhere/sh\necho\n',
  'no-program.cgi': `${text}\necho; echo hello\n`,
  'empty.cgi': '',
  'error.cgi': shell([text, 'echo; echo "instead of $REDIRECT_STATUS $REDIRECT_URL"']),
}

const files = {
  ...Object.fromEntries(Object.entries(scripts).map(([name, lines]) => [`web/${name}`, lines])),
  'web/text.txt': 'text',
  'beside/x.cgi': scripts['exit.cgi'],
  'web/inside/x.cgi': scripts['env.cgi'],
}

const get = (target, method = 'GET', more = '') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

async function makePrograms(site) {
  for (const name of Object.keys(files)) {
    if (name.endsWith('.cgi') || name.endsWith('.CGI') || name.endsWith('.cgi.html'))
      await chmod(site.path(name), 0o755)
  }
  await chmod(site.path('web/not-executable.cgi'), 0o644)
  await site.start()
}

/** How the body is framed depends on when the script ends, and when a file was made on this run. */
const ofThisRun =
  /^(content-length|transfer-encoding|last-modified: (?!Sat, 01 Jan 2000)|etag: "[0-9a-f]+-)/i

async function ask(site, request) {
  const answer = await site.ask(request)
  const fields = answer.fields.filter(field => !ofThisRun.test(field)).toSorted()
  return { ...answer, fields, framing: 'either' }
}

const targets = [
  '/env.cgi?a=1&b',
  '/env.cgi?a+b%26c',
  '/env.cgi?',
  '/env.CGI',
  '/env.cgi/more%20of/it?x',
  '/env.cgi/sub',
  '/env.cgi/sub/',
  '/env.cgi/',
  '/env.cgi//x//y',
  '/env.cgi/al/x',
  '/env.cgi/text.txt/y',
  '/env.cgi.html',
  '/sub/',
  '/sub',
  '/none.cgi',
  '/none.cgi/x',
  '/al/x.cgi',
  '/al/none.cgi',
  '/in/x.cgi/y',
  '/text.txt',
  ...Object.keys(scripts)
    .filter(name => !/^(env|sub|error|nph)/.test(name))
    .map(name => `/${name}`),
]

const cgi = {
  name: 'programs of the document root',
  starts: false,
  arguments: [
    ...['--with-cgi', '--document-root', '{folder}/web', '--directory-index', 'index.cgi'],
    ...['--url-alias', '/al', '{folder}/beside', '--url-alias', '/in', '{folder}/web/inside'],
    ...['--setenv', 'foo.bar-x', 'y', '--setenv', 'PLAIN', 'z', '--limit-request-body', '1000'],
  ],
  files,
  probes: {
    'the first one': async site => {
      await makePrograms(site)
      return ask(site, get('/exit.cgi'))
    },
    ...Object.fromEntries(targets.map(target => [target, site => ask(site, get(target))])),
    'a body': site =>
      ask(site, `${get('/env.cgi', 'POST', 'Content-Length: 5\r\nContent-Type: a/b\r\n')}hello`),
    'a body in chunks': site =>
      ask(
        site,
        `${get('/env.cgi', 'PUT', 'Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n0\r\n\r\n`,
      ),
    'a body that waits for a word': async site => {
      const more = 'Content-Length: 5\r\nExpect: 100-continue\r\n'
      return (await ask(site, `${get('/env.cgi', 'POST', more)}hello`)).status
    },
    'chunks that are none': async site =>
      (await ask(site, `${get('/env.cgi', 'POST', 'Transfer-Encoding: chunked\r\n')}x\r\n`)).status,
    'chunks without end': async site =>
      (
        await ask(
          site,
          `${get('/env.cgi', 'POST', 'Transfer-Encoding: chunked\r\n')}7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`,
        )
      ).status,
    'a body that is too long': async site =>
      (await ask(site, get('/env.cgi', 'POST', 'Content-Length: 2000\r\n'))).status,
    'fields that are not passed': site =>
      ask(
        site,
        get(
          '/env.cgi',
          'GET',
          'Authorization: Basic eA==\r\nProxy: x\r\nX_Y: z\r\nX-Z: 1\r\nX-Z: 2\r\n',
        ),
      ),
    HEAD: site => ask(site, get('/env.cgi', 'HEAD')),
    'HEAD of a redirect': site => ask(site, get('/away.cgi', 'HEAD')),
    OPTIONS: site => ask(site, get('/exit.cgi', 'OPTIONS')),
    DELETE: site => ask(site, get('/exit.cgi', 'DELETE')),
    'POST to a redirect': site =>
      ask(site, `${get('/local-script.cgi', 'POST', 'Content-Length: 5\r\n')}hello`),
    'HTTP/1.0': site => ask(site, 'GET /exit.cgi HTTP/1.0\r\n\r\n'),
    'known by date': site =>
      ask(site, get('/known.cgi', 'GET', 'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n')),
    'known by tag': site => ask(site, get('/known.cgi', 'GET', 'If-None-Match: "t"\r\n')),
    'another tag': site => ask(site, get('/known.cgi', 'GET', 'If-Match: "u"\r\n')),
    'a range': site => ask(site, get('/exit.cgi', 'GET', 'Range: bytes=1-2\r\n')),
  },
}

const logged = {
  name: 'programs in the access log',
  starts: false,
  arguments: [
    ...['--with-cgi', '--document-root', '{folder}/web', '--url-alias', '/al', '{folder}/beside'],
    ...['--access-log', '--access-log-format', '%R %s %>s %f'],
  ],
  files,
  probes: {
    'what answered': async site => {
      await makePrograms(site)
      const asked = ['/exit.cgi', '/al/x.cgi', '/nothing.cgi', '/local.cgi', '/nph-own.cgi']
      for (const target of asked) await site.ask(get(target))
      await site.server.logged(new RegExp(`(.*\\n){${asked.length}}`), 'access_log')
      // A client may have its answer, and ask for more, before the line of it is written.
      return site.server.file('access_log').split('\n').slice(0, asked.length).sort()
    },
  },
}

const documents = {
  name: 'programs as error documents',
  starts: false,
  arguments: [
    ...['--with-cgi', '--document-root', '{folder}/web'],
    ...['--error-document', '500', '/error.cgi', '--error-document', '403', '/error.cgi'],
    ...['--url-alias', '/al', '{folder}/beside'],
  ],
  files,
  probes: {
    'of a program that fails': async site => {
      await makePrograms(site)
      return ask(site, get('/nothing.cgi'))
    },
    'of one that may not run': site => ask(site, get('/al/x.cgi')),
  },
}

const filesOnly = {
  name: 'programs of a site without application',
  app: null,
  starts: false,
  entry: ['web'],
  arguments: ['--with-cgi', '--application-type', 'static'],
  files,
  probes: {
    'one that is there': async site => {
      await makePrograms(site)
      return ask(site, get('/env.cgi?x'))
    },
    'one that is not': site => ask(site, get('/none.cgi')),
  },
}

const handlers = {
  name: 'programs beside handlers of the same extension',
  starts: false,
  arguments: [
    ...['--with-cgi', '--document-root', '{folder}/web', '--add-handler', '.html', 'handle.py'],
    ...['--add-handler', '.cgi', 'handle.py'],
  ],
  files: {
    ...files,
    'handle.py':
      'def handle_request(environ, start_response):\n start_response("200 OK", [("Content-Type", "text/plain")])\n return [b"handled"]\n',
  },
  probes: {
    'the extension of both': async site => {
      await makePrograms(site)
      return ask(site, get('/exit.cgi'))
    },
    'an extension of each': site => ask(site, get('/env.cgi.html')),
  },
}

export default [cgi, logged, documents, filesOnly, handlers]

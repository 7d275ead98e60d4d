/** Scripts that decide on access: --host-access-script, --auth-user-script, --auth-group-script. */
import { createHash } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { observe } from '../runner/observation.mjs'

/** Says what it is asked; the query says what it answers. */
const host = `
def allow_access(environ, host):
    names = ("REQUEST_METHOD", "REQUEST_URI", "SCRIPT_NAME", "PATH_INFO")
    print("HOST", host, *[environ[name] for name in names])
    query = environ["REQUEST_URI"].partition("?")[2]
    if query == "raise":
        raise KeyError("no access")
    if query == "exit":
        raise SystemExit(3)
    if query == "errors":
        environ["wsgi.errors"].write("to errors\\nrest")
    if query == "only-document":
        return environ["SCRIPT_NAME"] == "/st/403.html"
    if query == "not-index":
        return not environ["SCRIPT_NAME"].endswith("index.html")
    return {"deny": False, "none": None, "text": "yes", "one": 1, "zero": 0}.get(query, True)
`

const user = `
def check_password(environ, user, password):
    print("USER", ascii(user), ascii(password), environ["SCRIPT_NAME"], environ["PATH_INFO"])
    if user == "raise":
        raise KeyError("no user")
    special = {"none": None, "one": 1, "empty": "", "other": "renamed", "euro": "\\u20ac", "nul": "a\\0b",
               "bytes": b"x", "surrogate": "\\udc80", "list": ["a"]}
    return special[user] if user in special else password == "pw"

def get_realm_hash(environ, user, realm):
    from hashlib import md5
    print("HASH", ascii(user), realm.rpartition(":")[0], environ["SCRIPT_NAME"])
    if user == "raise":
        raise KeyError("no hash")
    digest = md5(("%s:%s:pw" % (user, realm)).encode("latin-1")).hexdigest()
    special = {"none": None, "one": 1, "empty": "", "euro": "\\u20ac", "true": True, "bytes": digest.encode(),
               "upper": digest.upper(), "nul": digest + "\\0x"}
    return special[user] if user in special else digest

def groups_for_user(environ, user):
    print("GROUP", ascii(user), environ["SCRIPT_NAME"])
    if user == "raise":
        raise KeyError("no groups")
    def some():
        yield "staff"
        raise KeyError("no more groups")
    special = {"none": None, "one": [1], "empty": [], "bytes": [b"staff"], "text": "staff", "euro": ["\\u20ac", "staff"],
               "upper": ["STAFF"], "late": ["staff", 1], "nul": ["staff\\0x"], "set": {"staff", "x"},
               "generator": (name for name in ["x", "staff"]), "breaks": some(), "dict": {"staff": 1}}
    return special[user] if user in special else ["x", "y"]
`

const app = `
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/location":
        start_response("200 OK", [("Location", "/seen")])
        return [b"dropped"]
    body = environ["wsgi.input"].read()
    seen = {name: environ.get(name) for name in ("REMOTE_USER", "AUTH_TYPE", "HTTP_AUTHORIZATION")}
    if seen["AUTH_TYPE"] == "Digest":
        seen["HTTP_AUTHORIZATION"] = seen["HTTP_AUTHORIZATION"].partition(" ")[0]
    seen.update({name: value for name, value in environ.items() if name == "REDIRECT_REMOTE_USER"})
    status = "404 Not Found" if path == "/404" else "200 OK"
    start_response(status, [("Content-Type", "text/plain")])
    return [("app %s %r %d" % (path, sorted(seen.items(), key=str), len(body))).encode()]
`

const files = {
  'site.py': app,
  'host.py': host,
  'user.py': user,
  'st/a.txt': 'text of a.txt',
  'st/index.html': 'index',
  'st/dir/b.txt': 'text of b.txt',
  'st/401.html': 'document of 401',
  'st/403.html': 'document of 403',
}

const basic = text => `Authorization: Basic ${Buffer.from(text, 'latin1').toString('base64')}\r\n`

const request = (target, fields = '', { method = 'GET', body = '', version = 'HTTP/1.1' } = {}) =>
  `${method} ${target} ${version}\r\nHost: localhost\r\n${fields}\r\n${body}`

/** An answer without what differs from run to run: the time of a file, nonces and what is computed of them. */
function plain(response) {
  if (response === null) return 'closed without an answer'
  const answer = observe(response)
  const fields = answer.fields
    .filter(field => !field.startsWith('last-modified'))
    .map(field =>
      field
        .replace(/nonce="[^"]*"/, 'nonce="(nonce)"')
        .replace(/rspauth="\w{32}"/, 'rspauth="(proof)"'),
    )
  return { ...answer, fields }
}

/** Whether what a CGI script prints gets a length depends on when it ends. */
const unframed = probe => async site => {
  const { answer, log } = await probe(site)
  const fields = answer.fields.filter(
    field => !/^(?:content-length|transfer-encoding):/.test(field),
  )
  return { status: answer.status, body: answer.body, fields, log }
}

let marks = 0

/** What a request is answered with, and the lines of the log that come of it. */
async function witness(site, bytes, method) {
  const before = site.server.file('error_log').length
  const connection = await site.connect()
  try {
    connection.send(bytes)
    const answer = plain(await connection.read({ method: method ?? /^[A-Z]+/.exec(bytes)[0] }))
    return { answer, log: await linesSince(site, before) }
  } finally {
    connection.close()
  }
}

/** @param before how long the log was */
async function linesSince(site, before) {
  const mark = `/mark${++marks}`
  const connection = await site.connect()
  connection.send(request(mark, basic('mark:pw')))
  await connection.read()
  connection.close()
  await site.server.logged(new RegExp(`${mark}\\b`), 'error_log')
  const lines = site.server.file('error_log').slice(before).split('\n')
  return (
    lines
      .slice(
        0,
        lines.findIndex(line => line.includes(mark)),
      )
      .filter(
        line => !/\[(mpm_event|core|modwsgi_dev|auth\w*):/.test(line) && !/AH\d{5}: /.test(line),
      )
      // Only this side shows the stack of the script.
      .filter(line => !/\] (Traceback| {2}File | {4})/.test(line))
      .map(line =>
        line
          .replace(/^\[[^\]]*\] /, '')
          .replace(/\[pid \d+:tid \d+\] /, '')
          .replace(/127\.0\.0\.1:\d{4,5}\]/g, '127.0.0.1:(port)]'),
      )
  )
}

const see =
  (target, fields, options = {}) =>
  site =>
    witness(site, request(target, fields, options), options.method)

/** Probes by name: what is asked. */
const table = rows => Object.fromEntries(rows.map(([name, ...asked]) => [name, see(...asked)]))

const both = ['--host-access-script', 'host.py', '--auth-user-script', 'user.py']
const alias = ['--url-alias', '/st', '{folder}/st']
const good = basic('me:pw')

const basicProbes = table([
  ['no credentials', '/x'],
  ['right', '/x', good],
  ['wrong', '/x', basic('me:no')],
  ['colons in the password', '/x', basic('me:p:w')],
  ['empty password', '/x', basic('me:')],
  ['empty user', '/x', basic(':pw')],
  ['no colon', '/x', basic('me')],
  ['latin-1', '/x', basic('m\xfc:pw')],
  ['a NUL in the password', '/x', basic('me:pw\0x')],
  ['a NUL in the user', '/x', basic('m\0e:pw')],
  ['a line end in the user', '/x', basic('me\n[forged:pw')],
  ...['none', 'one', 'empty', 'other', 'euro', 'nul', 'bytes', 'surrogate', 'list', 'raise'].map(
    name => [`answer ${name}`, '/x', basic(`${name}:pw`)],
  ),
  ['scheme in lower case', '/x', good.replace('Basic', 'basic')],
  ['scheme after blanks', '/x', good.replace('Basic ', ' Basic   ')],
  ['scheme after a tab', '/x', good.replace('Basic ', 'Basic\t')],
  ['another scheme', '/x', 'Authorization: Bearer abc\r\n'],
  ['no scheme', '/x', 'Authorization: \r\n'],
  ['a tab behind the scheme', '/x', good.replace('Basic ', 'Basic \t')],
  ['scheme alone', '/x', 'Authorization: Basic\r\n'],
  ['no base64', '/x', 'Authorization: Basic !!!!\r\n'],
  ['text behind the base64', '/x', good.replace('\r\n', ' more\r\n')],
  ['without padding', '/x', good.replace(/=*\r\n/, '\r\n')],
  ['one letter too many', '/x', 'Authorization: Basic bWU6cHcx\r\n'],
  ['letters of base64url', '/x', 'Authorization: Basic bWU6cHf_\r\n'],
  ['twice', '/x', good + good],
  ['Proxy-Authorization', '/x', good.replace('Authorization', 'Proxy-Authorization')],
  ['static file', '/st/a.txt', good],
  ['static file without credentials', '/st/a.txt'],
  ['what is not there', '/st/nope/more', good],
  ['what is not there without credentials', '/st/nope'],
  ['directory', '/st/dir', good],
  ['directory without credentials', '/st/dir'],
  ['index file', '/st/', good],
  ['index file that is refused', '/st/?not-index', good],
  ['conditional', '/st/a.txt', `${good}If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n`],
  ['range', '/st/a.txt', `${good}Range: bytes=0-3\r\n`],
  ['internal redirect', '/location', good],
  ['status of the application', '/404', good],
  ['HEAD', '/x', '', { method: 'HEAD' }],
  ['HEAD with credentials', '/x', good, { method: 'HEAD' }],
  ['OPTIONS', '/st/a.txt', '', { method: 'OPTIONS' }],
  ['OPTIONS with credentials', '/st/a.txt', good, { method: 'OPTIONS' }],
  ['OPTIONS *', '*', '', { method: 'OPTIONS' }],
  ['TRACE', '/x', 'Connection: close\r\n', { method: 'TRACE' }],
  ['PUT', '/st/a.txt', '', { method: 'PUT' }],
  ['target with dots', '/../x'],
  ['encoded slash', '/a%2fb'],
  ['encoded path', '/%78%20y/more?a=b', good],
  ['unknown expectation', '/x', 'Expect: something\r\n'],
  ['HTTP/1.0', '/x', '', { version: 'HTTP/1.0' }],
  ['body', '/x', `${good}Content-Length: 5\r\n`, { method: 'POST', body: 'hello' }],
  ['body without credentials', '/x', 'Content-Length: 5\r\n', { method: 'POST', body: 'hello' }],
  [
    'body that waits',
    '/x',
    'Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n',
    { method: 'POST', body: 'hello' },
  ],
  [
    'chunked body without credentials',
    '/x',
    'Transfer-Encoding: chunked\r\n',
    { method: 'POST', body: '5\r\nhello\r\n0\r\n\r\n' },
  ],
  [
    'body beyond the limit',
    '/x',
    'Content-Length: 20000000\r\n',
    { method: 'POST', body: 'hello' },
  ],
])

const queries = ['deny', 'none', 'text', 'one', 'zero', 'raise', 'exit', 'errors', 'only-document']

const hostProbes = table([
  ['allowed', '/x'],
  ...queries.flatMap(query => [
    [`application, ${query}`, `/x?${query}`],
    [`file, ${query}`, `/st/a.txt?${query}`],
  ]),
  ['HEAD', '/x?deny', '', { method: 'HEAD' }],
  ['what is not granted', '/gone/x'],
])

// ---- Digest

const md5 = text => createHash('md5').update(text, 'latin1').digest('hex')

/** Asks for a nonce and answers it; `change` may spoil the parts of the answer. */
const digest =
  (change = {}, fields = '') =>
  async site => {
    const {
      target = '/x',
      method = 'GET',
      name = 'me',
      password = 'pw',
      withGroup: _,
      ...parts
    } = change
    const first = await site.connect()
    first.send(request('/x'))
    const challenge = Object.fromEntries(
      (await first.read()).fields.map(([field, value]) => [field.toLowerCase(), value]),
    )['www-authenticate']
    first.close()
    const [, realm, nonce] = /realm="([^"]*)", nonce="([^"]*)"/.exec(challenge)
    const port = realm.replace(/.*:/, '')
    const uri = (parts.uri ?? target).replace('(port)', port)
    const known = { qop: 'auth', nc: '00000001', cnonce: 'abc', nonce, ...parts }
    const hash = md5(`${name}:${realm}:${password}`)
    const middle = `${known.nonce}:${known.nc}:${known.cnonce}:${known.qop}`
    const response = md5(`${hash}:${middle}:${md5(`${method}:${uri}`)}`)
    const all = {
      username: name,
      realm,
      ...known,
      response,
      ...parts,
      uri,
    }
    const text = Object.entries(all)
      .filter(([, value]) => value !== null)
      .map(([key, value]) =>
        ['qop', 'nc', 'algorithm'].includes(key) ? `${key}=${value}` : `${key}="${value}"`,
      )
    const line = `Authorization: Digest ${text.join(', ')}\r\n`
    return witness(site, request(target.replace('(port)', port), line + fields, { method }))
  }

/** A header field as it is. */
const rawDigest = text => see('/x', `Authorization: ${text}\r\n`)

const digestProbes = {
  'no credentials': see('/x'),
  right: digest(),
  'of a file': digest({ target: '/st/a.txt' }),
  'of what is not there': digest({ target: '/st/nope' }),
  'of a directory': digest({ target: '/st/dir' }),
  'of a file that has not changed': digest(
    { target: '/st/a.txt' },
    'If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n',
  ),
  'with a query': digest({ target: '/x?a=b' }),
  'with an internal redirect': digest({ target: '/location' }),
  'of a status of the application': digest({ target: '/404' }),
  HEAD: digest({ method: 'HEAD' }),
  'wrong password': digest({ password: 'no' }),
  'empty user': digest({ name: '' }),
  'latin-1': digest({ name: 'm\xfc' }),
  ...Object.fromEntries(
    ['none', 'one', 'empty', 'euro', 'true', 'bytes', 'upper', 'nul', 'raise'].map(name => [
      `answer ${name}`,
      digest({ name }),
    ]),
  ),
  'another uri': digest({ uri: '/y' }),
  'uri without the query': digest({ target: '/x?a=b', uri: '/x' }),
  'uri with a query': digest({ uri: '/x?a=b' }),
  'uri with an empty query': digest({ uri: '/x?' }),
  'encoded uri': digest({ uri: '/%78' }),
  'encoded target': digest({ target: '/%78', uri: '/x' }),
  'absolute uri': digest({ uri: 'http://localhost:(port)/x' }),
  'absolute uri without port': digest({ uri: 'http://localhost/x' }),
  'absolute uri of another host': digest({ uri: 'http://elsewhere:(port)/x' }),
  'absolute target': digest({ target: 'http://localhost:(port)/x', uri: '/x' }),
  'relative uri with a host': digest({ uri: '//localhost:(port)/x' }),
  'uri *': digest({ uri: '*' }),
  'no qop': digest({ qop: null }),
  'qop in capitals': digest({ qop: 'AUTH' }),
  'qop auth-int': digest({ qop: 'auth-int' }),
  'no nc': digest({ nc: null }),
  'no cnonce': digest({ cnonce: null }),
  'odd nc': digest({ nc: 'zz' }),
  'quotes in cnonce': digest({ cnonce: 'a\\"b' }),
  'algorithm MD5': digest({ algorithm: 'MD5' }),
  'algorithm md5': digest({ algorithm: 'md5' }),
  'algorithm MD5-sess': digest({ algorithm: 'MD5-sess' }),
  'algorithm SHA-256': digest({ algorithm: 'SHA-256' }),
  'another realm': digest({ realm: 'elsewhere' }),
  'short nonce': digest({ nonce: 'abc' }),
  'nonce of another server': digest({
    nonce: '359KwllhBgA=55f0eecfe49c8568b5af90d3b747118513cb1a5f',
  }),
  'nonce of another form': digest({ nonce: 'A'.repeat(52) }),
  'no username': digest({ username: null }),
  'no response': digest({ response: null }),
  'unknown field': digest({ more: 'x' }),
  'another scheme': rawDigest('Basic bWU6cHc='),
  'scheme alone': rawDigest('Digest'),
  'scheme before a tab': rawDigest('Digest\tusername="me"'),
  'another scheme before a tab': rawDigest('Basic\tusername="me"'),
  'scheme with commas': rawDigest('Digest ,,,'),
  'an open quote': rawDigest('Digest username="me'),
  empty: rawDigest(''),
}

// ---- what the scripts live in

const world = `
import json, locale, os, signal, sys, threading
import mod_wsgi

def describe(value):
    if isinstance(value, (str, int, type(None))):
        return value
    return [describe(item) for item in value] if isinstance(value, tuple) else type(value).__module__ + "." + type(value).__name__

def attempt(call):
    try:
        return describe(call())
    except BaseException as error:
        return "%s: %s" % (type(error).__name__, error)

KEPT = []

def tell(**facts):
    for name in sorted(facts):
        print("WORLD", name, json.dumps(facts[name], sort_keys=True))

def allow_access(environ, host):
    print("HOST", environ["REQUEST_URI"])
    if environ["REQUEST_URI"].startswith("/environ"):
        varying = ("REMOTE_PORT", "mod_ssl.is_https", "mod_ssl.var_lookup", "apache.version")
        tell(environ={name: describe(value) for name, value in environ.items() if name not in varying})
    if environ["REQUEST_URI"] == "/world":
        tell(
            name=__name__.replace(__name__[10:], "(digest)"),
            file=os.path.basename(__file__),
            package=__package__,
            names=sorted(set(n for n in globals() if n.startswith("__")) - {"__warningregistry__", "__annotations__"}),
            in_modules=sys.modules[__name__].__dict__ is globals(),
            mtime=type(__mtime__).__name__ + str(len(str(__mtime__))),
            argv=sys.argv,
            cwd=os.getcwd() == os.path.dirname(__file__),
            folder_on_path=os.path.dirname(__file__) in sys.path,
            thread=threading.current_thread() is threading.main_thread(),
            group=[mod_wsgi.process_group, mod_wsgi.application_group],
            numbers=[mod_wsgi.maximum_processes, mod_wsgi.threads_per_process],
            version=mod_wsgi.version,
            express=sorted(n for n in os.environ if n.startswith("MOD_WSGI_") and n not in ("MOD_WSGI_MODULES_DIRECTORY",)),
            eggs="PYTHON_EGG_CACHE" in os.environ,
            locale=[os.environ.get("LANG"), os.environ.get("LC_ALL"), locale.getlocale(locale.LC_TIME)[0]],
            main=[n for n in vars(sys.modules["__main__"]) if n == "__file__"],
            streams=[stream.name for stream in (sys.stdin, sys.stdout, sys.stderr)],
            errors=[environ["wsgi.errors"].name, environ["wsgi.errors"].encoding, environ["wsgi.errors"].errors],
            stdin=sys.stdin.read(),
            data=attempt(mod_wsgi.request_data),
            metrics=[attempt(mod_wsgi.request_metrics), attempt(mod_wsgi.process_metrics), attempt(mod_wsgi.server_metrics)],
            active=mod_wsgi.active_requests,
        )
    if environ["REQUEST_URI"] == "/ssl":
        look = environ["mod_ssl.var_lookup"]
        tell(
            is_https=environ["mod_ssl.is_https"](),
            lookup=[attempt(lambda: look("HTTPS")), attempt(lambda: look(b"HTTPS")), attempt(lambda: look("\\u20ac")),
                    attempt(lambda: look(1))],
        )
    if environ["REQUEST_URI"] == "/kept":
        KEPT.append(environ)
    if environ["REQUEST_URI"] == "/errors":
        print("to stdout")
        print("to stderr", file=sys.stderr)
        environ["wsgi.errors"].write("to errors\\n")
        environ["wsgi.errors"].writelines(["one\\n", "two"])

def check_password(environ, user, password):
    if environ["REQUEST_URI"] == "/kept":
        errors = KEPT[-1]["wsgi.errors"]
        tell(
            write=attempt(lambda: errors.write("x")),
            flush=attempt(errors.flush),
            is_https=attempt(KEPT[-1]["mod_ssl.is_https"]),
            lookup=attempt(lambda: KEPT[-1]["mod_ssl.var_lookup"]("HTTPS")),
        )
    return True
`

const worldProbes = {
  ...table([
    [
      'environ',
      '/environ/a?b=c',
      `${good}X-Some: a\r\nX-Some: b\r\nX_Under: c\r\nProxy: d\r\nCookie: e\r\n`,
    ],
    [
      'environ of a body',
      '/environ',
      'Content-Length: 5\r\nContent-Type: a/b\r\n',
      { method: 'POST', body: 'hello' },
    ],
    ['world', '/world', good],
    ['mod_ssl', '/ssl', good],
    ['an environ that is used too late', '/kept', good],
    ['output', '/errors', good],
  ]),
}

// ---- scripts that are no good, or change

/** Writes the script before it is asked, each time with a later change. */
const withScript =
  (name, text, target = '/x') =>
  async site => {
    await site.write(name, text, 1_600_000_000 + ++marks)
    return witness(site, request(target, good))
  }

const scriptProbes = (name, working) => ({
  works: see('/x', good),
  'without the function': withScript(name, 'other = 1\n'),
  'with a function that is none': withScript(
    name,
    'allow_access = check_password = groups_for_user = 1\n',
  ),
  'with a syntax error': withScript(name, 'def allow_access(environ, host) return\n'),
  'that raises': withScript(name, 'raise KeyError("broken")\n'),
  'that raises again': see('/x', good),
  'that exits': withScript(name, 'import sys\nsys.exit(3)\n'),
  'that is repaired': withScript(name, working),
})

// ---- error documents and groups

const groupNames = [
  'x',
  'none',
  'one',
  'empty',
  'bytes',
  'text',
  'euro',
  'upper',
  'late',
  'nul',
  'set',
  'generator',
  'breaks',
  'dict',
  'raise',
]

const groupProbes = table([
  ['no credentials', '/x'],
  ['wrong password', '/x', basic('bytes:no')],
  ...groupNames.map(name => [`answer ${name}`, '/x', basic(`${name}:pw`)]),
])

/** See docs/differences.md. */
const unasked = 'access scripts where the answer does not depend on them'

const start =
  (...args) =>
  async site => {
    const { ended, stderr } = await site.run([
      'start-server',
      'site.py',
      '--port',
      '{port}',
      '--server-root',
      '{root}',
      ...args,
    ])
    return { starts: ended === 'listens', says: stderr !== '' }
  }

/** @type {import('../runner/run.mjs').Scenario[]} */
export default [
  {
    name: 'access-basic',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, ...alias, '--directory-index', 'index.html'],
    probes: basicProbes,
    differs: { 'body beyond the limit': unasked },
  },
  {
    name: 'access-host',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [
      '--host-access-script',
      'host.py',
      ...alias,
      '--url-alias',
      '/gone',
      '{folder}/gone',
      '--error-document',
      '403',
      '/st/403.html',
    ],
    probes: hostProbes,
    differs: { 'what is not granted': unasked },
  },
  {
    name: 'access-documents',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [
      ...both,
      ...alias,
      '--error-document',
      '401',
      '/st/401.html',
      '--error-document',
      '403',
      'denied',
    ],
    probes: table([
      ['no credentials', '/x'],
      ['wrong', '/x', basic('me:no')],
      ['denied', '/x?deny', good],
      ['document itself', '/st/401.html', good],
      ['answer raise', '/x', basic('raise:pw')],
    ]),
  },
  {
    name: 'access-application-document',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, ...alias, '--error-document', '404', '/document'],
    probes: table([['not there', '/st/nope', good]]),
  },
  {
    name: 'access-groups',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, '--auth-group-script', 'user.py', '--auth-group', 'staff'],
    probes: groupProbes,
  },
  {
    name: 'access-default-group',
    app: null,
    entry: ['site.py'],
    files: {
      ...files,
      'group.py':
        'def groups_for_user(environ, user):\n    return ["wsgi"] if user in ("me", "mark") else []\n',
    },
    arguments: [...both, '--auth-group-script', 'group.py'],
    probes: table([
      ['in it', '/x', good],
      ['not in it', '/x', basic('you:pw')],
    ]),
  },
  {
    name: 'access-group-without-users',
    app: null,
    entry: ['site.py'],
    files,
    arguments: ['--host-access-script', 'host.py', '--auth-group-script', 'user.py'],
    probes: table([['everybody', '/x']]),
  },
  {
    name: 'access-digest',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, '--auth-type', 'digest', ...alias],
    probes: digestProbes,
  },
  {
    name: 'access-digest-groups',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [
      ...both,
      '--auth-type',
      'Digest',
      '--auth-group-script',
      'user.py',
      '--auth-group',
      'staff',
    ],
    probes: {
      'in it': digest({ name: 'set' }),
      'not in it': digest(),
      'wrong password': digest({ name: 'set', password: 'no' }),
    },
  },
  {
    name: 'access-static',
    app: null,
    entry: ['st'],
    files,
    arguments: ['--application-type', 'static', ...both, '--url-alias', '/gone', '{folder}/gone'],
    probes: table([
      ['no credentials', '/a.txt'],
      ['right', '/a.txt', good],
      ['index', '/', good],
      ['what would not be granted', '/gone', good],
    ]),
  },
  {
    name: 'access-cgi',
    app: null,
    entry: ['site.py'],
    files: {
      ...files,
      'web/env.cgi':
        '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nuser=%s type=%s authorization=%s" "$REMOTE_USER" "$AUTH_TYPE" "$HTTP_AUTHORIZATION"\n',
    },
    starts: false,
    arguments: [...both, '--document-root', '{folder}/web', '--with-cgi'],
    probes: {
      'no credentials': async site => {
        await chmod(site.path('web/env.cgi'), 0o755)
        await site.start()
        return unframed(see('/env.cgi'))(site)
      },
      right: unframed(see('/env.cgi', good)),
    },
  },
  {
    name: 'access-cgi-digest',
    app: null,
    entry: ['site.py'],
    files: {
      ...files,
      'web/env.cgi':
        '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n%s %s" "$REMOTE_USER" "$AUTH_TYPE"\n',
    },
    starts: false,
    arguments: [...both, '--auth-type', 'Digest', '--document-root', '{folder}/web', '--with-cgi'],
    probes: {
      right: async site => {
        await chmod(site.path('web/env.cgi'), 0o755)
        await site.start()
        return unframed(digest({ target: '/env.cgi' }))(site)
      },
    },
  },
  {
    name: 'access-status',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, '--server-status'],
    probes: {
      'no credentials': see('/server-status'),
      denied: see('/server-status?deny', good),
      right: async site => {
        const { answer, log } = await witness(site, request('/server-status?auto', good), 'GET')
        return { status: answer.status, log }
      },
    },
  },
  {
    name: 'access-hosts',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, ...alias, '--server-name', 'www.example.com', '--allow-localhost'],
    probes: Object.fromEntries(
      ['www.example.com', 'example.com', 'localhost', 'elsewhere'].flatMap(name =>
        [
          ['', ''],
          [' with credentials', good],
        ].map(([how, fields]) => [
          `${name}${how}`,
          async site => {
            const bytes = `GET /x HTTP/1.1\r\nHost: ${name}\r\n${fields}\r\n`
            const { answer } = await witness(site, bytes, 'GET')
            return answer
          },
        ]),
      ),
    ),
  },
  {
    name: 'access-trust',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [
      ...both,
      '--trust-proxy-header',
      'X-Forwarded-For',
      '--trust-proxy-header',
      'X-Script-Name',
      '--trust-proxy-header',
      'X-Forwarded-Host',
    ],
    probes: table([
      [
        'right',
        '/x',
        `${good}X-Forwarded-For: 10.1.2.3\r\nX-Script-Name: /y\r\nX-Forwarded-Host: other\r\n`,
      ],
      ['no credentials', '/x', 'X-Forwarded-For: 10.1.2.3\r\n'],
    ]),
  },
  {
    name: 'access-compression',
    app: null,
    entry: ['site.py'],
    files,
    arguments: [...both, '--compress-responses'],
    probes: table([['no credentials', '/x', 'Accept-Encoding: gzip\r\n']]),
  },
  ...[
    ['daemon', []],
    ['processes', ['--processes', '2', '--threads', '20']],
    ['embedded', ['--embedded-mode']],
  ].map(([name, options]) => ({
    name: `access-world-${name}`,
    app: null,
    entry: ['site.py'],
    files: { ...files, 'host.py': world },
    arguments: [
      '--host-access-script',
      'host.py',
      '--auth-user-script',
      'host.py',
      '--application-group',
      'some',
      ...options,
    ],
    probes: worldProbes,
    differs: { environ: '`Proxy` in the environ of access scripts' },
  })),
  {
    name: 'access-debug',
    app: null,
    entry: ['site.py'],
    files,
    // What the scripts print goes to the terminal.
    arguments: [...both, '--debug-mode'],
    probes: {
      right: site => site.ask(request('/x', good)),
      wrong: site => site.ask(request('/x', basic('me:no'))),
      denied: site => site.ask(request('/x?deny')),
    },
  },
  {
    name: 'access-bad-user-script',
    app: null,
    entry: ['site.py'],
    files,
    arguments: both,
    probes: scriptProbes('user.py', user),
  },
  {
    name: 'access-bad-group-script',
    app: null,
    entry: ['site.py'],
    files: { ...files, 'group.py': user },
    arguments: [...both, '--auth-group-script', 'group.py', '--auth-group', 'staff'],
    probes: scriptProbes('group.py', user),
  },
  {
    name: 'access-refused',
    app: null,
    differs: {
      'an unknown type that is not used':
        'a value that mod_wsgi-express starts with and cannot use',
    },
    starts: false,
    files,
    probes: {
      'an unknown type': start('--auth-user-script', 'user.py', '--auth-type', 'Form'),
      'an unknown type that is not used': start('--auth-type', 'Form'),
    },
  },
]

/** The logs: lines of the application, access lines, formats, levels and files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const app = 'speaks.py'

const get = (target, fields = '', { version = 'HTTP/1.1', method = 'GET', body = '' } = {}) =>
  `${method} ${target} ${version}\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n${body}`

let marks = 0

/** The lines of the log that come of a request, without what differs from run to run. */
async function said(site, target, name) {
  const before = site.server.file(name).length
  await exchange(site, get(target))
  const mark = `mark${++marks}-`
  await exchange(site, get(`/say?${mark}`))
  await site.server.logged(new RegExp(mark), name)
  const text = site.server.file(name).slice(before)
  return linesOf(text.slice(0, text.indexOf(mark)), true)
}

const word = (name, file) => site => said(site, `/say?${encodeURIComponent(name)}`, file)

/** @param cut the last line is a beginning only */
function linesOf(text, cut = false) {
  const lines = text.split('\n')
  return (
    lines
      .slice(0, cut ? -1 : lines.length)
      .filter(line => line !== '')
      .filter(line => !/\[(mpm_event|core|modwsgi_dev):/.test(line))
      .filter(line => !/AH\d{5}: /.test(line))
      // Only this side shows the stack of the application.
      .filter(line => !/\] (Traceback| {2}File | {4})/.test(line))
      .map(normal)
  )
}

function normal(line) {
  // An escape that does not fit is left out whole; where it stands depends on the numbers before it.
  if (line.length > 3000) {
    const length = Buffer.byteLength(line)
    return length >= 8187 && length <= 8190 ? '8187 to 8190 bytes' : `${length} bytes`
  }
  return line
    .replace(/\w{3} \w{3} \d\d \d\d:\d\d:\d\d\.\d{6} \d{4}/, '(time, microseconds)')
    .replace(/\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}/g, '(time)')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/, '(compact time, microseconds)')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, '(compact time)')
    .replace(/\[pid \d+:tid \d+\]/, '[pid (pid):tid (tid)]')
    .replace(/127\.0\.0\.1:\d{4,5}/g, '127.0.0.1:(port)')
    .replace(/speaks\.py:\d+/, 'speaks.py:(line)')
}

/** Sends one request on a connection of its own and waits for all of the answer. */
async function exchange(site, request) {
  const connection = await site.connect()
  try {
    connection.send(request)
    return (await connection.rest()).toString('latin1')
  } finally {
    connection.close()
  }
}

const words = [
  'print',
  'stderr',
  'errors',
  'several',
  'carriage',
  'unfinished',
  'bytes',
  'unicode',
  'surrogate',
  'controls',
  'nul',
  'quotes',
  'long',
  'long escaped',
  'forged',
  'logging',
  'warning',
  'thread',
  'report',
  'error',
  'non-ascii error',
  'exit',
]

const lines = {
  name: 'log: lines of the application',
  app,
  probes: {
    import: async site => {
      await site.server.logged(/printed at import\n/)
      return linesOf(site.server.file()).filter(line => line.includes('import'))
    },
    ...Object.fromEntries(words.map(name => [name, word(name)])),
    'a path that is not ASCII': site => said(site, '/caf%C3%A9/../say?print'),
  },
  differs: { nul: 'a NUL in a line of the log' },
}

/** The access lines that come of some bytes on one connection. */
async function accessLines(site, request, { count = 1, name = 'access_log' } = {}) {
  const linesNow = () => site.server.file(name).split('\n').slice(0, -1)
  const before = linesNow().length
  await exchange(site, request)
  const end = Date.now() + 10_000
  while (linesNow().length < before + count && Date.now() < end) await pause(10)
  return linesNow().slice(before).map(normalAccess)
}

function normalAccess(line) {
  return line
    .replace(/\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/g, '[(time)]')
    .replace(/l{300,}/, 'l...')
}

/** Sizes of pages of the server itself are its own. */
const pages = text => text.replace(/\b(b|B|O|S|cl)=\d+/g, '$1=(page)')

const directives = [
  'h=%h l=%l u=%u a=%a ca=%{c}a A=%A r="%r" m=%m U=%U gU=%>U q=%q H=%H',
  's=%s gs=%>s ls=%<s b=%b B=%B v=%v V=%V p=%p lp=%{local}p cp=%{canonical}p xp=%{odd}p',
  'k=%k X=%X R=%R f=%f n=%{note}n ti=%{X}^ti to=%{X}^to i=%{X-A}i ua=%{user-AGENT}i',
  'ct=%{content-type}o cl=%{Content-Length}o te=%{Transfer-Encoding}o co=%{Connection}o',
  'xo=%{X-Out}o sc=%{Set-Cookie}o sv=%{Server}o C=%{c1}C e1=%{SCRIPT_NAME}e e2=%{PATH_INFO}e',
  'e3=%{SCRIPT_FILENAME}e e4=%{HTTP_HOST}e e6=%{nothing}e %% \\t \\x é',
].join(' ')

const requests = {
  plain: get('/a?b=c'),
  encoded: get('/a%20b/../c%22%C3%A9?q=%20"&x'),
  'fields with odd values': get('/', 'X-A: v"1\\\xe9\tz\r\nX-A: two\r\nUser-Agent: "me"\r\n'),
  cookies: get('/', 'Cookie: c0=z; c1=hel"lo ; c1=y; c2=x\r\n'),
  chunked: get('/chunked'),
  empty: get('/empty'),
  large: get('/large'),
  'HEAD of a body': get('/a', '', { method: 'HEAD' }),
  'status 204': get('/status?204%20No'),
  'status 304': get('/status?304%20No'),
  'status 404': get('/status?404%20No'),
  'a body': get('/body', 'Content-Length: 5\r\n', { method: 'POST', body: 'hello' }),
  'an own method': get('/a', '', { method: 'DELETE' }),
  'HTTP/1.0': get('/a', '', { version: 'HTTP/1.0' }),
  'absolute form': get('http://other.example:81/x?y'),
  'internal redirect': get('/redirect?z'),
  exception: get('/say?error'),
  file: get('/static/file.txt'),
  'no file': get('/static/none'),
  'directory without its slash': get('/static'),
  'a path that cannot be decoded': get('/bad%zz?q'),
  'no host': 'GET /a HTTP/1.1\r\n\r\n',
  garbage: 'GARBAGE\r\n\r\n',
  'control character in the target': get('/x"y\x01'),
}

const access = {
  name: 'log: access lines with all directives',
  app,
  arguments: [
    '--access-log',
    '--access-log-format',
    directives,
    '--url-alias',
    '/static',
    '{folder}/static',
  ],
  files: { 'static/file.txt': 'a file\n' },
  probes: {
    ...Object.fromEntries(
      Object.entries(requests).map(([name, request]) => [
        name,
        async site => (await accessLines(site, request)).map(line => pageSizes(line)),
      ]),
    ),
    'three on one connection': site =>
      accessLines(site, `${'GET /a HTTP/1.1\r\nHost: a.example:8\r\n\r\n'.repeat(2)}${get('/b')}`, {
        count: 3,
      }),
  },
}

function pageSizes(line) {
  return / ct=text\/html /.test(line) ? pages(line) : line
}

const sizes = {
  name: 'log: bytes on the connection',
  app,
  arguments: ['--access-log', '--access-log-format', '%I %O %S %b %B %s'],
  probes: {
    get: site => accessLines(site, get('/a')),
    'with a body': site =>
      accessLines(site, get('/body', 'Content-Length: 5\r\n', { method: 'POST', body: 'hello' })),
    head: site => accessLines(site, get('/a', '', { method: 'HEAD' })),
    large: site => accessLines(site, get('/large')),
    pipelined: site =>
      // Apache counts two bytes too many of the second request.
      accessLines(site, `GET /first HTTP/1.1\r\nHost: a\r\n\r\n${get('/b')}`, { count: 2 }).then(
        found => found.map(line => line.split(' ').slice(1, 2)),
      ),
  },
}

const times = {
  name: 'log: times and numbers of an access line',
  app,
  arguments: [
    '--access-log',
    '--access-log-format',
    '%{sec}t|%{msec}t|%{usec}t|%{msec_frac}t|%{usec_frac}t|%{begin:sec}t|%{end:usec}t|%{secs}t|%{odd}T|%{odd}P|%D|%T|%{s}T|%{ms}T|%{us}T|%P|%{tid}P|%{hextid}P|%{remote}p|%L|%{%Y-%m-%d %H:%M:%S %z}t|%{end:%Y}t|%{begin:}t|%{}t',
  ],
  probes: {
    shapes: async site =>
      (await accessLines(site, get('/a'))).map(line =>
        line
          .split('|')
          .map((text, at) =>
            [0, 1, 2, 3, 4, 5, 6, 20, 21].includes(at) ? text.replace(/\d/g, '9') : text,
          )
          // The identity of the thread may be short.
          .map((text, at) => (at === 17 ? text.replace(/^[0-9a-f]+$/, '(number)') : text))
          .map(text => text.replace(/^\d+$/, '(number)').replace(/^[0-9a-f]{4,}$/, '(number)'))
          .map(text => text.replace(/^[\w+/]{11}$/, '(identity)'))
          .join('|')
          .replace('(number)|(identity)|', '(number)|(identity)|'),
      ),
  },
}

const identity = {
  name: 'log: the identity of a request',
  app,
  arguments: [
    '--access-log',
    '--access-log-format',
    '%L %{mod_wsgi.request_id}e',
    '--error-log-format',
    '%L %M',
  ],
  probes: {
    'is the same in the environ, the access log and the error log': async site => {
      await exchange(site, get('/say?print'))
      const [, inError] = await site.server.logged(/^(\S+) .*printed$/m)
      const [, inAccess, inEnviron] = await site.server.logged(/^(\S+) (\S+)$/m, 'access_log')
      return [inError.length, inError === inAccess, inAccess === inEnviron]
    },
  },
}

/** Formats of which one line is enough: [format, request]. */
const formats = {
  'no format': null,
  common: 'common',
  combined: 'combined',
  empty: '',
  'text without directives': 'nothing at all "quoted" \\t \\n end',
  'only these statuses': '%404,500{X-A}i %200s %!404s %!200,404s',
  'both sides': '%<s %>s %<U %>U %>r %<r',
  'time as a table': '%{%a %A %b %B %j %y %Z %D %F %R %n %% %Q %E}t',
  'commas and repeated marks': '%,s %<>s %!!200s %{a}{X-A}i',
}

/** What `%a %A %b %B %j %y %Z` makes of a time. */
function dayInWords(date) {
  const word = options => date.toLocaleString('en-US', options)
  const day = Math.round((dayAlone(date) - Date.UTC(date.getFullYear(), 0, 0)) / 86_400_000)
  return [
    word({ weekday: 'short' }),
    word({ weekday: 'long' }),
    word({ month: 'short' }),
    word({ month: 'long' }),
    String(day).padStart(3, '0'),
    String(date.getFullYear()).slice(2),
    word({ timeZoneName: 'short' }).split(' ').at(-1),
  ].join(' ')
}

function dayAlone(date) {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
}

const oneLine = {
  name: 'log: formats of access lines',
  app,
  starts: false,
  probes: Object.fromEntries(
    Object.entries(formats).map(([name, format]) => [
      name,
      async site => {
        const more = format === null ? [] : ['--access-log-format', format]
        await site.start({ more: ['--access-log', ...more] })
        const fields = 'X-A: a\r\nReferer: http://r/\r\nUser-Agent: agent "x"\r\n'
        const found = await accessLines(site, get('/redirect?a', fields))
        return found.map(line =>
          line
            .replace(dayInWords(new Date()), '(today)')
            .replace(/\b\d\d\/\d\d\/\d\d\b|\d\d:\d\d|\b\d{4}-\d\d-\d\d/g, '(time)'),
        )
      },
    ]),
  ),
}

const refusedFormats = {
  'access: unknown directive': ['--access-log', '--access-log-format', '%Z'],
  'access: ends early': ['--access-log', '--access-log-format', '%{x'],
  'access: unknown directive without an access log': ['--access-log-format', '%Z'],
  'access: only Apache with TLS': ['--access-log', '--access-log-format', '%{x}x'],
  'access: unknown long directive': ['--access-log', '--access-log-format', '%^xx'],
  'error: unknown directive': ['--error-log-format', '%Z %M'],
  'error: ends early': ['--error-log-format', '%M %{x'],
  'error: no message': ['--error-log-format', '%t %m'],
  'error: required field': ['--error-log-format', '%+a %M'],
  'error: directive of the access log': ['--error-log-format', '%h %M'],
  'level: unknown word': ['--log-level', 'loud'],
  'level: unknown word for a module': ['--log-level', 'info wsgi:loud'],
  'directory: two levels missing': ['--log-directory', '{folder}/not/there'],
  'name: in a folder that is missing': ['--access-log', '--access-log-name', 'not/there'],
}

const refused = {
  name: 'log: what is refused',
  app,
  starts: false,
  probes: Object.fromEntries(
    Object.entries(refusedFormats).map(([name, more]) => [
      name,
      async site => {
        const server = await site.start({ more, listens: false })
        const listens = await Promise.race([
          server.listening().then(() => true),
          server.exited.then(() => false),
        ]).catch(() => false)
        return listens ? 'starts' : 'refused'
      },
    ]),
  ),
}

const errorFormats = {
  'all that is told': '%m|%l|%a|%{c}a|%v|%k|%M',
  'nothing to tell': 'e=%{HOME}e E=%E i=%{X}i n=%{x}n C=%{C}L x=%m %M',
  'a hyphen for nothing': '%-{HOME}e %-E %-{X}i %-{x}n %-{C}L %M',
  'fields disappear': 'a  %E  b %M',
  'parts of fields': 'a%Eb c%E%M d',
  'fields without a blank': '[%l] [client\\ %a] %M% ,\\ referer\\ %{Referer}i',
  severity: '8=%8m 1=%1m 3=%3m 4=%4m %M',
  escapes: 'q a\\tb\\nc\\q d\\ e\\\\f x%% y%% % z %M',
  'quotes and letters': 'é "q" %M',
  times: '%t / %{u}t / %{c}t / %{cu}t / %{odd}t %M',
  blanks: '  %M  ',
  empty: '',
}

const errorLines = {
  name: 'log: formats of error lines',
  app,
  starts: false,
  probes: Object.fromEntries(
    Object.entries(errorFormats).map(([name, format]) => [
      name,
      async site => {
        await site.start({ more: ['--error-log-format', format] })
        await site.server.logged(/printed at import/)
        const seen = await said(site, '/say?print')
        // A line that is cut does not keep what follows the message.
        const long = format.endsWith(' d') ? [] : await said(site, '/say?long')
        return [...seen, ...long].filter(line => !line.includes('import'))
      },
    ]),
  ),
}

const levels = {
  name: 'log: levels',
  app,
  starts: false,
  probes: Object.fromEntries(
    [
      'crit',
      'error',
      'WARN',
      'wsgi:crit',
      'crit wsgi:error',
      'error wsgi_module:alert',
      'emerg mod_wsgi.c:warn',
      'error core:crit',
    ].map(level => [
      level,
      async site => {
        await site.start({ more: ['--log-level', level] })
        await exchange(site, get('/say?print'))
        await exchange(site, get('/say?error'))
        await site.stop()
        return linesOf(site.server.file())
      },
    ]),
  ),
}

/** The log files of a folder, without the times in their names. */
function filesOf(folder) {
  return readdirSync(folder)
    .filter(name => /log|err|acc|start/.test(name))
    .map(name => name.replace(/\d{4}-\d\d-\d\d-\d\d_\d\d_\d\d/, '(time)'))
    .sort()
}

function modeOf(path) {
  return (statSync(path).mode & 0o777).toString(8)
}

async function usedSite(site, more) {
  await site.start({ more })
  await exchange(site, get('/say?print'))
  await site.stop()
  return site.server
}

const files = {
  name: 'log: files',
  app,
  starts: false,
  files: {
    'job.py': 'import signal\nprint("job runs")\nsignal.pause()\n',
    'rotate.sh': `
for argument in "$@"; do list="$list|$(basename "$argument")"; done
out=$(dirname "$3")/taken
echo "arguments: $list" >>"$out"
while IFS= read -r line; do echo "$line" >>"$out"; done
`,
  },
  probes: {
    'no access log': async site => filesOf((await usedSite(site, [])).serverRoot),
    'all of them': async site => {
      const { serverRoot } = await usedSite(site, ['--access-log', '--startup-log'])
      return filesOf(serverRoot).map(name => [name, modeOf(join(serverRoot, name))])
    },
    'the startup log stays empty': async site =>
      (await usedSite(site, ['--startup-log'])).file('startup_log'),
    'own names': async site => {
      const names = [
        '--access-log-name',
        'acc',
        '--error-log-name',
        'err',
        '--startup-log-name',
        'start',
      ]
      const server = await usedSite(site, ['--access-log', '--startup-log', ...names])
      return [filesOf(server.serverRoot), linesOf(server.file('err')), server.file('acc').length]
    },
    'an absolute name': async site => {
      const path = await site.write('absolute_log', '')
      const server = await usedSite(site, ['--error-log-name', path])
      return [filesOf(server.serverRoot), linesOf(readFileSync(path, 'utf8'))]
    },
    'a directory that is missing': async site => {
      const folder = site.path('logs')
      const server = await usedSite(site, ['--log-directory', folder, '--access-log'])
      return [filesOf(server.serverRoot), filesOf(folder), modeOf(folder)]
    },
    'a relative directory': async site => {
      const server = await usedSite(site, ['--log-directory', 'relative'])
      return [filesOf(server.serverRoot), filesOf(site.path('relative'))]
    },
    'a second run appends': async site => {
      const arguments_ = ['--log-directory', site.path('again')]
      await usedSite(site, arguments_)
      await usedSite(site, arguments_)
      return linesOf(readFileSync(site.path('again', 'error_log'), 'utf8')).length
    },
    'on the terminal': async site => {
      const server = await site.start({
        more: ['--log-to-terminal', '--access-log', '--startup-log'],
      })
      await exchange(site, get('/say?print'))
      const end = Date.now() + 10_000
      while (!server.stdout.includes('"GET') && Date.now() < end) await pause(20)
      await site.stop()
      return {
        files: filesOf(server.serverRoot),
        // The real tool takes a pipe to tee where it cannot open the device.
        errors: linesOf(server.stderr + server.stdout).filter(line => line.includes('wsgi:error')),
        access: server.stdout
          .split('\n')
          .filter(line => line.includes('"GET'))
          .map(normalAccess),
      }
    },
    'a directory wins over the terminal': async site => {
      const folder = site.path('wins')
      const server = await usedSite(site, ['--log-to-terminal', '--log-directory', folder])
      return [filesOf(folder), server.stderr.includes('printed')]
    },
    'rotated names': async site => {
      const { serverRoot } = await site.start({
        more: ['--rotate-logs', '--access-log', '--startup-log'],
      })
      await exchange(site, get('/say?print'))
      const end = Date.now() + 10_000
      while (filesOf(serverRoot).length < 3 && Date.now() < end) await pause(20)
      return filesOf(serverRoot)
    },
    'rotation does not reach the terminal': async site =>
      filesOf((await usedSite(site, ['--rotate-logs', '--log-to-terminal'])).serverRoot),
    'a size limit without rotation': async site =>
      filesOf((await usedSite(site, ['--max-log-size', '0'])).serverRoot),
    'a program that rotates': async site => {
      const program = `/bin/sh ${site.path('rotate.sh')} -l 'two words'`
      const folder = site.path('rotated')
      await site.write('rotated/taken', '')
      await site.start({
        more: [
          ...['--rotate-logs', '--rotatelogs-executable', program, '--max-log-size', '7'],
          ...['--access-log', '--log-directory', folder],
          ...['--service-script', 'job', site.path('job.py'), '--service-log-file', 'job', 'job'],
        ],
      })
      await exchange(site, get('/say?print'))
      const taken = () => readFileSync(join(folder, 'taken'), 'utf8')
      const end = Date.now() + 10_000
      const all = [/ printed$/m, / job runs$/m, /"GET/]
      while (!all.every(pattern => pattern.test(taken())) && Date.now() < end) await pause(20)
      await site.stop()
      const lines = taken().trimEnd().split('\n')
      return [
        ...new Set(lines.filter(line => line.startsWith('arguments:')).sort()),
        ...linesOf(taken())
          .filter(line => / printed$| job runs$/.test(line))
          .sort(),
        ...lines.filter(line => line.includes('"GET')).map(normalAccess),
      ]
    },
    'a log of a service that rotates': async site => {
      const server = await site.start({
        more: [
          '--rotate-logs',
          ...[
            '--service-script',
            'job',
            site.path('job.py'),
            '--service-log-file',
            'job',
            'job_log',
          ],
        ],
      })
      const end = Date.now() + 10_000
      // Each file is there with its first line.
      const there = () =>
        ['job_log', 'error_log'].every(log =>
          filesOf(server.serverRoot).some(name => name.startsWith(log)),
        )
      while (!there() && Date.now() < end) await pause(20)
      return filesOf(server.serverRoot)
    },
    'a log of a service that does not exist': async site =>
      filesOf((await usedSite(site, ['--service-log-file', 'none', 'none_log'])).serverRoot),
    'a new file after the limit': async site => {
      const { serverRoot } = await site.start({ more: ['--rotate-logs', '--max-log-size', '1'] })
      const end = Date.now() + 15_000
      while (filesOf(serverRoot).length < 2 && Date.now() < end) {
        await exchange(site, get('/say?many'))
      }
      await site.stop()
      const [first] = readdirSync(serverRoot)
        .filter(name => name.startsWith('error_log'))
        .sort()
      return [filesOf(serverRoot).slice(0, 2), statSync(join(serverRoot, first)).size > 1024 * 1024]
    },
  },
}

export default [lines, access, sizes, times, identity, oneLine, refused, errorLines, levels, files]

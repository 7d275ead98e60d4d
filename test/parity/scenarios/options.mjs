/** Command lines: what is accepted, exit codes, the first line of errors, and what is printed at the start. */

import { banner as lineOf, where } from '../runner/command-line.mjs'

/** @typedef {import('../runner/run.mjs').Scenario} Scenario */
/** @typedef {import('../runner/run.mjs').Probe} Probe */

const script = 'mirror.py'

/** When a file was changed: long ago, so that validators of it are strong. */
const lastChange = new Date('2020-02-02T20:20:20Z')

/** The line that says what is wrong, without the name of the tool. */
function errorOf(stderr) {
  const line = stderr.split('\n').find(text => /^(mod_wsgi-express|modwsgi-dev): /.test(text))
  return line?.replace(/^\S+: (error: )?/, '') ?? ''
}

/** How it ends, and whether it printed what it is going to do. */
const outcome = ({ ended, stdout }) => ({ ended, printed: stdout !== '' })

/** @returns {Probe} with these arguments at the end of a line that is good */
const started = args => async site =>
  outcome(await site.run(['start-server', script, ...where, ...args]))

/** @returns {Probe} */
const firstLine = args => async site => {
  const { stderr } = await site.run(['start-server', script, ...where, ...args])
  return errorOf(stderr)
}

/** Rows of docs/differences.md. */
const refusedByApache = 'a value that Apache refuses'
const unusable = 'a value that mod_wsgi-express starts with and cannot use'
const quoted =
  'a value with a quotation mark, a line break or a blank that a generated file cannot hold'
const programs = '`--httpd-executable`, `--modules-directory` to nothing'
const usage = 'words of usage mistakes'
const help = '`--help`, `-h`, `--version` without a command'
const atTheStart = 'what is printed at the start'
const address = 'an address that cannot be listened on'

/** The same row for each of these probes. */
const rowFor = (row, ...probes) => Object.fromEntries(probes.map(probe => [probe, row]))

/** @returns {Probe} the whole command line, without anything more */
const alone = args => async site => {
  const { ended, stdout, stderr } = await site.run(args, { account: false })
  return { ended, out: stdout !== '', err: stderr !== '' }
}

const missing = [
  '--port',
  '--processes',
  '--host',
  '--log-level',
  '--url-alias',
  '--error-document',
  '--setenv',
  '--limit-request-body',
  '--document-root',
  '--mount-point',
  '--server-name',
  '--keep-alive-timeout',
  '--trust-proxy-header',
  '--application-type',
  '--python-path',
]

const numbers = [
  ...['x', '', '1.5', '-1', '0', '1e3', '0x10', ' 2', '2 ', '2x', '1_0', '99999999999'].map(
    value => ['--threads', value],
  ),
  ...['x', '0', '-1', '1.5', '2'].map(value => ['--processes', value]),
  ...['x', '-1', '0', '1.5', '1s'].map(value => ['--keep-alive-timeout', value]),
  ...['x', '-1', '0', '1.5', '1m'].map(value => ['--limit-request-body', value]),
  ...['x', '-1', '0', '1.5'].map(value => ['--request-timeout', value]),
  ...['x', '-1', '0'].map(value => ['--header-timeout', value]),
  ...['x', '-1', '0'].map(value => ['--maximum-requests', value]),
  ...['x', '-1', '0', '0.5'].map(value => ['--switch-interval', value]),
  ...['x', '-1', '70000'].map(value => ['--port', value]),
]

const job = ['--service-script', 'job', '{folder}/mirror.py']

/** Apache, or Python, refuses these when it starts. */
const apachesOwn = {
  'a log level that is none': ['--log-level', 'nonsense'],
  'a mapping of HEAD that is none': ['--map-head-to-get', 'maybe'],
  'a status that is none': ['--error-document', 'x', '/x'],
  'a status that is odd': ['--error-document', '999', '/x'],
  'a document root that is a file': ['--document-root', '{folder}/mirror.py'],
  'a server root that cannot be made': ['--server-root', '{folder}/missing-4/root'],
  'a server root that is a file': ['--server-root', '{folder}/mirror.py'],
  'an include file that is missing': ['--include-file', '{folder}/missing-6'],
  'a name of the server that is odd': ['--server-name', 'a b'],
  'a proxy that is none': ['--trust-proxy', 'nonsense'],
  'a callable that is empty': ['--callable-object', ''],
  'a user that is none': ['--user', 'nonsense'],
  'a group that is none': ['--group', 'nonsense'],
  'a document root that cannot be made': ['--document-root', '{folder}/missing-11/root'],
  'a name of the server with a port that is none': ['--server-name', 'a:x'],
  'a name of the server with a wildcard': ['--server-name', '*.example.org'],
  'a subnet that is too narrow': ['--trust-proxy', '10.0.0.0/33'],
  'a proxied server without scheme': ['--proxy-mount-point', '/api', 'localhost:3000'],
  'a proxied path with a blank': ['--proxy-mount-point', '/a b', 'http://127.0.0.1:3000/'],
  'a proxied host with a blank': ['--proxy-virtual-host', 'a b', 'http://127.0.0.1:3000/'],
  'an override that is none': ['--allow-override', 'nonsense'],
  'an empty error document': ['--error-document', '404', ''],
  'rewrite rules that are missing': ['--rewrite-rules', '{folder}/missing-12'],
  'a shell that is missing': ['--shell-executable', '{folder}/missing-13'],
  'kinds of Apache that are none': ['--server-mpm', 'EVENT', '--server-mpm', 'nonsense'],
  'a flag of telemetry that is none': ['--telemetry-options', 'nonsense'],
  'a certificate that is missing': [
    ...['--server-name', 'a.example', '--https-port', '1', '--ssl-certificate', '{folder}/x'],
  ],
  'a user that is a number': ['--user', '33'],
  'a user of a service that is none': [...job, '--service-user', 'job', 'nonsense'],
  'a group of a service that is none': [...job, '--service-group', 'job', 'nonsense'],
  'a service of root': [...job, '--service-user', 'job', 'root'],
  'a program for rotation that is missing': [
    ...['--rotate-logs', '--rotatelogs-executable', '{folder}/missing-17'],
  ],
  'an empty user': ['--user', ''],
  'an empty level': ['--log-level', ''],
  'an empty name of the error log': ['--error-log-name', ''],
  'an empty file of types': ['--mime-types', ''],
  'an empty alias': ['--url-alias', '', '{folder}'],
  'an empty variable': ['--setenv', '', 'x'],
  'an empty variable to pass': ['--passenv', ''],
  'an empty warning': ['--python-warnings', ''],
  'an empty extension': ['--add-handler', '', '{folder}/mirror.py'],
  'more seconds than there are': ['--request-timeout', '2147483648'],
  'more waiting requests than there are': ['--daemon-backlog', '2147483648'],
}

/** With these the original starts. */
const useless = {
  'an application type that is none': ['--application-type', 'nonsense'],
  'an authentication that is none': ['--auth-type', 'Nonsense'],
  'a working directory that is missing': ['--working-directory', '{folder}/missing-3'],
  'a port of HTTPS that is too large': ['--https-port', '70000'],
  'a negative rate': ['--body-min-rate', '-1'],
}

const withQuotes = {
  'a variable with a quotation mark': ['--setenv', 'NAME', "it's"],
  'a level between quotation marks': ['--python-warnings', "ignore:it's"],
  'a folder with a quotation mark': ['--python-path', "{folder}/it's"],
  'a variable with a line break': ['--setenv', 'NAME', 'a\nb'],
}

const programsOfApache = {
  'an Apache that is missing': ['--httpd-executable', '{folder}/missing-14'],
  'modules that are missing': ['--modules-directory', '{folder}/missing-15'],
}

const values = {
  ...apachesOwn,
  ...useless,
  ...withQuotes,
  ...programsOfApache,
  'an unknown option': ['--nonsense'],
  'an unknown option with a value': ['--nonsense=1'],
  'an unknown short option': ['-x'],
  'two unknown options': ['--nonsense', '--more-nonsense'],
  'an abbreviated option': ['--thr', '2'],
  'an abbreviated option with a value': ['--thr=2'],
  'an ambiguous option': ['--proc', '2'],
  'an option in upper case': ['--THREADS', '2'],
  'an option with an underscore': ['--log_level', 'info'],
  'an option with one dash': ['-threads', '2'],
  'a value after an equals sign': ['--threads=2'],
  'an empty value after an equals sign': ['--threads='],
  'a flag with a value': ['--chunked-request=yes'],
  'a flag with an empty value': ['--chunked-request='],
  'a flag twice': ['--chunked-request', '--chunked-request'],
  'an option twice': ['--threads', '2', '--threads', '3'],
  'a dash': ['-'],
  'two dashes': ['--'],
  'two dashes and an option': ['--', '--threads', 'x'],
  'a second script': ['other.py'],
  'an empty argument': [''],
  'a value that looks like an option': ['--server-name', '--threads'],
  'a log level in upper case': ['--log-level', 'INFO'],
  'a mapping of HEAD in upper case': ['--map-head-to-get', 'ON'],
  'a status of success': ['--error-document', '200', '/x'],
  'one argument of two': ['--url-alias', '/x'],
  'an alias without slash': ['--url-alias', 'x', '{folder}'],
  'an alias of a relative folder': ['--url-alias', '/x', 'mirror.py'],
  'an alias of nothing': ['--url-alias', '/x', '{folder}/missing-1'],
  'a document root that is missing': ['--document-root', '{folder}/missing-2'],
  'a python path that is missing': ['--python-path', '{folder}/missing-5'],
  'a port of HTTPS without a certificate': ['--https-port', '1'],
  'a certificate without HTTPS': ['--ssl-certificate', '{folder}/missing-7'],
  'a port of HTTPS that is none': ['--https-port', 'x'],
  'a script of users that is missing': ['--auth-user-script', '{folder}/missing-8.py'],
  'a script of access that is missing': ['--host-access-script', '{folder}/missing-9.py'],
  'a group without users': ['--auth-group', 'x'],
  'a handler without script': ['--add-handler', '.x'],
  'a handler that is missing': ['--add-handler', '.x', '{folder}/missing-10.py'],
  'a host that is none': ['--host', 'nonsense.invalid'],
  'a host that is empty': ['--host', ''],
  'a name of the server with a port': ['--server-name', 'a:80'],
  'a name of the server that is an address': ['--server-name', '127.0.0.1'],
  'a subnet by its mask': ['--trust-proxy', '10.0.0.0/255.0.0.0'],
  'the beginning of an address': ['--trust-proxy', '10.1'],
  'a proxied server behind a socket': ['--proxy-mount-point', '/api', 'unix:/x|http://h/'],
  'an alias whose folder is missing': ['--url-alias', '/x', '{folder}/missing-16/x'],
  'include files by a pattern that fits': ['--include-file', '{folder}/*.conf'],
  'an account of no service': ['--service-user', 'job', 'nonsense'],
  'a program for rotation without rotation': ['--rotatelogs-executable', '{folder}/missing-18'],
  'options that may be overridden': ['--allow-override', 'Options=Indexes AuthConfig'],
  'kinds of Apache, one of them known': ['--server-mpm', 'nonsense', '--server-mpm', 'event'],
  'an empty host name': ['--server-name', ''],
  'an empty name of the access log': ['--access-log-name', ''],
  'an empty folder of the log': ['--log-directory', ''],
  'an empty alias of the server': ['--server-alias', ''],
  'a body without limit': ['--limit-request-body', '99999999999'],
  'more seconds than Node can count': ['--socket-timeout', '2147484'],
  'a variable without value': ['--setenv', 'NAME'],
  'a proxy header that is none': ['--trust-proxy-header', 'nonsense'],
  'a locale that is none': ['--locale', 'nonsense'],
  'a folder of eggs': ['--python-eggs', '{folder}'],
  'debugging without debug mode': ['--enable-debugger'],
  'a mount point without slash': ['--mount-point', 'x'],
  'an empty mount point': ['--mount-point', ''],
  'an entry point and a script': ['--entry-point', '{folder}/mirror.py'],
}

const commandLines = {
  nothing: [],
  '--help': ['--help'],
  '-h': ['-h'],
  '--version': ['--version'],
  'an unknown command': ['nonsense'],
  'an option first': ['--threads', '2', 'start-server'],
  'start-server --help': ['start-server', '--help'],
  'start-server -h': ['start-server', '-h'],
  'start-server --version': ['start-server', '--version'],
  'start-server --help and nonsense': ['start-server', '--help', '--nonsense'],
  'start-server nonsense and --help': ['start-server', '--nonsense', '--help'],
  'setup-server --help': ['setup-server', '--help'],
  'a command in upper case': ['START-SERVER', '--help'],
}

/** @type {Scenario} */
const commands = {
  name: 'commands',
  starts: false,
  atOnce: 3,
  probes: Object.fromEntries(
    Object.entries(commandLines).map(([name, args]) => [name, alone(args)]),
  ),
  differs: rowFor(help, '--help', '-h', '--version'),
}

/** @type {Scenario} */
const bad = {
  name: 'options that are bad, or nearly',
  starts: false,
  files: { 'empty.conf': '' },
  atOnce: 3,
  probes: {
    ...Object.fromEntries(missing.map(name => [`no value: ${name}`, started([name])])),
    ...Object.fromEntries(
      numbers.map(([name, value]) => [`${name} ${JSON.stringify(value)}`, started([name, value])]),
    ),
    ...Object.fromEntries(Object.entries(values).map(([name, args]) => [name, started(args)])),
    'a script that is missing': async site =>
      outcome(await site.run(['start-server', 'missing.py', ...where])),
    'a folder as the script': async site =>
      outcome(await site.run(['start-server', '{folder}', ...where])),
    'no script': async site => outcome(await site.run(['start-server', ...where])),
  },
  differs: {
    ...rowFor(
      'a script that does not exist at start or set-up',
      'a script that is missing',
      'a script of users that is missing',
      'a script of access that is missing',
    ),
    'a host that is none': address,
    ...rowFor(
      refusedByApache,
      ...['"-1"', '"99999999999"'].map(value => `--threads ${value}`),
      ...[
        ...['--processes', '--keep-alive-timeout', '--limit-request-body', '--request-timeout'],
        ...['--maximum-requests', '--port'],
      ].map(name => `${name} "-1"`),
      '--port "70000"',
      ...Object.keys(apachesOwn),
    ),
    ...rowFor(unusable, '--threads "0"', '--header-timeout "-1"', ...Object.keys(useless)),
    ...rowFor(quoted, ...Object.keys(withQuotes)),
    ...rowFor(programs, ...Object.keys(programsOfApache)),
  },
}

/** @type {Scenario} */
const failing = {
  name: 'starts that fail',
  starts: false,
  probes: {
    'a callable that is missing': async site => {
      await site.start({ more: ['--callable-object', 'missing'] })
      return site.ask('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
    },
    'a port that is in use': async site => {
      await site.start()
      const { port } = site.server
      const args = ['start-server', script, ...where, '--port', String(port)]
      const seen = outcome(await site.run(args))
      return seen
    },
  },
  differs: {
    'a callable that is missing': 'a callable that is missing at start',
    'a port that is in use': address,
  },
}

/** @type {Scenario} */
const errors = {
  name: 'first lines of errors',
  starts: false,
  atOnce: 3,
  probes: {
    'an unknown option': firstLine(['--nonsense']),
    'an ambiguous option': firstLine(['--proc', '2']),
    'no value': firstLine(['--port']),
    'one value of two': firstLine(['--url-alias', '/x']),
    'a whole number': firstLine(['--threads', 'x']),
    'a fraction': firstLine(['--switch-interval', 'x']),
    'a choice': firstLine(['--application-type', 'nonsense']),
    'a flag with a value': firstLine(['--chunked-request=yes']),
  },
}
errors.differs = rowFor(usage, ...Object.keys(errors.probes))

/** @returns {Probe} what is printed before it listens, with these arguments */
const banner = (...args) => lineOf(['start-server', script, ...where, ...args])

/** @type {Scenario} */
const banners = {
  name: 'banners',
  starts: false,
  files: { rules: '', envvars: '' },
  atOnce: 3,
  probes: {
    plain: banner(),
    'processes and threads': banner('--processes', '2', '--threads', '3'),
    'one of each': banner('--processes', '1', '--threads', '1'),
    'a name': banner('--server-name', 'www.example.org'),
    'an access log': banner('--access-log'),
    'logs on the terminal': banner('--log-to-terminal', '--access-log'),
    'a log folder': banner('--log-directory', '{folder}', '--error-log-name', 'errors'),
    'a log level': banner('--log-level', 'info'),
    'time-outs': banner(
      ...['--request-timeout', '7', '--startup-timeout', '8', '--queue-timeout', '9'],
    ),
    'no time-outs': banner('--request-timeout', '0', '--startup-timeout', '0'),
    'a mount point': banner('--mount-point', '/app'),
    'a backlog': banner('--server-backlog', '20', '--daemon-backlog', '30'),
    'all interfaces': banner('--host', '0.0.0.0'),
    reloading: banner('--reload-on-changes'),
    'an interrupt time-out': banner('--interrupt-timeout', '4'),
    'one time-out of none': banner('--interrupt-timeout', '0', '--startup-timeout', '1'),
    'embedded mode': banner('--embedded-mode', '--threads', '2'),
    'debug mode': banner('--debug-mode', '--processes', '2'),
    'files that are given': banner(
      ...['--rewrite-rules', '{folder}/rules', '--envvars-script', '{folder}/envvars'],
    ),
    'a startup log': banner('--startup-log'),
    'static files only': lineOf([
      ...['start-server', '{folder}', ...where, '--application-type', 'static'],
    ]),
    'all labels': async site => {
      const { stdout } = await site.run(['start-server', script, ...where])
      return stdout.split('\n').map(line => line.split(' : ')[0].trim())
    },
  },
  differs: {
    'logs on the terminal': atTheStart,
    'all labels': atTheStart,
  },
}

/** One request, whose answer is compared. */
const get = target => site => site.ask(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`)

/** @type {Scenario} */
const aliases = {
  name: 'aliases of what does not exist',
  arguments: [
    ...['--url-alias', '/later', '{folder}/later'],
    ...['--url-alias', '/file', '{folder}/file.txt'],
    ...['--url-alias', '/deep', '{folder}/no/such/folder'],
    ...['--url-alias', '/slash/', '{folder}/slash/'],
    ...['--url-alias', '/broken', '{folder}/broken'],
    ...['--url-alias', '/there', '{folder}/there'],
    ...['--url-alias', '/below', '{folder}/there/none'],
  ],
  files: { 'there/a.txt': 'there' },
  links: { broken: 'nowhere' },
  probes: {
    'the alias': get('/later'),
    'the alias with a slash': get('/later/'),
    'a file': get('/later/a.txt'),
    'a file in a folder': get('/later/b/c.txt'),
    'an alias of a missing file': get('/file'),
    'an alias deep in what is missing': get('/deep/a.txt'),
    'an alias with a slash': get('/slash/a.txt'),
    'a broken link': get('/broken'),
    'a file below a broken link': get('/broken/a.txt'),
    'an alias that is there': get('/there/a.txt'),
    'a missing folder in one that is there': get('/below/a.txt'),
    'the application beside them': get('/x'),
    'a file, once the folder is there': async site => {
      await site.write('later/a.txt', 'at last', lastChange)
      return get('/later/a.txt')(site)
    },
    'the folder, once it is there': get('/later'),
    'its listing, once it is there': get('/later/'),
    'a file that is there at last': async site => {
      await site.write('file.txt', 'at last', lastChange)
      return get('/file')(site)
    },
    'a file in a folder that was deep in what was missing': async site => {
      await site.write('no/such/folder/a.txt', 'at last', lastChange)
      return get('/deep/a.txt')(site)
    },
    'a link that leads somewhere at last': async site => {
      await site.write('nowhere', 'at last', lastChange)
      return get('/broken')(site)
    },
  },
}

export default [commands, bad, failing, errors, banners, aliases]

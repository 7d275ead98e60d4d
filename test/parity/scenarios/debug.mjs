/** Debug mode and its tools, embedded mode, and the terminal of the debugger. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const get = path => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
const post = (path, body) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const labels =
  /^(Error Log File|\w+ Output|Operating Mode|Request Capacity|\w+ Timeout|Queue Backlog|Server Backlog|Locale Setting) *:/

/** Lines of the start that both tools print; the last of them closes what mod_wsgi-express says. */
async function banner(site) {
  await site.server.said(/^Locale Setting/m)
  return site.server.stdout.split('\n').filter(line => labels.test(line))
}

/** What the application itself said on standard output. */
const printed = site =>
  (site.server.stdout.match(/app (?:is|prints|begins|ends|closes|exits).*/g) ?? []).join('|')

/** Lines of the application in the log, without what is in front of them. */
const logged = (site, pattern) => site.server.file().match(pattern) ?? []

/**
 * Ends it as Ctrl-C does. Not directly after a request: mod_wsgi-express now and then crashes then.
 */
async function interrupt(site, signal = 'SIGINT') {
  await pause(600)
  site.server.child.kill(signal)
  return site.server.exited
}

async function makeFolder(site, name) {
  await site.write(`${name}/.keep`, '')
  const { chmod } = await import('node:fs/promises')
  await chmod(site.path(name), 0o777)
}

const filesOf = (site, name) => readdirSync(site.path(name)).filter(file => file !== '.keep')

const shape = names => names.map(name => name.replaceAll(/\d+/g, 'N')).sort()

const answers = [
  '/',
  '/two',
  '/none',
  '/print',
  '/raise',
  '/iteration',
  '/first',
  '/close',
  '/close-fails',
  '/exit',
  '/write',
]

const app = 'debugged.py'

const emptyRow = 'a response without any block in debug mode and embedded mode'
const brokenRow = 'a response that fails after its head in debug mode and embedded mode'

const plain = {
  name: 'debug mode',
  app,
  arguments: ['--debug-mode'],
  probes: {
    'what the application sees': site => site.tell('/tell'),
    'the banner': banner,
    ...Object.fromEntries(answers.map(path => [`answer: ${path}`, site => site.ask(get(path))])),
    'a request body': site => site.ask(post('/body', 'sent')),
    'a streamed request body': site =>
      site.ask(
        'POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsent\r\n0\r\n\r\n',
      ),
    'what goes to the log': async site => logged(site, /app (?:loads|errs|is loaded|prints)/g),
    'exceptions in the log': async site =>
      logged(site, /(?:Value|Key|Lookup)Error: .*|(?<=for )main interpreter.*/g),
    'one request at a time': async site => {
      await Promise.all([1, 2, 3].map(() => site.ask(get('/slow'))))
      return logged(site, /app (?:begins|ends)/g)
    },
    'a changed script': async site => {
      const text = readFileSync(site.path(app), 'utf8')
      await site.write(app, `${text}\nraise SystemExit\n`, new Date(Date.now() - 5000))
      const seen = await site.ask(get('/after'))
      await site.write(app, text)
      return seen
    },
    'the process': async site => (await site.tell('/pid')) === site.server.pid,
    // Python keeps what is printed, where standard output is no terminal.
    'what goes to standard output, at the end': async site => [
      await interrupt(site),
      printed(site),
    ],
    'SIGHUP is no reload': async site => {
      await site.start()
      const before = await site.tell('/pid')
      site.server.child.kill('SIGHUP')
      await pause(300)
      return before === (await site.tell('/pid'))
    },
    'its end by the application': async site => {
      await site.start()
      await begin(site, '/die')
      return site.server.exited
    },
    'its end by SIGTERM': async site => {
      await site.start()
      await site.ask(get('/'))
      return [await interrupt(site, 'SIGTERM'), printed(site)]
    },
  },
  differs: {
    'the process': 'the process of the application in debug mode',
    'answer: /none': emptyRow,
    'answer: /first': brokenRow,
  },
}

const forced = {
  name: 'debug mode with options against it',
  app,
  arguments: [
    ...['--debug-mode', '--processes', '3', '--threads', '2', '--maximum-requests', '1'],
    ...['--reload-on-changes', '--process-group', 'mine', '--request-timeout', '1'],
  ],
  probes: {
    'what the application sees': site => site.tell('/tell'),
    'the banner': banner,
    'the same process': async site => {
      const first = await site.tell('/pid')
      return first === (await site.tell('/pid'))
    },
  },
}

const environs = {
  name: 'environ in debug mode',
  arguments: ['--debug-mode', '--setenv', 'NAME', 'value', '--mount-point', '/app'],
  probes: {
    'plain GET': async site => {
      const environ = await site.tell('/app/environ?q')
      delete environ['apache.version']
      for (const key of [
        'mod_wsgi.request_id',
        'mod_wsgi.request_start',
        'REMOTE_PORT',
        'mod_wsgi.application_start',
        'mod_wsgi.server_pid',
      ])
        environ[key] = typeof environ[key]
      return environ
    },
  },
}

/** What starts with one more option: banner, environment, and a folder in the server root. */
const toolProbes = (option, folder, more = []) => ({
  [`${option}: at the start`]: async site => {
    await makeFolder(site, 'first')
    await site.start({ more: [option, ...more] })
    const { flags, path } = await site.tell('/tell')
    return { banner: await banner(site), flags, path }
  },
  [`${option}: its directory`]: async site => {
    await site.start({
      more: [option, ...more.filter(text => !text.endsWith('/first'))],
      listens: false,
    })
    await site.server.said(/^Locale Setting/m)
    return statSync(join(site.server.serverRoot, folder)).isDirectory()
  },
})

const stub = `
import os
class coverage:
    def __init__(self):
        print("app is covered")
    def start(self):
        print("app begins")
    def stop(self):
        print("app ends")
    def html_report(self, directory):
        with open(os.path.join(directory, "index.html"), "w") as file:
            file.write("report")
Coverage = coverage
`

/** The files of one recorded request by kind; of a traceback its last line. */
function recording(site, folder, number) {
  const names = filesOf(site, folder).filter(name => name.includes(`-${number}.`))
  return Object.fromEntries(
    names.sort().map(name => {
      const kind = name.slice(name.lastIndexOf('.') + 1)
      const text = readFileSync(site.path(folder, name), 'latin1')
      if (kind === 'iheaders')
        return [
          kind,
          text.match(/(?<=^[ {])'[\w.]+'(?=:)/gm).filter(key => key !== "'apache.version'"),
        ]
      if (kind.endsWith('except')) return [kind, text.trim().split('\n').at(-1)]
      return [kind, text]
    }),
  )
}

const recorded = ['/', '/two', '/none', '/raise', '/first', '/close-fails', '/body']

const tools = {
  name: 'tools of debug mode',
  app,
  starts: false,
  files: { 'stub/coverage.py': stub },
  probes: {
    ...toolProbes('--enable-profiler', 'pstats'),
    ...toolProbes('--enable-recorder', 'archive', ['--recorder-directory', '{folder}/first']),
    ...toolProbes('--enable-coverage', 'htmlcov', ['--python-path', '{folder}/stub']),
    '--enable-debugger: at the start': async site => {
      await site.start({ more: ['--enable-debugger'] })
      return { banner: await banner(site), flags: (await site.tell('/tell')).flags }
    },
    'the debugger without a terminal': site => site.ask(get('/raise')),
    'the prompt at the end of the input': async site => {
      await interrupt(site)
      return /^> .*\n-> .*\n\(Pdb\) \n/m.exec(site.server.stdout)?.[0]
    },
    'a profile': async site => {
      await makeFolder(site, 'profile')
      await site.start({ more: ['--enable-profiler', '--profiler-directory', '{folder}/profile'] })
      await site.ask(get('/'))
      const before = shape(filesOf(site, 'profile'))
      await interrupt(site)
      const files = filesOf(site, 'profile')
      const text = readFileSync(site.path('profile', files[0]), 'latin1')
      return { before, after: shape(files), load: text.includes(site.path(app)) }
    },
    'a coverage report': async site => {
      await makeFolder(site, 'report')
      const more = [
        '--enable-coverage',
        '--coverage-directory',
        '{folder}/report',
        '--python-path',
        '{folder}/stub',
      ]
      await site.start({ more })
      await site.ask(get('/'))
      await interrupt(site)
      return { printed: printed(site), files: filesOf(site, 'report') }
    },
    'coverage without the package': async site => {
      await site.start({ more: ['--enable-coverage', '--setenv', 'A', 'b'] })
      const response = await site.ask(get('/'))
      return [response, logged(site, /(?:Module|Import)\w*Error: .*/)]
    },
    ...Object.fromEntries(
      recorded.map((path, index) => [
        `a recording: ${path}`,
        async site => {
          if (index === 0) {
            await makeFolder(site, 'archive')
            await site.start({
              more: ['--enable-recorder', '--recorder-directory', '{folder}/archive'],
            })
          }
          const response = await site.ask(path === '/body' ? post(path, 'sent') : get(path))
          return { response, files: recording(site, 'archive', index + 1) }
        },
      ]),
    ),
    'names of recordings': async site => shape(filesOf(site, 'archive')).slice(0, 7),
    'write() while it is recorded': site => site.ask(get('/write')),
  },
  differs: {
    'write() while it is recorded': '`write()` of `start_response` with `--enable-recorder`',
    'a recording: /none': emptyRow,
    'a recording: /first': brokenRow,
    'a recording: /close-fails': brokenRow,
  },
}

const prompt = /\(Pdb\) $/

/** Types a line at the prompt and gives what is shown up to the next one, with the line. */
async function command(site, line) {
  site.server.type(`${line}\n`)
  return site.server.shown(prompt)
}

/** A request whose answer is waited for later. */
const begin = (site, path) => site.ask(get(path)).catch(error => String(error))

const terminal = {
  name: 'the debugger on a terminal',
  app,
  terminal: true,
  arguments: ['--enable-debugger'],
  // Neither colours nor what a line editor draws.
  env: { TERM: 'dumb', PYTHON_COLORS: '0', PYTHON_BASIC_REPL: '1' },
  probes: {
    'what the application sees': site => site.tell('/tell'),
    'an exception of the call': async site => {
      const answer = begin(site, '/raise')
      const shown = await site.server.shown(prompt)
      const typed = [await command(site, 'p local'), await command(site, 'p environ["PATH_INFO"]')]
      site.server.type('c\n')
      return { shown: shown.slice(shown.indexOf('>')), typed, answer: await answer }
    },
    'an exception of the iteration': async site => {
      const answer = begin(site, '/first')
      const shown = await site.server.shown(prompt)
      const typed = await command(site, 'p first')
      site.server.type('q\n')
      return { shown: shown.slice(shown.indexOf('>')), typed, answer: await answer }
    },
    'an exception of close()': async site => {
      const answer = begin(site, '/close-fails')
      const shown = await site.server.shown(prompt)
      site.server.type('c\n')
      return { shown: shown.slice(shown.indexOf('>')), answer: await answer }
    },
    'the end of the input at the prompt': async site => {
      const answer = begin(site, '/raise')
      await site.server.shown(prompt)
      site.server.type('\x04')
      return answer
    },
    'SystemExit has no prompt': site => site.ask(get('/exit')),
    'pdb.set_trace() in the application': async site => {
      const answer = begin(site, '/break')
      await site.server.shown(prompt)
      const typed = [await command(site, 'p local'), await command(site, '!local = "typed"')]
      site.server.type('c\n')
      return { typed, answer: await answer }
    },
    'input() in the application': async site => {
      const answer = begin(site, '/input')
      const shown = await site.server.shown(/app asks: $/)
      site.server.type('typed\n')
      return { shown: shown.slice(shown.indexOf('app asks')), answer: await answer }
    },
    'a request waits while another is at the prompt': async site => {
      const first = begin(site, '/raise')
      await site.server.shown(prompt)
      const second = begin(site, '/second')
      site.server.type('c\n')
      return [await first, await second]
    },
    'Ctrl-C': async site => {
      await pause(600)
      site.server.type('\x03')
      await site.server.shown(/app exits/)
      return site.server.exited
    },
    'Ctrl-C at the prompt': async site => {
      await site.start()
      const answer = begin(site, '/raise')
      await site.server.shown(prompt)
      site.server.type('\x03')
      const typed = await command(site, 'p local')
      site.server.type('c\n')
      await site.server.shown(/app exits/)
      await answer
      return { typed, exit: await site.server.exited }
    },
    'the answer after Ctrl-C at the prompt': async site => {
      await site.start()
      const answer = begin(site, '/raise')
      await site.server.shown(prompt)
      site.server.type('\x03')
      await command(site, 'p local')
      site.server.type('c\n')
      const seen = await answer
      return seen
    },
  },
  differs: {
    'an exception of the iteration': brokenRow,
    'the answer after Ctrl-C at the prompt': 'Ctrl-C, SIGTERM',
  },
}

const startup = {
  name: 'the debugger at the start',
  app,
  terminal: true,
  starts: false,
  arguments: ['--enable-debugger', '--debugger-startup'],
  env: terminal.env,
  probes: {
    'the prompt': async site => {
      await site.start({ listens: false })
      const shown = await site.server.shown(prompt)
      return { loaded: shown.includes('app is loaded'), typed: await command(site, 'p 6 * 7') }
    },
    'a request before it is left': async site => {
      const answer = begin(site, '/')
      site.server.type('c\n')
      return answer
    },
    'a request after it': site => site.ask(get('/raise-not')),
    'quit: the next request loads again': async site => {
      await site.start({ listens: false })
      await site.server.shown(prompt)
      const answer = begin(site, '/')
      site.server.type('q\n')
      const shown = await site.server.shown(prompt)
      site.server.type('c\n')
      return { loaded: shown.includes('app is loaded'), answer: await answer }
    },
    'without --enable-debugger': async site => {
      const server = await site.start({ listens: false, instead: ['--debugger-startup'] })
      return (await server.exited).code !== 0
    },
    'Ctrl-C at the prompt': async site => {
      await site.start({ listens: false })
      await site.server.shown(prompt)
      site.server.type('\x03')
      return (
        (await Promise.race([site.server.exited, pause(1000)]))?.code ??
        'waits for the prompt to be left'
      )
    },
  },
  differs: { 'Ctrl-C at the prompt': 'Ctrl-C at the prompt of `--debugger-startup`' },
}

const embedded = {
  name: 'embedded mode',
  app,
  arguments: ['--embedded-mode', '--processes', '2', '--threads', '3', '--reload-on-changes'],
  probes: {
    'what the application sees': async site => {
      const seen = await site.tell('/tell')
      delete seen.environ['mod_wsgi.thread_id'] // any of the threads
      return seen
    },
    'the banner': banner,
    ...Object.fromEntries(
      ['/', '/two', '/raise', '/first'].map(path => [
        `answer: ${path}`,
        site => site.ask(get(path)),
      ]),
    ),
    'a changed script': async site => {
      const before = readFileSync(site.path(app), 'utf8')
      await site.write(app, 'raise SystemExit', new Date(Date.now() - 5000))
      const seen = await site.ask(get('/after'))
      await site.write(app, before)
      return seen
    },
    'without options': async site => {
      await site.start({ instead: ['--embedded-mode'] })
      const { environ, module, flags, path } = await site.tell('/tell')
      delete environ['mod_wsgi.thread_id']
      return { environ, module, flags, path, banner: await banner(site) }
    },
  },
  differs: { 'answer: /first': brokenRow },
}

export default [plain, forced, environs, tools, terminal, startup, embedded]

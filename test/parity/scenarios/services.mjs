/** `--service-script`: processes beside the server. */
import { setTimeout as pause } from 'node:timers/promises'

const app = 'snippet.py'

const about = `
import json, os, signal, sys, threading
import mod_wsgi
def tell(**facts):
    print("SERVICE " + json.dumps(facts))
def name_of(handler):
    return getattr(handler, "__name__", handler)
names = ("TERM", "INT", "HUP", "USR1", "USR2", "ALRM")
tell(
    name=__name__,
    file=__file__,
    package=__package__,
    names=sorted(set(n for n in globals() if n.startswith("__")) - {"__warningregistry__", "__annotations__"}),
    in_modules=sys.modules[__name__].__dict__ is globals(),
    argv=sys.argv,
    cwd=os.getcwd(),
    path0=sys.path[0],
    thread=[threading.current_thread() is threading.main_thread(), threading.current_thread().name],
    group=[mod_wsgi.process_group, mod_wsgi.application_group],
    numbers=[mod_wsgi.maximum_processes, mod_wsgi.threads_per_process],
    signals={n: str(name_of(signal.getsignal(getattr(signal, "SIG" + n)))) for n in names},
    express=[n for n in os.environ if n in ("MOD_WSGI_EXPRESS", "MOD_WSGI_SERVER_NAME", "MOD_WSGI_HTTP_PORT")],
    locale=[os.environ["LANG"], os.environ["LC_ALL"]],
    eggs=os.environ["PYTHON_EGG_CACHE"],
    title=open("/proc/self/cmdline").read().split("\\0")[0].strip(),
    stdin=sys.stdin.read(),
    metrics=[mod_wsgi.request_metrics(), mod_wsgi.process_metrics(), mod_wsgi.server_metrics()],
)
try:
    mod_wsgi.request_data()
except RuntimeError as error:
    tell(request_data=str(error))
print("SERVICE to stderr", file=sys.stderr)
signal.pause()
`

const who = `
import grp, json, os, pwd, signal
account = pwd.getpwuid(os.getuid())
print("SERVICE " + json.dumps({
    "user": account.pw_name,
    "group": grp.getgrgid(os.getgid()).gr_name,
    "groups": sorted(grp.getgrgid(number).gr_name for number in os.getgroups()),
    "home": os.environ.get("HOME") == account.pw_dir,
    "server": [os.environ["MOD_WSGI_USER"], os.environ["MOD_WSGI_GROUP"]],
}))
signal.pause()
`

const asRoot = process.getuid?.() === 0

/**
 * Who a service runs as with these options. Only root's server can start it as somebody else: the server of another
 * user is taken to have done so, where the service runs as that user.
 */
function account(user, group, ...options) {
  return async site => {
    await site.start({ more: service('who', ...options) })
    await site.server.logged(/SERVICE \{/)
    const seen = JSON.parse(said(site)[0])
    const [serverUser] = seen.server
    if (asRoot) return seen
    const server = ['www-data', 'www-data']
    return seen.user === serverUser ? { ...seen, user, group, groups: [group], server } : seen
  }
}

/** Scripts by their service, each with one thing to see. */
const scripts = {
  'about.py': about,
  'who.py': who,
  'handler.py': `
import signal, sys, time
def leave(number, frame):
    print("SERVICE handler of", number)
    sys.exit(0)
before = signal.signal(signal.SIGTERM, leave)
print("SERVICE before:", before.__name__, "installed:", signal.getsignal(signal.SIGTERM) is leave)
print("SERVICE INT before:", signal.signal(signal.SIGINT, leave))
import atexit
atexit.register(lambda: print("SERVICE exit function"))
while True:
    signal.pause()
`,
  'loop.py': `
import atexit, time
import mod_wsgi
atexit.register(lambda: print("SERVICE exit function"))
mod_wsgi.subscribe_shutdown(lambda *args, **fields: print("SERVICE subscriber"))
try:
    print("SERVICE begins")
    while True:
        time.sleep(60)
except BaseException as error:
    print("SERVICE got", type(error).__name__, error.args)
    raise
`,
  'ends.py': 'print("SERVICE run")\n',
  'raises.py': 'print("SERVICE run")\nraise KeyError("broken service")\n',
  'exits.py': 'import sys\nprint("SERVICE run")\nsys.exit(2)\n',
  'dies.py': 'import os\nprint("SERVICE run")\nos._exit(3)\n',
  'thread.py': `
import atexit, threading, time
atexit.register(lambda: print("SERVICE exit function"))
def work():
    time.sleep(0.3)
    print("SERVICE thread is through")
threading.Thread(target=work).start()
print("SERVICE script is through")
`,
}

/** What the service wrote so far, without prefixes. */
function said(site, name = 'error_log') {
  const lines = site.server.file(name).split('\n')
  return lines
    .filter(line => line.includes('SERVICE'))
    .map(line => line.replace(/^.*?SERVICE /, ''))
}

const service = (name, ...more) => ['--service-script', name, `${name}.py`, ...more]

/** Starts with one service, waits for a text of it, stops, and gives all that it said. */
function wholeLife(name, pattern, most = 20) {
  return async site => {
    await site.start({ more: service(name) })
    await site.server.logged(pattern)
    await site.stop()
    return said(site).slice(0, most)
  }
}

/** A service that ends is started again; twice is enough to see. */
const again = name => wholeLife(name, /SERVICE run[\s\S]*SERVICE run/, 2)

const services = {
  name: 'services',
  app,
  starts: false,
  files: scripts,
  probes: {
    'what it sees': async site => {
      await site.start({ more: service('about') })
      await site.server.logged(/SERVICE to stderr/)
      const [world, data, last] = said(site)
      const seen = JSON.parse(world)
      // The rest of the name is a digest of the path.
      return [{ ...seen, name: seen.name.replace(/[0-9a-f]{32}$/, '(digest)') }, data, last]
    },
    'its line in the log': async site =>
      site.server
        .file()
        .split('\n')
        .filter(line => line.includes('SERVICE to stderr'))
        .map(line => line.replace(/\[pid \d+:tid \d+\]/, '[pid]').replace(/^\[[^\]]*\]/, '[time]')),
    'a handler of its own': wholeLife('handler', /SERVICE INT before/),
    'the end of the server': wholeLife('loop', /SERVICE begins/),
    'a script that ends': again('ends'),
    'a script that exits': again('exits'),
    'a process that dies': again('dies'),
    'a script that raises': async site => {
      await site.start({ more: service('raises') })
      const [, text] = await site.server.logged(/(KeyError exception raised .*)/)
      await site.server.logged(/SERVICE run[\s\S]*SERVICE run/)
      await site.stop()
      return [text, said(site).slice(0, 2)]
    },
    'threads of the script': async site => {
      await site.start({ more: service('thread') })
      await site.server.logged(/SERVICE exit function/)
      return said(site).slice(0, 3)
    },
    'the application beside it': async site => {
      await site.start({ more: [...service('loop'), ...service('ends')] })
      return site.server.ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nresult = 1')
    },
    'a log of its own': async site => {
      await site.start({ more: service('loop', '--service-log-file', 'loop', 'loop.log') })
      await site.server.logged(/SERVICE begins/, 'loop.log')
      return [said(site), said(site, 'loop.log')]
    },
    'killed, it comes again': async site => {
      await site.start({ more: service('about') })
      await site.server.logged(/SERVICE to stderr/)
      const [, pid] = /pid (\d+):tid \d+\] SERVICE/.exec(site.server.file())
      process.kill(Number(pid), 'SIGKILL')
      await site.server.logged(/SERVICE to stderr[\s\S]*SERVICE to stderr/)
      return said(site).filter(line => line === 'to stderr').length
    },
    'its account': account('www-data', 'www-data'),
    'a user of its own': account('daemon', 'www-data', '--service-user', 'who', 'daemon'),
    'a group of its own': account('www-data', 'daemon', '--service-group', 'who', 'daemon'),
    'user and group of its own': account(
      ...['daemon', 'daemon'],
      ...['--service-user', 'who', 'daemon', '--service-group', 'who', 'daemon'],
    ),
    'a user by number': account('daemon', 'www-data', '--service-user', 'who', '#1'),
    'the last user counts': account(
      ...['daemon', 'www-data'],
      ...['--service-user', 'who', 'nobody', '--service-user', 'who', 'daemon'],
    ),
    'an account for a service that does not exist': account(
      ...['www-data', 'www-data'],
      ...['--service-user', 'other', 'no-such-user', '--service-group', 'other', 'no-such-group'],
    ),
    'a user of its own, killed, it comes again': async site => {
      await site.start({ more: service('who', '--service-user', 'who', 'daemon') })
      await site.server.logged(/SERVICE \{/)
      const [, pid] = /pid (\d+):tid \d+\] SERVICE/.exec(site.server.file())
      process.kill(Number(pid), 'SIGKILL')
      await site.server.logged(/SERVICE \{[\s\S]*SERVICE \{/)
      await site.stop()
      return [said(site).length, site.server.family().length]
    },
    'nothing of it is left': async site => {
      await site.start({ more: service('loop') })
      await site.server.logged(/SERVICE begins/)
      process.kill(site.server.pid, 'SIGTERM')
      await site.server.exited
      await pause(0)
      return site.server.family().length
    },
  },
}

export default [services]

/** What an application sees of its process: module, folders, streams, signals, environment, threads. */
import { readFileSync } from 'node:fs'
import { evaluate, snippet } from '../runner/snippet.mjs'

const app = 'snippet.py'

const process_ = {
  name: 'the process',
  app,
  env: { MARK: 'inherited', USER: 'somebody', LOGNAME: 'somebody', HOME: '/nowhere' },
  probes: {
    'while the script is loaded': snippet(`
      result = dict(IMPORT, pid=IMPORT["pid"] == os.getpid())`),
    'the module of the script': snippet(`
      result = [sys.modules["__wsgi__"].__dict__ is application.__globals__,
                application.__module__, __name__, sys.modules["__wsgi__"].__file__]`),
    'the module __main__': snippet(`
      main = vars(sys.modules["__main__"])
      # Python 3.14 has annotations nowhere before they are asked for.
      result = [sorted(set(main) - {"__annotations__"}), main["__name__"], repr(main["__doc__"]),
                main["__package__"], main["__spec__"], main["__builtins__"].__name__,
                main["__loader__"].__name__]`),
    'sys.argv': snippet('result = [sys.argv, getattr(sys, "orig_argv", [])]'),
    'current folder': snippet('result = os.getcwd()'),
    'sys.path': snippet(`
      here = os.getcwd()
      result = [sys.path[0] == here, sys.path.count(here), "" in sys.path,
                os.path.dirname(os.__file__) in sys.path]`),
    'sys.stdin': snippet(`
      result = [sys.stdin.name, sys.stdin.mode, sys.stdin.encoding.lower(), sys.stdin.closed,
                sys.stdin.isatty(), sys.stdin.fileno(), sys.stdin is sys.__stdin__,
                sys.stdin.read(), sys.stdin.readline(), sys.stdin.readlines(), sys.stdin.read(1)]`),
    'input()': snippet('result = input("? ")'),
    'descriptor 0': snippet('result = [os.read(0, 10).decode(), os.readlink("/proc/self/fd/0")]'),
    'sys.stdout and sys.stderr': snippet(`
      result = [[stream.name, stream.encoding, stream.errors, stream.line_buffering, stream.closed,
                 stream.isatty(), stream.readable(), stream.writable(), type(stream).__name__]
                for stream in (sys.stdout, sys.stderr)]`),
    'a descriptor of sys.stdout': snippet(`
      try:
          result = sys.stdout.fileno()
      except OSError as error:
          result = str(error)`),
    'descriptors of wsgi.errors': snippet(`
      result = []
      for stream in (environ["wsgi.errors"], environ["wsgi.errors"].buffer, sys.stderr.buffer):
          try:
              stream.fileno()
          except OSError as error:
              result.append(str(error))`),
    'names that dir() shows of the streams': snippet(`
      import io
      errors = environ["wsgi.errors"]
      def names(stream):
          return [name for name in dir(stream) if not name.startswith("__")]
      # Those of a text stream are not the same in all versions.
      result = [names(stream) for stream in (environ["wsgi.input"], errors.buffer, sys.stdout.buffer)]
      result += [sorted(set(names(stream)) ^ set(names(io.TextIOWrapper)))
                 for stream in (errors, sys.stdout)]`),
    'the streams that Python began with': snippet(`
      result = [sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__,
                sys.__stdout__.name, sys.__stderr__.name]`),
    umask: snippet(`
      result = os.umask(0)
      os.umask(result)`),
    locale: snippet(`
      import locale
      result = [locale.setlocale(locale.LC_ALL), locale.getlocale()[1],
                locale.getpreferredencoding(False).upper(), sys.getfilesystemencoding(),
                os.environ["LANG"], os.environ["LC_ALL"], sys.flags.utf8_mode
                if sys.version_info < (3, 15) else 0]`),
    'environment of the server': snippet(`
      result = {name: value for name, value in os.environ.items() if name.startswith("MOD_WSGI_")
                and name not in ("MOD_WSGI_USER", "MOD_WSGI_GROUP", "MOD_WSGI_MODULES_DIRECTORY")}`),
    'environment: the folder of the Apache modules': snippet(
      'result = "MOD_WSGI_MODULES_DIRECTORY" in os.environ',
    ),
    'environment: user and group': snippet(`
      import grp, pwd
      result = [os.environ["MOD_WSGI_USER"] == pwd.getpwuid(os.getuid()).pw_name,
                os.environ["MOD_WSGI_GROUP"] == grp.getgrgid(os.getgid()).gr_name]`),
    'environment: names of the account': snippet(`
      import pwd
      account = pwd.getpwuid(os.getuid())
      result = [os.environ["HOME"] == account.pw_dir, os.environ["USER"] == account.pw_name,
                os.environ["LOGNAME"] == account.pw_name, "USERNAME" in os.environ]`),
    'environment: eggs': snippet(`
      folder = os.environ["PYTHON_EGG_CACHE"]
      result = [folder, os.path.isdir(folder), os.access(folder, os.W_OK)]`),
    'environment: inherited': snippet(`
      result = [os.environ.get("MARK"), "PATH" in os.environ, "MARK" in environ, "PATH" in environ]`),
    'environment: nothing of ours': snippet(
      'result = [name for name in os.environ if name.startswith("MODWSGI_DEV")]',
    ),
    'environment of a child process': snippet(`
      import subprocess
      result = subprocess.check_output(["sh", "-c", "echo $MARK $MOD_WSGI_EXPRESS; cat"]).decode()`),
    'exit code and output of a child process': snippet(`
      import subprocess
      done = subprocess.run(["sh", "-c", "echo out; exit 3"], stdout=subprocess.PIPE)
      result = [done.returncode, done.stdout.decode()]`),
    'a forked child': snippet(`
      child = os.fork()
      if child == 0:
          os._exit(7)
      result = os.WEXITSTATUS(os.waitpid(child, 0)[1])`),
    'handlers of signals': snippet(`
      import signal
      names = ("TERM", "INT", "HUP", "USR1", "USR2", "XCPU", "CHLD", "PIPE", "QUIT", "ALRM", "WINCH", "XFSZ")
      handlers = [signal.getsignal(getattr(signal, "SIG" + name)) for name in names]
      result = [[name, None if handler is None else int(handler)] for name, handler in zip(names, handlers)]`),
    'signal.signal': snippet(`
      import signal
      def handler(*args): pass
      result = [[signal.signal(number, handler) is handler, signal.getsignal(number) is handler]
                for number in (signal.SIGTERM, signal.SIGUSR2, signal.SIGALRM)]`),
    'the thread of a request': snippet(`
      thread = threading.current_thread()
      result = [type(thread).__name__, thread.name.split("-")[0], thread.daemon,
                thread is threading.main_thread(), threading.main_thread().name,
                threading.main_thread().is_alive()]`),
    'a thread of the application': snippet(`
      seen = []
      thread = threading.Thread(target=lambda: seen.append(threading.current_thread().daemon))
      thread.start()
      thread.join()
      result = [thread.daemon, seen]`),
    'an event loop in a request': snippet(`
      import asyncio
      async def main():
          await asyncio.sleep(0)
          return "done"
      result = asyncio.run(main())`),
    'settings of the interpreter': snippet(`
      result = [sys.dont_write_bytecode, sys.warnoptions, sys._xoptions, sys.getswitchinterval(),
                sys.getrecursionlimit(), sys.flags.optimize, sys.flags.dev_mode,
                sys.flags.ignore_environment, sys.flags.no_site]`),
    'hooks of the interpreter': snippet(`
      result = [sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__,
                sys.unraisablehook is sys.__unraisablehook__, sys.gettrace(), sys.getprofile()]`),
    faulthandler: snippet(`
      import faulthandler
      result = faulthandler.is_enabled()`),
    'the process in listings': snippet(`
      with open("/proc/self/cmdline") as file:
          result = file.read().split("\\0")[0].strip().rpartition(":")[0]`),
    'exit in a request': async site => {
      const before = await evaluate(site, 'result = os.getpid()')
      const answer = await evaluate(site, 'sys.exit(3)')
      return [answer, before === (await evaluate(site, 'result = os.getpid()'))]
    },
  },
  differs: {
    'environment: the folder of the Apache modules': '`apache.version` in the environ',
    faulthandler: '`faulthandler` in the application',
  },
}

const oneThread = {
  name: 'one thread',
  app,
  arguments: ['--threads', '1'],
  probes: {
    'thread-local state is there in the next request': async site => {
      await evaluate(site, 'LOCAL.left = "by the first"')
      return evaluate(site, 'result = getattr(LOCAL, "left", None)')
    },
    'a context variable is there in the next request': async site => {
      await evaluate(
        site,
        `
        import contextvars
        STATE["variable"] = contextvars.ContextVar("variable", default="nothing")
        STATE["variable"].set("by the first")`,
      )
      return evaluate(site, 'result = STATE["variable"].get()')
    },
    'the same thread serves all': async site => {
      const ask = () => evaluate(site, 'result = threading.get_ident()')
      const first = await ask()
      return first === (await ask())
    },
    flags: snippet(
      'result = [environ["wsgi." + name] for name in ("multithread", "multiprocess", "run_once")]',
    ),
  },
}

/** Lines of the error log that the application wrote, without their prefixes. */
function said(site) {
  const lines = site.server.file().split('\n')
  return lines.filter(line => line.includes('said: ')).map(line => line.replace(/^.*said: /, ''))
}

const farewell = `
  import atexit, time
  atexit.register(lambda: print("said: exit function 1"))
  atexit.register(lambda: print("said: exit function 2"))
  def work():
      time.sleep(0.3)
      print("said: the thread is through")
  threading.Thread(target=work, daemon=False).start()
  import mod_wsgi
  mod_wsgi.subscribe_shutdown(lambda name, **fields: print("said:", name, fields))`

const end = {
  name: 'the end of the process',
  app,
  starts: false,
  probes: {
    'exit functions, threads and subscribers': async site => {
      await site.start()
      await evaluate(site, farewell)
      await site.stop()
      return said(site)
    },
    'with --orphan-interpreter': async site => {
      await site.start({ more: ['--orphan-interpreter'] })
      await evaluate(site, farewell)
      await site.stop()
      return said(site).filter(line => !line.includes('thread'))
    },
    SIGXCPU: async site => {
      await site.start()
      await evaluate(site, farewell)
      await evaluate(site, 'import signal; os.kill(os.getpid(), signal.SIGXCPU)')
      return (await site.server.logged(/said: (process_stopping .*)/))[1]
    },
  },
}

const options = {
  name: 'folders and names',
  app,
  arguments: [
    ...['--working-directory', '{folder}/work', '--python-path', '{folder}/lib'],
    ...['--python-path', '{folder}/more', '--python-warnings', 'ignore::UserWarning'],
    ...['--python-warnings', 'error::ResourceWarning', '--switch-interval', '0.02'],
    ...['--process-group', 'my group', '--application-group', 'sub', '--processes', '2'],
    ...['--python-eggs', '{folder}/eggs', '--process-name', 'a-name-of-ours'],
    ...['--server-name', 'site.example', '--server-alias', 'a.example', '--allow-localhost'],
    ...['--server-alias', 'b.example', '--reload-on-changes'],
  ],
  env: { PYTHONPATH: '/from/pythonpath' },
  files: {
    'work/here.txt': '',
    'lib/added.pth': '../further\nimport os; os.environ["FROM_PTH"] = "yes"\n',
    'lib/in_lib.py': '',
    'further/in_further.py': '',
    'more/in_more.py': '',
  },
  probes: {
    'current folder': snippet('result = [os.getcwd(), IMPORT["cwd"], IMPORT["file"]]'),
    'sys.path': snippet(`
      folder = os.path.dirname(os.getcwd())
      result = [entry for entry in sys.path if entry.startswith((folder, "/from"))]`),
    'modules from these folders': snippet(`
      import in_lib, in_further, in_more
      result = [in_lib.__file__, in_further.__file__, in_more.__file__]`),
    'a .pth file runs code': snippet('result = os.environ.get("FROM_PTH")'),
    warnings: snippet(`
      import warnings
      first = [(entry[0], entry[2].__name__) for entry in warnings.filters[:2]]
      result = [sys.warnoptions, first]`),
    'switch interval': snippet('result = sys.getswitchinterval()'),
    'names of process and application group': snippet(`
      import mod_wsgi
      result = [mod_wsgi.process_group, environ["mod_wsgi.process_group"],
                mod_wsgi.application_group, environ["mod_wsgi.application_group"],
                mod_wsgi.maximum_processes, mod_wsgi.threads_per_process,
                environ["wsgi.multiprocess"]]`),
    'the process in listings': snippet(`
      with open("/proc/self/cmdline") as file:
          result = file.read().split("\\0")[0].strip()`),
    'the server in listings': async site =>
      readFileSync(`/proc/${site.server.pid}/cmdline`, 'utf8').startsWith('a-name-of-ours'),
    environment: snippet(`
      result = [os.environ[name] for name in ("MOD_WSGI_WORKING_DIRECTORY", "MOD_WSGI_SERVER_NAME",
                "MOD_WSGI_SERVER_ALIASES", "MOD_WSGI_RELOADER_ENABLED", "PYTHON_EGG_CACHE")]`),
    'where an error happened, in the log': async site => {
      await evaluate(site, 'raise SystemExit')
      const line = await site.server.logged(
        /exception raised by WSGI script '.*' for (.*); ignored/,
      )
      return line[1]
    },
  },
}

const envvars = {
  name: 'envvars script',
  app,
  arguments: [
    ...['--envvars-script', 'vars.sh', '--passenv', 'FROM_SCRIPT', '--passenv', 'NOT_EXPORTED'],
  ],
  env: { BEFORE: 'before' },
  files: {
    'vars.sh': [
      'export FROM_SCRIPT="two words"',
      'NOT_EXPORTED=no',
      'export BEFORE="$BEFORE and after"',
      'export SEEN="$MOD_WSGI_SERVER_ROOT $MOD_WSGI_HTTP_PORT $LC_ALL"',
      'export LINES_OF="a\nb"',
      'unset MARK',
      '',
    ].join('\n'),
  },
  probes: {
    'what it exports': snippet(`
      result = {name: os.environ.get(name) for name in
                ("FROM_SCRIPT", "NOT_EXPORTED", "BEFORE", "SEEN", "LINES_OF", "MARK")}`),
    'in the environ': snippet(
      'result = {name: environ.get(name) for name in ("FROM_SCRIPT", "NOT_EXPORTED", "BEFORE")}',
    ),
  },
}

const envvarsOfRoot = {
  name: 'envvars of the server root',
  app,
  files: { 'root1/envvars': 'export FROM_ROOT=yes\n' },
  probes: { 'what it exports': snippet('result = os.environ.get("FROM_ROOT")') },
}

const entryPoints = {
  name: 'entry points',
  app: null,
  starts: false,
  files: {
    'site.py': 'WRONG = True',
    'package/__init__.py': '',
    'package/wsgi.py':
      'import json, sys\nclass Site:\n def __call__(self, environ, start_response):\n  start_response("200 OK", [])\n  return [json.dumps([__name__, __file__, "__wsgi__" in sys.modules, environ["mod_wsgi.callable_object"]]).encode()]\nsite = Site()\n',
    'from_paste.py':
      'import json\ndef factory(settings, **own):\n def application(environ, start_response):\n  start_response("200 OK", [])\n  return [json.dumps([settings["here"], own, __name__]).encode()]\n return application\n',
    'site.ini': '[app:main]\npaste.app_factory = from_paste:factory\nkey = value\n',
    'files/a.txt': 'a file',
    'odd name.wsgi':
      'import json\ndef run(environ, start_response):\n start_response("200 OK", [])\n return [json.dumps([__name__, __file__]).encode()]\n',
  },
  probes: {
    'a module and an object in it': async site => {
      const more = ['--application-type', 'module', '--callable-object', 'site']
      await site.start({ entry: ['package.wsgi'], more })
      return site.tell('/')
    },
    'a paste file': async site => {
      const more = ['--application-type', 'paste', '--python-path', '{folder}']
      await site.start({ entry: ['site.ini'], more })
      return site.tell('/')
    },
    'a folder of files': async site => {
      await site.start({ entry: ['files'], more: ['--application-type', 'static'] })
      return [
        await site.ask('GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n').then(({ body }) => body),
        await site.ask('GET /b HTTP/1.1\r\nHost: a\r\n\r\n').then(({ status }) => status),
      ]
    },
    'a script with another name': async site => {
      await site.start({ entry: ['odd name.wsgi'], more: ['--callable-object', 'run'] })
      return site.tell('/')
    },
  },
}

export default [process_, oneThread, end, options, envvars, envvarsOfRoot, entryPoints]

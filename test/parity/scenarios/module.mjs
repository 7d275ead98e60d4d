/** The module `mod_wsgi` inside of an application. */
import { setTimeout as pause } from 'node:timers/promises'
import { evaluate, snippet } from '../runner/snippet.mjs'
import events from './module-events.mjs'
import metrics from './module-metrics.mjs'

const app = 'snippet.py'

const module_ = {
  name: 'the module mod_wsgi',
  app,
  probes: {
    names: snippet(`
      import mod_wsgi
      result = [name for name in dir(mod_wsgi) if not name.startswith("_")]`),
    'from mod_wsgi import *': snippet(`
      names = {}
      exec("from mod_wsgi import *", names)
      result = sorted(set(names) - {"__builtins__", "express", "LogHandler"})`),
    values: snippet(`
      import mod_wsgi
      result = [mod_wsgi.version, type(mod_wsgi.version).__name__, mod_wsgi.process_group,
                mod_wsgi.application_group, mod_wsgi.maximum_processes, mod_wsgi.threads_per_process,
                mod_wsgi.__name__, sys.modules["mod_wsgi"] is mod_wsgi]`),
    'the environ says the same': snippet(`
      import mod_wsgi
      result = [environ["mod_wsgi.version"] == mod_wsgi.version,
                environ["mod_wsgi.process_group"] == mod_wsgi.process_group,
                environ["wsgi.file_wrapper"] is mod_wsgi.FileWrapper]`),
    'the kinds of its names': snippet(`
      import mod_wsgi
      result = {name: type(getattr(mod_wsgi, name)).__name__.replace("builtin_function_or_method", "function")
                for name in dir(mod_wsgi) if not name.startswith("_")}`),
    RequestTimeout: snippet(`
      import mod_wsgi
      kind = mod_wsgi.RequestTimeout
      result = [kind.__module__, kind.__name__, [base.__name__ for base in kind.__mro__], repr(kind())]`),
    FileWrapper: snippet(`
      import io, mod_wsgi
      wrapper = mod_wsgi.FileWrapper(io.BytesIO(b"abcdef"), 4)
      result = [mod_wsgi.FileWrapper.__module__, mod_wsgi.FileWrapper.__name__, wrapper.blksize,
                [block.decode() for block in wrapper],
                sorted(name for name in dir(wrapper) if not name.startswith("_"))]`),
    LogHandler: snippet(`
      import logging, mod_wsgi
      handler = mod_wsgi.LogHandler()
      result = [isinstance(handler, logging.Handler), handler.level, repr(handler),
                mod_wsgi.LogHandler.__module__, repr(mod_wsgi.LogHandler(logging.ERROR))]`),
    'arguments too many or too few': snippet(`
      import mod_wsgi
      result = []
      for name in dir(mod_wsgi):
          if type(getattr(mod_wsgi, name)).__name__ not in ("function", "builtin_function_or_method"):
              continue
          for arguments in ((), (1, 2)):
              if name in ("start_recording_metrics", "request_data") and not arguments:
                  continue
              try:
                  answer = getattr(mod_wsgi, name)(*arguments)
              except Exception as error:
                  answer = type(error).__name__
              result.append([name, len(arguments), answer])`),
    'request_data()': snippet(`
      import mod_wsgi
      data = mod_wsgi.request_data()
      data["mine"] = 1
      result = [type(data).__name__, mod_wsgi.request_data() is data, mod_wsgi.request_data()]`),
    'request_data() of the next request': snippet(
      'import mod_wsgi; result = mod_wsgi.request_data()',
    ),
    'request_data() outside of requests': snippet(`
      import mod_wsgi
      seen = []
      def ask():
          try:
              seen.append(mod_wsgi.request_data())
          except Exception as error:
              seen.append([type(error).__name__, str(error)])
      thread = threading.Thread(target=ask)
      thread.start()
      thread.join()
      result = seen`),
    active_requests: snippet(`
      import mod_wsgi
      mod_wsgi.request_data()["mine"] = 2
      mine = mod_wsgi.active_requests.get(environ["mod_wsgi.request_id"])
      result = [type(mod_wsgi.active_requests).__name__, len(mod_wsgi.active_requests), mine,
                mine is mod_wsgi.request_data()]`),
    'metrics before recording': snippet(`
      import mod_wsgi
      result = [mod_wsgi.request_metrics(), mod_wsgi.process_metrics(), mod_wsgi.server_metrics()]`),
    'subscribing gives the argument back': snippet(`
      import mod_wsgi
      def callback(name, **fields): pass
      result = [getattr(mod_wsgi, name)(callback) is callback for name in
                ("subscribe_events", "subscribe_shutdown", "subscribe_signals")]
      result += [[callback in getattr(mod_wsgi, name), type(getattr(mod_wsgi, name)).__name__]
                 for name in ("event_callbacks", "shutdown_callbacks", "signal_callbacks")]
      for name in ("event_callbacks", "shutdown_callbacks", "signal_callbacks"):
          getattr(mod_wsgi, name).remove(callback)`),
    'the package mod_wsgi.express': snippet(`
      import mod_wsgi
      import mod_wsgi.express, mod_wsgi.express.reloader as reloader
      result = [mod_wsgi.express.__name__, mod_wsgi.express is sys.modules["mod_wsgi.express"],
                callable(reloader.track_changes), callable(reloader.start_reloader),
                reloader.track_changes("/no/such/file")]`),
    'the package mod_wsgi.server': snippet(`
      import warnings
      with warnings.catch_warnings(record=True) as caught:
          warnings.simplefilter("always")
          import mod_wsgi.server
      result = [mod_wsgi.server.__name__, [[str(w.message), w.category.__name__, w.filename] for w in caught],
                hasattr(mod_wsgi.server, "track_changes"), hasattr(mod_wsgi.server, "reloader")]`),
    'a module that is not there': snippet('import mod_wsgi.nothing'),
    'the module apache': snippet(`
      try:
          import apache
          result = True
      except ImportError:
          result = False`),
    'LogHandler in the log': async site => {
      await evaluate(
        site,
        `
        import logging, mod_wsgi
        logger = logging.getLogger("snippet")
        logger.setLevel(1)
        logger.propagate = False
        logger.addHandler(mod_wsgi.LogHandler())
        for name in ("debug", "info", "warning", "error", "critical"):
            getattr(logger, name)("handled %s", name)
        logger.log(35, "handled between")
        logger.warning("handled first\\nhandled second")`,
      )
      await site.server.logged(/handled second/)
      const lines = site.server.file().split('\n')
      return lines
        .filter(line => line.includes('handled'))
        .map(
          line => `${/\[wsgi:(\w+)\]/.exec(line)?.[1]} ${line.replace(/^.*\] handled/, 'handled')}`,
        )
    },
  },
  differs: { 'the module apache': '`apache.version` in the environ' },
}

const tracked = {
  name: 'files that the application has watched',
  app,
  files: { 'data.txt': 'one' },
  starts: false,
  probes: {
    'with --reload-on-changes': async site => {
      await site.start({ more: ['--reload-on-changes'] })
      return changesProcess(
        site,
        'import mod_wsgi.express.reloader as r; r.track_changes("data.txt")',
      )
    },
    'with a monitor of its own': async site => {
      await site.start()
      const same = await changesProcess(
        site,
        'import mod_wsgi.express.reloader as r; r.track_changes("data.txt"); r.start_reloader(0.05); r.start_reloader()',
      )
      const lines = site.server.file().split('\n')
      return [
        same,
        lines
          .filter(line => line.includes('monitor (pid='))
          .map(line => line.replace(/^.*monitor \(pid=\d+\): /, '')),
      ]
    },
  },
}

/** Whether another process answers after data.txt was changed. */
async function changesProcess(site, source) {
  const pid = await evaluate(site, `${source}; result = os.getpid()`)
  // The monitor has to look at the file once before, which nobody tells: what it sees first may be the change.
  for (let second = 1; second <= 5; second++) {
    await pause(1200)
    await site.write('data.txt', 'two', second)
    for (let tries = 0; tries < 12; tries++) {
      if (await evaluate(site, `result = os.getpid() != ${pid}`)) return true
      await pause(50)
    }
  }
  return false
}

export default [module_, ...events, ...metrics, tracked]

/** The module `mod_wsgi` inside of an application. */
import { setTimeout as pause } from 'node:timers/promises'
import { evaluate, snippet } from '../runner/snippet.mjs'

const app = 'snippet.py'

/** Asks until the answer is true; what was asked last if it never is. */
async function until(site, source) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await evaluate(site, source)
    if (answer === true) return true
    await pause(50)
  }
  return evaluate(site, source)
}

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

const subscribe = `
  import mod_wsgi
  STATE["events"] = []
  def plain(value):
      return value if isinstance(value, (str, int, float, type(None), list, dict, bool)) else type(value).__name__
  @mod_wsgi.subscribe_events
  def on_event(name, **fields):
      STATE["events"].append([name, fields])
      if name == "request_started":
          fields["request_data"]["from the subscriber"] = 1
          if fields["request_environ"]["PATH_INFO"] == "/raise":
              def application(environ, start_response):
                  raise KeyError("replaced")
              return {"application_object": application}
          if fields["request_environ"]["PATH_INFO"] == "/replaced":
              def application(environ, start_response):
                  start_response("418 Odd", [("A", "b")])
                  return [b"app ", b"replaced"]
              return {"application_object": application, "added": 1}`

/** The last event of a name, by an expression over its fields. */
const lastEvent = (name, expression) => `
  fields = [fields for other, fields in STATE["events"] if other == "${name}"][-1]
  result = ${expression}`

const events = {
  name: 'events',
  app,
  arguments: ['--threads', '1'],
  probes: {
    'the request that subscribes': async site => {
      await evaluate(site, subscribe)
      return evaluate(site, 'result = [name for name, fields in STATE["events"]][:2]')
    },
    'the order of events': snippet(
      'result = [name for name, fields in STATE["events"]][-3:]; STATE["events"].clear()',
    ),
    'what was put into request_data()': snippet(
      'import mod_wsgi; result = mod_wsgi.request_data()',
    ),
    'fields of request_started': snippet(lastEvent('request_started', 'sorted(fields)')),
    'values of request_started': snippet(
      lastEvent(
        'request_started',
        `[fields["callable_object"], fields["thread_id"], fields["daemon_connects"],
          fields["daemon_restarts"], fields["request_id"] == environ["mod_wsgi.request_id"],
          fields["request_start"] <= fields["queue_start"] <= fields["daemon_start"]
          <= fields["application_start"], str(fields["server_pid"]) == environ["mod_wsgi.server_pid"],
          callable(fields["application_object"]), fields["request_environ"] is environ]`,
      ),
    ),
    'paths in request_started': snippet(
      lastEvent(
        'request_started',
        '[environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["mod_wsgi.script_name"]]',
      ),
      '/a/b',
    ),
    'fields of response_started': snippet(
      lastEvent(
        'response_started',
        '[sorted(fields), fields["response_status"], fields["response_headers"], fields["exception_info"]]',
      ),
    ),
    // The real tool leaves out the use of the processor where it was exactly zero.
    'fields of request_finished': snippet(
      lastEvent(
        'request_finished',
        '[name for name in sorted(fields) if not name.startswith("cpu_")]',
      ),
    ),
    'values of request_finished': snippet(
      lastEvent(
        'request_finished',
        `[fields["status"], fields["input_length"] > 0, fields["output_length"] > 0, fields["output_writes"],
          fields["application_time"] >= 0, type(fields["input_time"]).__name__,
          type(fields["output_time"]).__name__, type(fields["gil_wait_time"]).__name__,
          type(fields["gil_wait_count"]).__name__, fields["thread_id"],
          fields["application_finish"] - fields["request_start"] >= fields["application_time"] * 0.99]`,
      ),
    ),
    'time of a slow request': async site => {
      await evaluate(site, 'import time; time.sleep(0.2)')
      return evaluate(
        site,
        lastEvent('request_finished', '[0.2 <= fields["application_time"] < 1.0]'),
      )
    },
    'bytes of a response': async site => {
      await evaluate(site, 'result = "x" * 1000')
      return evaluate(
        site,
        lastEvent(
          'request_finished',
          '[fields["output_length"], fields["output_writes"], fields["input_length"], fields["input_reads"]]',
        ),
      )
    },
    'an application that is replaced': site =>
      site.ask('GET /replaced HTTP/1.1\r\nHost: a\r\n\r\n'),
    'what it answered': snippet(
      lastEvent('response_started', '[fields["response_status"], fields["response_headers"]]'),
    ),
    'an application that raises': site => site.ask('GET /raise HTTP/1.1\r\nHost: a\r\n\r\n'),
    'its exception': snippet(
      lastEvent(
        'request_exception',
        '[sorted(fields), fields["exception_info"][0].__name__, str(fields["exception_info"][1]), type(fields["exception_info"][2]).__name__]',
      ),
    ),
    'its events': snippet(
      'result = [[name, fields.get("status")] for name, fields in STATE["events"] if name != "response_started"][-4:]',
    ),
    'a subscriber that raises': async site => {
      await evaluate(
        site,
        `
        import mod_wsgi
        @mod_wsgi.subscribe_events
        def broken(name, **fields):
            if name == "request_finished":
                mod_wsgi.event_callbacks.remove(broken)
                raise ValueError("of a subscriber")`,
      )
      return (await site.server.logged(/\w+ exception raised by event callback for '\w+'/))[0]
    },
    'signals to the process': async site => {
      const pid = await evaluate(
        site,
        `
        import mod_wsgi
        STATE["signals"] = []
        mod_wsgi.subscribe_signals(lambda name, **fields: STATE["signals"].append([name, fields]))
        result = os.getpid()`,
      )
      process.kill(pid, 'SIGHUP')
      await until(site, 'result = len(STATE["signals"]) == 1')
      process.kill(pid, 'SIGUSR2')
      await until(site, 'result = len(STATE["signals"]) == 2')
      return evaluate(
        site,
        `result = [STATE["signals"], os.getpid() == ${pid}, [f for n, f in STATE["events"] if n == "process_signal"]]`,
      )
    },
  },
}

/** The reason that subscribers of the shutdown are told, when the process gets a signal. */
const reason = signal => async site => {
  await site.start()
  await evaluate(
    site,
    'import mod_wsgi; mod_wsgi.subscribe_shutdown(lambda name, **fields: print("stop:", name, fields))',
  )
  await evaluate(site, `import signal; os.kill(os.getpid(), signal.${signal})`)
  return (await site.server.logged(/stop: (.*)/))[1]
}

const shutdown = {
  name: 'subscribers of the end',
  app,
  starts: false,
  probes: {
    SIGTERM: reason('SIGTERM'),
    SIGINT: reason('SIGINT'),
    SIGUSR1: reason('SIGUSR1'),
  },
}

/** Leaves out what differs from run to run: only whether it is a number of that kind. */
const kinds = 'result = {name: type(value).__name__ for name, value in figures.items()}'

const metrics = {
  name: 'metrics',
  app,
  arguments: ['--threads', '3'],
  probes: {
    start_recording_metrics: snippet(`
      import mod_wsgi
      result = [mod_wsgi.start_recording_metrics(), mod_wsgi.start_recording_metrics(),
                mod_wsgi.server_metrics()]`),
    'kinds of request_metrics': snippet(`
      import mod_wsgi
      figures = mod_wsgi.request_metrics()
      ${kinds}`),
    'kinds of process_metrics': snippet(`
      import mod_wsgi
      figures = mod_wsgi.process_metrics()
      ${kinds}`),
    'requests in a period': async site => {
      await evaluate(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      for (let request = 0; request < 4; request++) await evaluate(site, 'result = "x" * 100')
      await site.ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff')
      return evaluate(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.request_metrics()
        result = [f["request_count"], f["status_1xx"], f["status_2xx"], f["status_3xx"], f["status_4xx"],
                  f["status_5xx"], sum(f["request_threads_completed"]),
                  f["request_threads_completed"] == f["request_threads_buckets"],
                  f["input_reads"], f["input_bytes"], f["output_writes"], f["output_bytes"],
                  f["request_threads_maximum"], f["request_threads_started"],
                  f["request_threads_active"] <= 3, f["pid"] == os.getpid()]`,
      )
    },
    'the lengths of lists': snippet(`
      import mod_wsgi
      result = {name: len(value) for name, value in mod_wsgi.request_metrics().items()
                if isinstance(value, list)}`),
    'a period without requests': snippet(`
      import mod_wsgi
      mod_wsgi.request_metrics()
      f = mod_wsgi.request_metrics()
      zero = ("request_count", "request_throughput", "status_2xx", "input_bytes", "output_bytes",
              "application_time", "server_time", "gil_wait_count", "request_threads_active")
      result = [{name: f[name] for name in zero}, f["application_time_min_us"], f["queue_time_max_us"],
                sum(f["application_time_buckets"]), sorted(f["request_threads_current_elapsed"])[:2]]`),
    'the time of a slow request': async site => {
      await evaluate(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      await evaluate(site, 'import mod_wsgi, time; mod_wsgi.request_metrics(); time.sleep(0.3)')
      return evaluate(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.request_metrics()
        places = [i for i, n in enumerate(f["application_time_buckets"]) if n]
        # From 256 ms on the parts of an octave are 64 ms wide.
        result = [0.3 < f["application_time"] < 0.6, 0.3 < f["request_time"] < 0.7, places[-1] in (32, 33, 34),
                  300000 < f["application_time_max_us"] < 600000,
                  0.3 < max(f["request_threads_max_duration"]) < 0.7,
                  0.25 < sum(f["request_threads_busy_time"]) < 0.7,
                  0.05 < f["capacity_utilization"] < 0.5, 0.3 < f["sample_period"] < 2]`,
      )
    },
    'what the processor did': async site => {
      await evaluate(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      await evaluate(
        site,
        `
        import time
        end = time.thread_time() + 0.3
        while time.thread_time() < end: pass`,
      )
      return evaluate(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.request_metrics()
        result = [f["cpu_utilization"] > 0.2, f["cpu_utilization"] == f["cpu_time"],
                  f["cpu_user_utilization"] == f["cpu_user_time"], sum(f["request_threads_cpu_time"]) > 0.2]`,
      )
    },
    'two at a time': async site => {
      await evaluate(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      const slow = evaluate(
        site,
        `
        STATE["go on"] = threading.Event()
        STATE["go on"].wait(10)`,
      )
      await until(site, 'result = "go on" in STATE')
      const seen = await evaluate(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.request_metrics()
        p = mod_wsgi.process_metrics()
        STATE["go on"].set()
        result = [p["active_requests"], len([s for s in f["request_threads_current_elapsed"] if s > 0])]`,
      )
      await slow
      return seen
    },
    'figures of the process': async site => {
      const before = await evaluate(
        site,
        'import mod_wsgi; result = mod_wsgi.process_metrics()["request_count"]',
      )
      return evaluate(
        site,
        `
        import mod_wsgi, time
        p = mod_wsgi.process_metrics()
        result = [p["request_count"] - ${before}, p["pid"] == os.getpid(), p["active_requests"],
                  p["request_threads"], sorted(t["thread_id"] for t in p["threads"]),
                  p["memory_rss"] > 1000000, p["memory_max_rss"] > 1000000,
                  p["cpu_time"] == p["cpu_user_time"] + p["cpu_system_time"], p["cpu_time"] > 0,
                  0 < p["current_time"] - p["restart_time"] < 60, abs(p["current_time"] - time.time()) < 1,
                  p["running_time"] == int(p["current_time"] - p["restart_time"]), p["request_busy_time"] > 0.3]`,
      )
    },
    'requests before recording count': async site => {
      await site.start()
      for (let request = 0; request < 3; request++) await evaluate(site, 'result = 1')
      return evaluate(
        site,
        `
        import mod_wsgi
        mod_wsgi.start_recording_metrics()
        p = mod_wsgi.process_metrics()
        result = [p["request_count"], p["active_requests"]]`,
      )
    },
    'recording from the loading of the script on': async site => {
      await site.write(
        'from_start.py',
        'import mod_wsgi\nmod_wsgi.start_recording_metrics()\nfrom snippet import *\nimport snippet\napplication = snippet.application\n',
      )
      await site.start({ entry: ['from_start.py'] })
      await evaluate(site, 'result = 1')
      return evaluate(
        site,
        'import mod_wsgi; f = mod_wsgi.request_metrics(); result = [f["request_count"], f["status_2xx"]]',
      )
    },
  },
}

const serverMetrics = {
  name: 'metrics of the server',
  app,
  arguments: ['--server-metrics', '--processes', '2', '--threads', '2'],
  probes: {
    'its keys': snippet(`
      import mod_wsgi
      f = mod_wsgi.server_metrics()
      process = f["processes"][0]
      result = [{n: type(v).__name__ for n, v in f.items()}, {n: type(v).__name__ for n, v in process.items()},
                {n: type(v).__name__ for n, v in process["workers"][0].items()}]`),
    'the request that asks': async site =>
      evaluate(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.server_metrics()
        busy = [w for p in f["processes"] for w in p["workers"] if w["status"] == "W"]
        result = [[w["request"], w["client"], w["vhost"], w["start_time"] > 0] for w in busy]`,
        '/that/asks?q=1',
      ),
    'requests that were served': async site => {
      const count = `
        import mod_wsgi
        f = mod_wsgi.server_metrics()
        workers = [w for p in f["processes"] for w in p["workers"]]
        result = [sum(w["access_count"] for w in workers), sum(w["bytes_served"] for w in workers)]`
      const before = await evaluate(site, count)
      for (let request = 0; request < 3; request++) await evaluate(site, 'result = "x" * 10000')
      const after = await evaluate(site, count)
      return [after[0] - before[0], after[1] - before[1] > 30000]
    },
    'times of the server': snippet(`
      import mod_wsgi, time
      f = mod_wsgi.server_metrics()
      result = [0 < f["current_time"] - f["restart_time"] < 60, abs(f["current_time"] - time.time()) < 1,
                f["running_time"] == int(f["current_time"] - f["restart_time"]), f["running_generation"],
                [p["process_num"] for p in f["processes"]][:2], f["processes"][0]["quiescing"],
                len(f["processes"][0]["workers"]) == f["thread_limit"],
                mod_wsgi.request_metrics(), mod_wsgi.process_metrics()]`),
  },
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
  // The monitor has to look at the file once before.
  await pause(1500)
  await site.write('data.txt', 'two', 1)
  return until(site, `result = os.getpid() != ${pid}`)
}

export default [module_, events, shutdown, metrics, serverMetrics, tracked]

/** Subscribers of `mod_wsgi`: events, signals, the end of the process. */
import { evaluate, snippet, until } from '../runner/snippet.mjs'

const app = 'snippet.py'

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

export default [events, shutdown]

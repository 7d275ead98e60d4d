/** The metrics functions of `mod_wsgi`. */
import { evaluate, snippet, unindent, until } from '../runner/snippet.mjs'

const app = 'snippet.py'

/** Leaves out what differs from run to run: only whether it is a number of that kind. */
const kinds = 'result = {name: type(value).__name__ for name, value in figures.items()}'

/** Waits until the requests before are through: a thread notes one after its answer. */
const settled = `
  import mod_wsgi, time
  while len(mod_wsgi.active_requests) > 1: time.sleep(0.001)
`

const alone = (site, source) => evaluate(site, `${unindent(settled)}\n${unindent(source)}`)

const metrics = {
  name: 'metrics',
  app,
  arguments: ['--threads', '3'],
  probes: {
    start_recording_metrics: snippet(`
      import mod_wsgi
      result = [mod_wsgi.start_recording_metrics(), mod_wsgi.start_recording_metrics(),
                mod_wsgi.server_metrics()]`),
    'kinds of request_metrics': site =>
      alone(
        site,
        `
        import mod_wsgi
        figures = mod_wsgi.request_metrics()
        ${kinds}`,
      ),
    'kinds of process_metrics': snippet(`
      import mod_wsgi
      figures = mod_wsgi.process_metrics()
      ${kinds}`),
    'requests in a period': async site => {
      await alone(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      for (let request = 0; request < 4; request++) await alone(site, 'result = "x" * 100')
      await site.ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff')
      return alone(
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
    'a period without requests': site =>
      alone(
        site,
        `
      import mod_wsgi
      mod_wsgi.request_metrics()
      f = mod_wsgi.request_metrics()
      zero = ("request_count", "request_throughput", "status_2xx", "input_bytes", "output_bytes",
              "application_time", "server_time", "gil_wait_count", "request_threads_active")
      result = [{name: f[name] for name in zero}, f["application_time_min_us"], f["queue_time_max_us"],
                sum(f["application_time_buckets"]), sorted(f["request_threads_current_elapsed"])[:2]]`,
      ),
    'the time of a slow request': async site => {
      await alone(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      await alone(site, 'import mod_wsgi, time; mod_wsgi.request_metrics(); time.sleep(0.3)')
      return alone(
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
      await alone(site, 'import mod_wsgi; mod_wsgi.request_metrics()')
      await alone(
        site,
        `
        import time
        end = time.thread_time() + 0.3
        while time.thread_time() < end: pass`,
      )
      return alone(
        site,
        `
        import mod_wsgi
        f = mod_wsgi.request_metrics()
        result = [f["cpu_utilization"] * f["sample_period"] > 0.2, f["cpu_utilization"] == f["cpu_time"],
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
      const before = await alone(
        site,
        'import mod_wsgi; result = mod_wsgi.process_metrics()["request_count"]',
      )
      return alone(
        site,
        `
        import mod_wsgi, time
        p = mod_wsgi.process_metrics()
        result = [p["request_count"] - ${before}, p["pid"] == os.getpid(), p["active_requests"],
                  p["request_threads"], sorted(t["thread_id"] for t in p["threads"]),
                  p["memory_rss"] > 1000000, p["memory_max_rss"] > 1000000,
                  abs(p["cpu_time"] - p["cpu_user_time"] - p["cpu_system_time"]) < 1e-6, p["cpu_time"] > 0,
                  0 < p["current_time"] - p["restart_time"] < 60, abs(p["current_time"] - time.time()) < 1,
                  p["running_time"] == int(p["current_time"] - p["restart_time"]), p["request_busy_time"] > 0.3]`,
      )
    },
    'requests before recording count': async site => {
      await site.start()
      for (let request = 0; request < 3; request++) await alone(site, 'result = 1')
      return alone(
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
      await alone(site, 'result = 1')
      return alone(
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
      // A request is counted when its response is out, and the client can ask again before that.
      const count = `
        import mod_wsgi, time
        end = time.monotonic() + 5
        while time.monotonic() < end:
            f = mod_wsgi.server_metrics()
            workers = [w for p in f["processes"] for w in p["workers"]]
            if sum(w["status"] not in "_." for w in workers) == 1: break
            time.sleep(0.001)
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

export default [metrics, serverMetrics]

"""The module mod_wsgi inside of a worker: names, request data, events."""

import json
import unittest
from typing import Any, List

from fake_supervisor import FakeSupervisor

SOURCE = r'''
import json, sys, threading
import mod_wsgi
EVENTS = []
def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value if isinstance(value, (str, int, float, type(None))) else type(value).__name__
def listen():
    @mod_wsgi.subscribe_events
    def on_event(name, **fields):
        if name == "request_started":
            fields["request_data"]["from event"] = 1
        EVENTS.append([name, plain(fields), mod_wsgi.request_data() is fields["request_data"]])
        print("event", name)
def bad(environ, start_response):
    raise ValueError("replaced")
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/raise":
        raise ValueError("x")
    if path == "/info":
        try:
            raise KeyError("k")
        except KeyError:
            start_response("501 Odd", [("A", "b")], sys.exc_info())
        return [b"ab", b"c"]
    if path == "/stream":
        start_response("200 OK", [])
        return iter([b"abc", environ["wsgi.input"].read()])
    ns = dict(globals(), environ=environ)
    exec(environ["wsgi.input"].read().decode(), ns)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps(ns.get("result")).encode()]
'''

NAMES = [
    "FileWrapper", "LogHandler", "RequestTimeout", "active_requests", "application_group",
    "event_callbacks", "maximum_processes", "process_group", "process_metrics", "request_data",
    "request_metrics", "server_metrics", "shutdown_callbacks", "signal_callbacks",
    "start_recording_metrics", "subscribe_events", "subscribe_shutdown", "subscribe_signals",
    "threads_per_process", "version",
]  # fmt: skip


class ModuleCase(unittest.TestCase):
    threads = 2

    def setUp(self) -> None:
        self.worker = FakeSupervisor(
            SOURCE, threads=self.threads, maximumProcesses=3, applicationGroup="group", processGroup="host:80"
        )
        self.addCleanup(self.worker.close)

    def run_in(self, code: str, **options: Any) -> Any:
        response = self.worker.post("/", code.encode(), **options)
        self.assertEqual(response.status, "200 OK", self.worker.log_dump())
        return json.loads(response.body)


class Names(ModuleCase):
    def test_names(self) -> None:
        code = (
            "result = sorted(n for n in dir(mod_wsgi) if n[0] != '_' "
            "and type(getattr(mod_wsgi, n)).__name__ != 'module')\n"
        )
        self.assertEqual(self.run_in(code), NAMES)

    def test_values_of_the_process(self) -> None:
        code = (
            "m = mod_wsgi\n"
            "result = [m.version, m.process_group, m.application_group, m.maximum_processes,\n"
            "          m.threads_per_process, m.version == environ['mod_wsgi.version'],\n"
            "          m.FileWrapper is environ['wsgi.file_wrapper'],\n"
            "          [b.__name__ for b in m.RequestTimeout.__mro__], m.RequestTimeout.__module__,\n"
            "          m.request_metrics(), m.process_metrics(), m.server_metrics(),\n"
            "          m.start_recording_metrics(), m.LogHandler.__module__]\n"
        )
        self.assertEqual(
            self.run_in(code),
            [
                [6, 0, 5],
                "host:80",
                "group",
                3,
                2,
                True,
                True,
                ["RequestTimeout", "BaseException", "object"],
                "mod_wsgi",
                None,
                None,
                None,
                None,
                "mod_wsgi",
            ],
        )

    def test_the_place_of_errors_names_the_application_group(self) -> None:
        self.worker.get("/raise")
        self.worker.wait_log("for sub-interpreter 'group' of daemon process 'host:80'.")

    def test_subscribing_returns_the_argument(self) -> None:
        code = (
            "cb = lambda name, **kw: None\n"
            "result = [getattr(mod_wsgi, 'subscribe_' + n)(cb) is cb\n"
            "          for n in ('events', 'shutdown', 'signals')]\n"
            "result += [cb in getattr(mod_wsgi, n + '_callbacks')\n"
            "           for n in ('event', 'shutdown', 'signal')]\n"
        )
        self.assertEqual(self.run_in(code), [True] * 6)

    def test_FileWrapper(self) -> None:
        code = (
            "import io\n"
            "w = mod_wsgi.FileWrapper(io.BytesIO(b'x' * 20000))\n"
            "out = [[n for n in dir(w) if n[:2] != '__'], iter(w) is w, w.blksize, [len(b) for b in w]]\n"
            "f = io.BytesIO()\n"
            "w = mod_wsgi.FileWrapper(filelike=f, blksize=3)\n"
            "w.close()\n"
            "out += [f.closed, w.filelike is f]\n"
            "for args in ((), (f, 'a'), (f, -1)):\n"
            "    try:\n        mod_wsgi.FileWrapper(*args)\n"
            "    except Exception as x:\n        out.append(type(x).__name__)\n"
            "result = out\n"
        )
        self.assertEqual(
            self.run_in(code),
            [["blksize", "close", "filelike"], True, 8192, [8192, 8192, 3616], True, True,
             "TypeError", "TypeError", "ValueError"],
        )  # fmt: skip


class RequestData(ModuleCase):
    threads = 1  # else the request before may still be listed

    def test_one_dict_for_each_request(self) -> None:
        code = (
            "d = mod_wsgi.request_data()\n"
            "fresh = dict(d)\n"
            "d['x'] = 1\n"
            "mine = mod_wsgi.active_requests\n"
            "result = [fresh, mod_wsgi.request_data() is d, type(mine).__name__, len(mine),\n"
            "          mine[environ['mod_wsgi.request_id']] is d]\n"
        )
        for _ in range(2):
            self.assertEqual(self.run_in(code), [{}, True, "dict", 1, True])

    def test_outside_of_requests_there_is_none(self) -> None:
        code = (
            "out = []\n"
            "def run():\n"
            "    try:\n        mod_wsgi.request_data()\n"
            "    except RuntimeError as x:\n        out.append(str(x))\n"
            "t = threading.Thread(target=run); t.start(); t.join()\n"
            "result = out\n"
        )
        self.assertEqual(self.run_in(code), ["no active request for thread"])


class Events(ModuleCase):
    threads = 1  # the next request then begins after the last event of the one before

    def events(self, path: str, **options: Any) -> List[Any]:
        """The events of one request."""
        self.run_in("listen() if not mod_wsgi.event_callbacks else None; EVENTS.clear()")
        self.worker.get(path, **options)
        got = self.run_in("result = EVENTS[:]")
        first, last = (
            [i for i, event in enumerate(got) if event[0] == "request_started"] + [0]
        )[:2]
        return got[first:last]  # without what the requests that ask for it add

    def test_the_events_of_a_request(self) -> None:
        got = self.events("/info")
        self.assertEqual(
            [event[0] for event in got], ["request_started", "response_started", "request_finished"]
        )
        self.assertTrue(all(event[2] for event in got))
        started, response, finished = (event[1] for event in got)
        self.assertEqual(
            sorted(started),
            ["application_object", "application_start", "callable_object", "daemon_connects",
             "daemon_restarts", "daemon_start", "queue_start", "request_data", "request_environ",
             "request_id", "request_start", "server_pid", "thread_id"],
        )  # fmt: skip
        self.assertEqual((started["server_pid"], started["thread_id"]), (77, 1))
        self.assertEqual(
            response,
            {
                "exception_info": ["type", "KeyError", "traceback"],
                "request_data": {"from event": 1},
                "request_id": started["request_id"],
                "response_headers": [["A", "b"]],
                "response_status": "501 Odd",
            },
        )
        self.assertEqual(
            sorted(finished),
            ["application_finish", "application_time", "cpu_system_time", "cpu_time",
             "cpu_user_time", "daemon_start", "gil_wait_count", "gil_wait_time", "input_length",
             "input_reads", "input_time", "output_length", "output_time", "output_writes",
             "queue_start", "request_data", "request_id", "request_start", "server_pid",
             "status", "thread_id"],
        )  # fmt: skip
        self.assertEqual(
            [finished[n] for n in ("status", "output_length", "output_writes")], [501, 3, 2]
        )

    def test_a_streamed_response(self) -> None:
        got = self.events("/stream", method="POST", body=b"defg")
        self.assertEqual(
            [event[0] for event in got], ["request_started", "response_started", "request_finished"]
        )
        self.assertEqual(
            [got[-1][1][n] for n in ("status", "output_length", "output_writes")], [200, 7, 2]
        )

    def test_an_exception(self) -> None:
        got = self.events("/raise")
        self.assertEqual(
            [event[0] for event in got], ["request_started", "request_exception", "request_finished"]
        )
        self.assertEqual(got[1][1]["exception_info"], ["type", "ValueError", "traceback"])
        self.assertEqual(got[2][1]["status"], 500)

    def test_the_split_of_the_path_is_the_servers(self) -> None:
        got = self.events("/info", mod_wsgi__script_name="/a", mod_wsgi__path_info="/b")
        environ = got[0][1]["request_environ"]
        self.assertEqual([environ["SCRIPT_NAME"], environ["PATH_INFO"]], ["/a", "/b"])
        self.assertEqual(got[1][1]["response_status"], "501 Odd")  # the application saw /info

    def test_text_printed_by_a_subscriber_belongs_to_the_request(self) -> None:
        self.events("/info")
        for name in ("request_started", "request_finished"):
            entry = self.worker.wait_log("event " + name)
            assert entry.fields is not None
            self.assertEqual(entry.fields["r"], "127.0.0.1:40000")

    def test_a_subscriber_may_replace_the_application(self) -> None:
        self.run_in(
            "def replace(name, **kw):\n"
            "    if name == 'request_started' and kw['request_environ']['REQUEST_URI'] == '/bad':\n"
            "        return {'application_object': bad}\n"
            "mod_wsgi.subscribe_events(replace)\n"
        )
        self.assertEqual(self.worker.get("/bad").outcome, 1)
        self.worker.wait_log("ValueError: replaced")
        self.assertEqual(self.worker.get("/info").status, "501 Odd")

    def test_a_subscriber_may_wrap_the_application(self) -> None:
        self.run_in(
            "def wrap(name, **kw):\n"
            "    if name == 'request_started':\n"
            "        inner = kw['application_object']\n"
            "        def wrapped(environ, start_response):\n"
            "            return [b'wrapped '] + list(inner(environ, start_response))\n"
            "        return {'application_object': wrapped}\n"
            "mod_wsgi.subscribe_events(wrap)\n"
        )
        r = self.worker.get("/info", mod_wsgi__script_name="/a", mod_wsgi__path_info="/b")
        self.assertEqual(r.body, b"wrapped abc")

    def test_a_failing_subscriber_is_logged_and_disturbs_nothing(self) -> None:
        self.run_in(
            "def fail(name, **kw):\n    raise KeyError(name)\nmod_wsgi.subscribe_events(fail)\n"
        )
        self.assertEqual(self.worker.get("/info").status, "501 Odd")
        for name in ("request_started", "response_started", "request_finished"):
            entry = self.worker.wait_log(
                "WSGI0112: KeyError exception raised by event callback for '%s'." % name
            )
            assert entry.fields is not None
            self.assertNotIn("r", entry.fields)
            self.worker.wait_log("KeyError: '%s'" % name)


if __name__ == "__main__":
    unittest.main()

"""The environ of a request, and an application under wsgiref.validate."""

import json
import unittest
from typing import Any, Dict

from fake_supervisor import FakeSupervisor

SOURCE = r'''
import json, threading
BOTH = threading.Barrier(2)

def describe(value):
    t = type(value)
    name = t.__qualname__ if t.__module__ == "builtins" else t.__module__ + "." + t.__qualname__
    if isinstance(value, type):
        value = value.__module__ + "." + value.__qualname__
    return [name, value if isinstance(value, (str, bool, int, float, tuple)) else None]

SEEN = []

def application(environ, start_response):
    if environ["PATH_INFO"] == "/ids":
        body = json.dumps([len(set(map(id, SEEN))), len(SEEN)])
    elif environ["PATH_INFO"] == "/together":
        BOTH.wait(10)
        body = str(environ["mod_wsgi.thread_id"])
    elif environ["PATH_INFO"] == "/keep":
        SEEN.append(environ)
        environ["leak"] = "yes"
        environ["mod_wsgi.version"] = None
        body = "null"
    else:
        body = json.dumps({k: describe(v) for k, v in environ.items()})
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body.encode()]
'''

VALIDATED = r'''
from wsgiref.validate import validator

def inner(environ, start_response):
    body = environ["wsgi.input"].read(100)
    for line in environ["wsgi.input"]:
        body += line
    environ["wsgi.errors"].write("to the log\n")
    environ["wsgi.errors"].writelines(["one\n", "two\n"])
    environ["wsgi.errors"].flush()
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/write":
        write(b"written ")
    return iter([b"body: ", body]) if environ["PATH_INFO"] == "/iter" else [b"body: ", body]

application = validator(inner)
'''


class Environ(unittest.TestCase):
    worker: FakeSupervisor

    @classmethod
    def setUpClass(cls) -> None:
        cls.worker = FakeSupervisor(
            SOURCE,
            threads=2,
            multiprocess=True,
            environ={
                "SERVER_SOFTWARE": "Apache",
                "lower.key": "from setenv",
                "REQUEST_METHOD": "SETENV",
                "wsgi.version": "text",
                "wsgi.input": "text",
            },
        )

    @classmethod
    def tearDownClass(cls) -> None:
        cls.worker.close()

    def environ(self, path: str = "/", **options: Any) -> Dict[str, Any]:
        return json.loads(self.worker.get(path, **options).body)

    def test_keys_of_the_front_are_text(self) -> None:
        environ = self.environ("/a/b?q=1", HTTP_X="v\xe9 \xff", wsgi__url_scheme="https")
        self.assertEqual(environ["PATH_INFO"], ["str", "/a/b"])
        self.assertEqual(environ["QUERY_STRING"], ["str", "q=1"])
        self.assertEqual(environ["HTTP_X"], ["str", "v\xe9 \xff"])
        self.assertEqual(environ["SERVER_SOFTWARE"], ["str", "Apache"])
        self.assertEqual(environ["wsgi.url_scheme"], ["str", "https"])

    def test_objects_of_the_worker(self) -> None:
        environ = self.environ()
        for key, value in {
            "wsgi.version": ["tuple", [1, 0]],
            "wsgi.multithread": ["bool", True],
            "wsgi.multiprocess": ["bool", True],
            "wsgi.run_once": ["bool", False],
            "wsgi.input_terminated": ["bool", True],
            "wsgi.input": ["mod_wsgi.Input", None],
            "wsgi.errors": ["_io.TextIOWrapper", None],
            "wsgi.file_wrapper": ["type", "mod_wsgi.FileWrapper"],
            "mod_wsgi.version": ["tuple", [6, 0, 5]],
            "mod_wsgi.request_start": ["float", 1700000000.25],
            "mod_wsgi.queue_start": ["float", 1700000000.5],
        }.items():
            self.assertEqual(environ[key], value, key)
        self.assertIn(environ["mod_wsgi.thread_id"], (["int", 1], ["int", 2]))
        starts = [environ["mod_wsgi." + n] for n in ("daemon_start", "application_start")]
        self.assertEqual([start[0] for start in starts], ["float", "float"])
        self.assertLess(1700000001, starts[0][1])
        self.assertLessEqual(starts[0][1], starts[1][1])

    def test_the_request_wins_over_setenv_and_wsgi_over_both(self) -> None:
        environ = self.environ(method="PUT")
        self.assertEqual(environ["lower.key"], ["str", "from setenv"])
        self.assertEqual(environ["REQUEST_METHOD"], ["str", "PUT"])
        self.assertEqual(environ["wsgi.version"], ["tuple", [1, 0]])
        self.assertEqual(environ["wsgi.input"], ["mod_wsgi.Input", None])

    def test_it_is_a_new_dict_each_time(self) -> None:
        for _ in range(3):
            self.worker.get("/keep")
        self.assertEqual(self.environ("/ids"), [3, 3])  # type: ignore[comparison-overlap]
        environ = self.environ()
        self.assertNotIn("leak", environ)
        self.assertEqual(environ["mod_wsgi.version"], ["tuple", [6, 0, 5]])

    def test_threads_have_numbers(self) -> None:
        for peer in self.worker.requests.values():
            peer.request("/together")
        bodies = {peer.response().body for peer in self.worker.requests.values()}
        self.assertEqual(bodies, {b"1", b"2"})

    def test_nothing_of_the_process_environment(self) -> None:
        self.assertFalse({"PATH", "HOME", "MODWSGI_DEV_SECRET"} & set(self.environ()))


class Https(unittest.TestCase):
    def test_setenv_HTTPS_makes_the_scheme(self) -> None:
        for value, scheme in (("on", "https"), ("On", "https"), ("1", "https"), ("off", "http")):
            with FakeSupervisor(SOURCE, environ={"HTTPS": value}) as worker:
                environ = json.loads(worker.get().body)
                self.assertEqual(environ["wsgi.url_scheme"], ["str", scheme])
                self.assertNotIn("HTTPS", environ)


class Validate(unittest.TestCase):
    def test_wsgiref_validate_finds_nothing(self) -> None:
        with FakeSupervisor(VALIDATED) as worker:
            for path in ("/list", "/iter", "/write"):
                response = worker.post(path, b"posted", CONTENT_TYPE="text/plain")
                want = b"written body: posted" if path == "/write" else b"body: posted"
                self.assertEqual(response.body, want, worker.log_dump())
                self.assertEqual(worker.get(path).status, "200 OK", worker.log_dump())
            self.assertFalse([line for line in worker.lines() if "Assertion" in line])


if __name__ == "__main__":
    unittest.main()

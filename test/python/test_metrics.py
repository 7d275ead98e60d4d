"""The metrics functions of the module mod_wsgi."""

import json
import sys
import unittest
from os.path import abspath, dirname, join
from typing import Any

from fake_supervisor import FakeSupervisor

sys.path.insert(0, join(dirname(dirname(dirname(abspath(__file__)))), "python"))
from modwsgi_dev_worker.time_buckets import CLASSES, Times, class_of  # noqa: E402

SOURCE = r'''
import json, threading
import mod_wsgi
GO_ON = threading.Event()
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/raise":
        raise ValueError("x")
    if path == "/wait":
        GO_ON.wait(10)
        start_response("404 Odd", [])
        return iter([b"ab", b"c"])
    ns = dict(globals(), environ=environ)
    exec(environ["wsgi.input"].read().decode(), ns)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps(ns.get("result")).encode()]
'''


class Classes(unittest.TestCase):
    def test_class_of(self) -> None:
        rows = [
            (0, 0), (999, 0), (1249, 0), (1250, 1), (1999, 3), (2000, 4), (300000, 32), (320000, 33),
            (65535999, 63), (65536000, 64), (10**9, 64),
        ]  # fmt: skip
        for microseconds, place in rows:
            with self.subTest(microseconds):
                self.assertEqual(class_of(microseconds), place)

    def test_times_of_nothing_have_no_extremes(self) -> None:
        times = Times()
        self.assertEqual([times.total, times.least, times.most, sum(times.buckets)], [0, None, None, 0])
        self.assertEqual(len(times.buckets), CLASSES)

    def test_times(self) -> None:
        times = Times()
        for microseconds in (5000, 100, 70000000):
            times.add(microseconds)
        self.assertEqual([times.total, times.least, times.most], [70005100, 100, 70000000])
        self.assertEqual([place for place, n in enumerate(times.buckets) if n], [0, 9, 64])


class MetricsCase(unittest.TestCase):
    options: Any = {}
    threads = 2

    def setUp(self) -> None:
        self.worker = FakeSupervisor(SOURCE, threads=self.threads, **self.options)
        self.addCleanup(self.worker.close)

    def run_in(self, code: str) -> Any:
        response = self.worker.post("/", code.encode())
        self.assertEqual(response.status, "200 OK", self.worker.log_dump())
        return json.loads(response.body)

    def figures(self, name: str = "request_metrics") -> Any:
        return self.run_in("result = mod_wsgi.%s()" % name)


class OneThread(MetricsCase):
    """A thread notes a request after its answer: with one thread the next one comes after that."""

    threads = 1

    def test_nothing_without_it(self) -> None:
        names = ("request_metrics", "process_metrics", "server_metrics")
        self.assertEqual([self.figures(name) for name in names], [None] * 3)

    def test_requests_of_a_period(self) -> None:
        self.run_in("mod_wsgi.start_recording_metrics()")
        self.figures()
        self.worker.get("/raise")
        self.run_in("mod_wsgi.start_recording_metrics()")
        seen = self.figures()
        self.assertEqual(seen["request_count"], 3)  # with the one that ended the last period
        self.assertEqual([seen["status_2xx"], seen["status_5xx"]], [2, 1])
        self.assertEqual(sum(seen["request_threads_completed"]), 3)
        self.assertEqual(len(seen["request_threads_busy_time"]), 1)
        self.assertEqual(sum(seen["application_time_buckets"]), 3)
        self.assertGreater(seen["output_bytes"], 4)
        self.assertEqual(self.figures()["request_count"], 1)


class Recording(MetricsCase):
    def test_a_request_in_progress(self) -> None:
        self.run_in("mod_wsgi.start_recording_metrics()")
        one = self.worker.requests[self.threads]
        one.request("/wait")
        elapsed = [False]
        while not all(elapsed):  # it may not have begun
            seen = self.figures()
            elapsed = [seconds > 0 for seconds in seen["request_threads_current_elapsed"]]
        self.assertEqual(elapsed, [True, True])
        self.assertEqual(self.figures("process_metrics")["active_requests"], 2)
        self.run_in("GO_ON.set()")
        self.assertEqual(one.response().body, b"abc")
        total = 0
        while not total:  # the thread notes it after the answer
            total = self.figures()["status_4xx"]
        self.assertEqual(total, 1)

    def test_requests_before_recording_count_for_the_process(self) -> None:
        for _ in range(3):
            self.run_in("result = 1")
        self.run_in("mod_wsgi.start_recording_metrics()")
        asked = 0
        seen = {"request_count": 0}
        while seen["request_count"] < 4:  # the thread notes it after the answer
            seen = self.figures("process_metrics")
            asked += 1
        self.assertLess(seen["request_count"], 4 + asked)
        self.assertEqual([t["thread_id"] for t in seen["threads"]], [0, 1, 2])
        self.assertEqual(seen["pid"], self.worker.process.pid)

    def test_an_interrupted_request_is_over(self) -> None:
        self.run_in("mod_wsgi.start_recording_metrics()")
        one = self.worker.requests[self.threads]
        one.request("/wait", mod_wsgi__request_id="LATE")
        self.figures()
        self.worker.tell("interrupt", number=one.number)
        self.run_in("GO_ON.set()")
        one.response()
        while self.figures("process_metrics")["active_requests"] != 1:
            pass
        self.assertGreater(self.figures()["request_count"], 0)


class OfTheServer(MetricsCase):
    options = {"serverMetrics": True}

    def test_the_supervisor_is_asked(self) -> None:
        one = self.worker.requests[self.threads]
        code = b"result = mod_wsgi.server_metrics()"
        one.request("/", method="POST", body=code)
        number = self.worker.wait_message("ask-metrics")["number"]
        told = {"restart_time": 0, "processes": [{"workers": [{"last_used": 5, "access_count": 5}]}]}
        self.worker.tell("metrics", number=number + 7, metrics={"of": "somebody else"})
        self.worker.tell("metrics", number=number, metrics=told)
        text = one.response().body
        self.assertEqual(json.loads(text), told)
        self.assertIn(b'"restart_time": 0.0', text)
        self.assertIn(b'"last_used": 5.0, "access_count": 5}', text)


if __name__ == "__main__":
    unittest.main()

"""What is sent to a telemetry service. (Against mod_wsgi itself: test/parity/scenarios/telemetry.mjs.)"""

import os
import shutil
import socket
import struct
import sys
import tempfile
import unittest
from os.path import abspath, dirname, join
from typing import Any, Dict, List

from fake_supervisor import FakeSupervisor

HERE = dirname(abspath(__file__))
sys.path.insert(0, join(dirname(HERE), "rig"))
sys.path.insert(0, join(dirname(dirname(HERE)), "python"))
from telemetry_listener import decode  # noqa: E402

from modwsgi_dev_worker import telemetry_records as records  # noqa: E402
from modwsgi_dev_worker.telemetry import MOST_KEPT_EVENTS, MOST_SENT_EVENTS, GarbageEvents  # noqa: E402

SOURCE = r'''
import json, threading
import mod_wsgi
GO_ON = threading.Event()
def application(environ, start_response):
    if environ["PATH_INFO"] == "/go":
        GO_ON.set()
    if environ["PATH_INFO"] == "/wait":
        GO_ON.wait(10)
    mod_wsgi.start_recording_metrics()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps([mod_wsgi.request_metrics(), mod_wsgi.process_metrics()]).encode()]
'''


class Records(unittest.TestCase):
    def test_the_bytes_of_a_record(self) -> None:
        fields = [(20, records.WHOLE, 3), (5, records.TEXT, b"host"), (90, records.WHOLES, [1, -1])]
        data = records.record(records.STARTED, 7, 2**32 + 1, 1.5, [*fields, (111, records.FLOATS, [0.5])])
        header = struct.pack("<4sBBHIId", b"WSGI", 1, 5, 0, 7, 1, 1.5)
        self.assertEqual(
            data,
            header
            + b"\x14\0\x01\x03\0\0\0\0\0\0\0"
            + b"\x05\0\x04\x04\0host"
            + b"\x5a\0\x05\x02\0\x01\0\0\0\xff\xff\xff\xff"
            + b"\x6f\0\x06\x01\0"
            + struct.pack("<d", 0.5),
        )

    def test_texts_that_are_too_long_are_cut(self) -> None:
        fields = records.slow_request({"method": b"x" * 16, "scheme": b"http", "host": b"y" * 255})
        texts = {number: value for number, type_, value in fields if type_ == records.TEXT}
        self.assertEqual(texts, {210: b"x" * 12 + b"...", 211: b"http", 212: b"y" * 255})

    def test_texts_of_nothing_are_left_out(self) -> None:
        identity = records.Identity("6.0.5", "3.8.1", "", "", 1)
        self.assertEqual([field[0] for field in records.started(identity, 0.005)], [1, 2, 7, 13])


class Garbage(unittest.TestCase):
    def test_events_are_kept_in_order_and_counted_when_dropped(self) -> None:
        import gc

        events = GarbageEvents()
        gc.callbacks.remove(events.hear)  # from here on only what is told by hand counts
        for number in range(MOST_KEPT_EVENTS + 2):
            events.hear("start", {})
            events.hear("stop", {"generation": 0, "collected": number, "uncollectable": 0})
        taken, dropped = events.take()
        self.assertEqual([len(taken), taken[0][3], dropped], [MOST_SENT_EVENTS, 2, 2])
        self.assertEqual(events.take()[1], 0)


class Sending(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.path = os.path.join(folder, "socket")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        self.listener.settimeout(15)
        self.seen: List[Dict[str, Any]] = []

    def start(self, **options: Any) -> FakeSupervisor:
        given = {"path": self.path, "interval": 0.5, "slow": 0, "userAgent": False, "daemon": True}
        environ = {"mod_wsgi.process_group": "host:80", "mod_wsgi.server_pid": "77"}
        worker = FakeSupervisor(
            SOURCE, threads=2, environ=environ, telemetry={**given, **options}
        )
        self.addCleanup(worker.close)
        return worker

    def until(self, kind: int) -> Dict[int, Any]:
        """Receive up to a record of this kind; its fields."""
        while True:
            record = decode(self.listener.recv(65536))
            self.seen.append(record)
            if record["kind"] == kind:
                return {number: value for number, _, value in record["fields"]}

    def test_the_life_of_a_process(self) -> None:
        worker = self.start()
        self.assertEqual(self.until(records.STARTED)[7], 77)
        self.assertEqual(worker.get("/").body, b"[null, null]")
        self.assertEqual(worker.shutdown(), 0)
        self.assertEqual(self.until(records.STOPPING)[130], "shutdown_signal")
        stopped = self.until(records.STOPPED)
        self.assertEqual([stopped[number] for number in (132, 134, 135)], [1, 0, 1])
        periods = [record for record in self.seen if record["kind"] == records.REQUESTS]
        counts = [dict((n, v) for n, _, v in record["fields"])[20] for record in periods]
        self.assertEqual(sum(counts), 1)
        self.assertEqual([record["sequence"] for record in self.seen], list(range(1, len(self.seen) + 1)))
        self.assertTrue(all(record["stamp"] > 1.7e9 for record in self.seen))

    def test_a_slow_request_is_reported_while_it_runs_and_when_it_has_ended(self) -> None:
        worker = self.start(slow=0.1, userAgent=True)
        one = worker.requests[1]
        one.request("/wait", HTTP_USER_AGENT="agent/1")
        running = self.until(records.SLOW_REQUEST)
        self.assertEqual([running[n] for n in (200, 210, 211, 212, 217)], [0, "GET", "http", "127.0.0.1", "agent/1"])
        worker.requests[2].get("/go")
        self.assertEqual(one.response().status, "200 OK")
        over = self.until(records.SLOW_REQUEST)
        while over[200] == 0:
            over = self.until(records.SLOW_REQUEST)
        self.assertEqual(over[240], 200)
        self.assertIn(over[261], (1, 2))  # the request that let it go on may not have ended
        self.assertGreaterEqual(over[202], 0.1)

    def test_a_service_that_does_not_read_holds_nothing_up(self) -> None:
        worker = self.start()
        try:
            while True:  # until there is no room
                self.filler().send(b"x" * 8000)
        except BlockingIOError:
            pass
        self.assertEqual(worker.get("/").status, "200 OK")
        self.assertEqual(worker.shutdown(), 0)

    def filler(self) -> socket.socket:
        filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(filler.close)
        filler.setblocking(False)
        filler.connect(self.path)
        return filler

    def test_nobody_has_to_listen(self) -> None:
        worker = self.start(path=self.path + ".none")
        self.assertEqual(worker.get("/").status, "200 OK")
        self.assertEqual(worker.shutdown(), 0)


if __name__ == "__main__":
    unittest.main()

"""A process of --service-script."""

import json
import os
import signal
import socket
import unittest
from typing import Any

from fake_supervisor import FakeSupervisor

ABOUT = r'''
import json, os, signal, sys, threading
import mod_wsgi
print(json.dumps({
    "name": __name__[:10], "registered": vars(sys.modules[__name__]) is globals(), "argv": sys.argv,
    "main thread": threading.current_thread() is threading.main_thread(),
    "group": mod_wsgi.process_group, "threads": mod_wsgi.threads_per_process,
    "TERM": signal.getsignal(signal.SIGTERM).__name__, "INT": signal.getsignal(signal.SIGINT),
    "file": __file__ == os.path.join(os.getcwd(), "app.py"), "package": __package__,
}))
'''
WAIT = r'''
import atexit, signal, time
atexit.register(lambda: print("exit function"))
print("before:", signal.signal(signal.SIGUSR1, lambda *args: print("USR1")))
print("begun")
while True:
    time.sleep(0.02)  # a signal that comes right before one long wait would be seen after it
'''


class Service(unittest.TestCase):
    def service(self, source: str, **options: Any) -> FakeSupervisor:
        worker = FakeSupervisor(
            source, threads=0, wait=False, service=True, processGroup="service:x", **options
        )
        self.addCleanup(worker.close)
        return worker

    def test_what_it_sees(self) -> None:
        worker = self.service(ABOUT)
        self.assertEqual(worker.wait_exit(), 0)
        self.assertEqual(
            json.loads(worker.wait_log("{").text),
            {"name": "_mod_wsgi_", "registered": True, "argv": ["mod_wsgi"], "main thread": True,
             "group": "service:x", "threads": 0, "TERM": "system_exit", "INT": None, "file": True,
             "package": None},
        )  # fmt: skip
        self.assertEqual(worker.messages, [])

    def test_its_connections(self) -> None:
        worker = self.service("")
        self.assertEqual(sorted(h["role"] for h in worker.hellos), ["control", "lifeline"])

    def test_signals_are_its_own_and_TERM_ends_it(self) -> None:
        worker = self.service(WAIT)
        worker.wait_log("begun")
        os.kill(worker.process.pid, signal.SIGUSR1)
        worker.wait_log("USR1")
        os.kill(worker.process.pid, signal.SIGHUP)
        os.kill(worker.process.pid, signal.SIGTERM)
        self.assertEqual(worker.wait_exit(), 0)
        self.assertEqual(worker.lines(), ["before: None", "begun", "USR1", "exit function"])

    def test_an_exception_is_logged(self) -> None:
        worker = self.service("print('begun')\nraise KeyError('broken')\n")
        self.assertEqual(worker.wait_exit(), 0)
        worker.wait_log("for main interpreter of daemon process 'service:x'.")
        worker.wait_log("KeyError: 'broken'")

    def test_exit_is_silent(self) -> None:
        worker = self.service("import sys\nprint('begun')\nsys.exit(3)\n")
        self.assertEqual(worker.wait_exit(), 0)
        self.assertEqual(worker.lines(), ["begun"])

    def test_threads_are_waited_for(self) -> None:
        source = "import threading, time\n"
        source += "threading.Thread(target=lambda: (time.sleep(0.1), print('through'))).start()\n"
        worker = self.service(source)
        self.assertEqual(worker.wait_exit(), 0)
        self.assertEqual(worker.lines(), ["through"])

    def test_it_ends_with_the_supervisor(self) -> None:
        worker = self.service(WAIT)
        worker.wait_log("begun")
        worker.control.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(worker.wait_exit(), 1)


if __name__ == "__main__":
    unittest.main()

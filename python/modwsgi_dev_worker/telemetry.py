"""--telemetry-service: sends measures of this process to a socket, as mod_wsgi does.

A thread of its own sends a record for each period, and those of slow requests and of the garbage collector. Whoever listens
may come and go: what nobody takes is lost. Imported only with the option.
"""

import math
import os
import socket
import sys
from _thread import allocate_lock, start_new_thread
from collections import deque
from time import time

import mod_wsgi
from mod_wsgi import _metrics

from . import telemetry_records as records
from .current_request import current
from .metrics import Recorder
from .protocol import environ_of

if False:
    from typing import Any, Deque, Dict, List, Tuple

    from .worker import Worker

# Runs of the garbage collector kept until they are sent, and sent in one period.
MOST_KEPT_EVENTS = 256
MOST_SENT_EVENTS = 64

# Running requests of one period that are reported.
MOST_RUNNING = 16

# Seconds that a service may take to make room for a record: few fit into its queue (net.unix.max_dgram_qlen).
PATIENCE = 0.2

# Bytes of a socket's buffer, enough for any record where it is small (macOS).
SEND_BUFFER = 65536


class SlowRecorder(Recorder):
    """All figures, and the slow requests that have ended; slow: seconds, 0 for none."""

    def __init__(self, worker: "Worker", slow: float, most_kept: int, user_agent: bool) -> None:
        self.slow = slow
        self.over: "Deque[Dict[str, Any]]" = deque(maxlen=most_kept)
        self._user_agent = user_agent
        self._active_at_start: "Dict[int, int]" = {}
        super().__init__(worker)

    def started(self, number: int) -> None:
        """Thread `number` begins a request."""
        super().started(number)
        if self.slow:
            with self._lock:
                self._active_at_start[number] = self._active()

    def finished(self, number: int, fields: "Dict[str, Any]") -> None:
        """Thread `number` has ended its request, which it still has."""
        if self.slow:
            with self._lock:
                start, active = self._threads[number - 1].started, self._active()
            if start is not None and time() - start >= self.slow:
                # The thread was told to begin a moment after.
                start = min(start, fields["application_start"])
                values = {**fields, "over": 1, "active_at_end": active}
                values.update(self._phases(fields, fields["application_finish"]))
                self.over.append(self._describe(number, start, time(), values))
        super().finished(number, fields)

    def running(self) -> "List[Dict[str, Any]]":
        """The slow requests that have not ended."""
        now = time()
        with self._lock:
            starts = [(number, figures.started) for number, figures in enumerate(self._threads, 1)]
        slow = [(n, start) for n, start in starts if start is not None and now - start >= self.slow]
        return [self._describe(n, start, now, {}) for n, start in slow[:MOST_RUNNING]]

    def _describe(
        self, number: int, start: float, now: float, known: "Dict[str, Any]"
    ) -> "Dict[str, Any]":
        exchange = self._worker.threads[number - 1].exchange
        environ = environ_of(exchange.text) if exchange is not None else {}
        host = environ.get("HTTP_HOST", "").lower()
        name, _, port = host.rpartition(":")
        values = {
            "start": start,
            "duration": now - start,
            "thread": number,
            "server_pid": self._worker.server_pid,
            "active_at_start": self._active_at_start.get(number, 0),
            "request_id": environ.get("mod_wsgi.request_id"),
            "method": environ.get("REQUEST_METHOD"),
            "scheme": environ.get("wsgi.url_scheme", "http"),
            "host": name if name and port.isdigit() else host,
            "script_name": environ.get("mod_wsgi.script_name"),
            "path_info": environ.get("mod_wsgi.path_info"),
            "protocol": environ.get("SERVER_PROTOCOL"),
            "client": environ.get("REMOTE_ADDR"),
            "user_agent": environ.get("HTTP_USER_AGENT") if self._user_agent else None,
        }
        if not known and "mod_wsgi.request_start" in environ:
            marks = dict.fromkeys(("daemon_start", "application_start"), start)
            for mark in ("request_start", "queue_start"):
                marks[mark] = float(environ["mod_wsgi." + mark])
            values.update(self._phases(marks, now))
        texts = {
            key: value.encode("latin-1", "replace")
            for key, value in values.items()
            if isinstance(value, str)
        }
        return {**known, **values, **texts}

    def _phases(self, marks: "Dict[str, Any]", finish: float) -> "Dict[str, float]":
        """Seconds of each phase; without a daemon process there is no queue."""
        if not marks["queue_start"]:
            server = marks["application_start"] - marks["request_start"]
            return {"server": max(0.0, server), "application": finish - marks["application_start"]}
        names = ("request_start", "queue_start", "daemon_start", "application_start")
        times = [*(marks[name] for name in names), finish]
        phases = ("server", "queue", "daemon", "application")
        return {name: max(0.0, b - a) for name, a, b in zip(phases, times, times[1:])}

    def active(self) -> int:
        """Requests that run now."""
        with self._lock:
            return self._active()


class GarbageEvents:
    """Hears of each run of the garbage collector. It may run anywhere in our code, so nothing is locked here."""

    def __init__(self) -> None:
        import gc

        self._start = 0.0
        self._kept: "Deque[Tuple[float, float, int, int, int]]" = deque(maxlen=MOST_KEPT_EVENTS)
        self._dropped = 0
        gc.callbacks.append(self.hear)

    def hear(self, phase: str, info: "Dict[str, int]") -> None:
        """What gc.callbacks are told."""
        if phase == "start":
            self._start = time()
        elif phase == "stop":
            self._dropped += len(self._kept) == MOST_KEPT_EVENTS
            lasted = max(0.0, time() - self._start)
            figures = info["generation"], info["collected"], info["uncollectable"]
            self._kept.append((self._start, lasted, *figures))

    def take(self) -> "Tuple[List[Tuple[float, float, int, int, int]], int]":
        """The oldest that are not sent, and how many were dropped since the last call."""
        taken = []
        while self._kept and len(taken) < MOST_SENT_EVENTS:
            taken.append(self._kept.popleft())
        dropped, self._dropped = self._dropped, 0
        return taken, dropped


class Telemetry:
    """Sends what there is to tell of this process, from now to its end."""

    def __init__(self, worker: "Worker", options: "Dict[str, Any]") -> None:
        self.interval: float = options["interval"]
        self._path: str = options["path"]
        slow = options["slow"]
        kept = 32
        if slow:
            kept = max(kept, min(8192, len(worker.threads) * math.ceil(self.interval / slow) * 2))
        self._recorder = SlowRecorder(worker, slow, kept, options["userAgent"])
        self._daemon: bool = options["daemon"]
        self._garbage = GarbageEvents()
        self._began = time()
        self._sequence = 0
        self._lock = allocate_lock()
        self._stop = allocate_lock()
        self._stop.acquire()
        self._said_stopped = False
        self._switch_interval = sys.getswitchinterval()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket.settimeout(PATIENCE)
        self._identity = records.Identity(
            ".".join(map(str, mod_wsgi.version)),
            sys.version.split()[0],
            socket.gethostname(),
            mod_wsgi.process_group,
            worker.server_pid,
        )

    def start(self) -> None:
        """Measure all requests from now on, and send each period."""
        _metrics.recorders.append(self._recorder)
        fields = records.started(self._identity, self._switch_interval)
        self._send(records.STARTED, fields, self._began)
        start_new_thread(self._run, ())

    def _run(self) -> None:
        current.exchange = None
        while not self._stop.acquire(timeout=self.interval):
            self._send_period()

    def stopping(self, reason: str) -> None:
        """The end is decided; requests may still run."""
        active = self._recorder.active()
        self._send(records.STOPPING, records.stopping(self._identity, reason, active))

    def end(self, reason: str, forced: bool = False) -> None:
        """Send what is left, and that the process ends; forced: there is no time, or no use, to wait any longer."""
        with self._lock:
            if self._said_stopped:
                return
            self._said_stopped = True
        active = self._recorder.active()
        if not forced:
            self._stop.release()
            self._send_period()
        served = self._recorder.process_metrics()["request_count"]
        fields = records.stopped(
            self._identity, reason, time() - self._began, served, active, not forced and not active
        )
        self._send(records.STOPPED, fields)

    def _send_period(self) -> None:
        recorder = self._recorder
        metrics = recorder.request_metrics()
        fields = records.requests(
            self._identity, metrics, self.interval, recorder.slow, self._switch_interval, self._daemon
        )
        self._send(records.REQUESTS, fields)
        if recorder.slow:
            now = time()
            while recorder.over:
                self._send(records.SLOW_REQUEST, records.slow_request(recorder.over.popleft()), now)
            for values in recorder.running():
                self._send(records.SLOW_REQUEST, records.slow_request(values), now)
        events, dropped = self._garbage.take()
        self._send(records.GARBAGE, records.garbage(dropped))
        for event in events:
            self._send(records.GARBAGE_EVENT, records.garbage_event(*event))

    def _send(self, kind: int, fields: "Any", stamp: "Any" = None) -> None:
        with self._lock:  # records arrive in the order of their numbers
            self._sequence += 1
            now = time() if stamp is None else stamp
            self._put(records.record(kind, os.getpid(), self._sequence, now, fields))

    def _put(self, data: bytes) -> None:
        try:
            self._socket.sendto(data, self._path)
            self._socket.settimeout(PATIENCE)
        except (BlockingIOError, socket.timeout):
            # It does not read: nothing is held up by it again until it does.
            self._socket.settimeout(0)
        except OSError:
            pass  # nobody listens

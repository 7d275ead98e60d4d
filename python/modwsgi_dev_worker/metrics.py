"""Measures requests for request_metrics() and process_metrics(), from start_recording_metrics() on.

Keys, units and the meaning of each figure are those of mod_wsgi 6.0.5. Two figures are not known here and
stay 0: the time spent waiting for the interpreter lock, and what was busy before recording began.
"""

import os
from _thread import allocate_lock
from time import time

from .process_figures import memory, processor
from .protocol import NUMBER
from .time_buckets import Times

if False:
    from typing import Any, Dict, List, Optional

    from .worker import Worker

# Phases of a request; the first four follow one another.
PHASES = ("server", "queue", "daemon", "application", "request", "gil_wait", "input_read", "output_write")


class ThreadFigures:
    """What one request thread did since the last look. Times are seconds."""

    __slots__ = ("served", "started", "busy_since", "busy", "processor", "completed", "longest")

    def __init__(self) -> None:
        self.served = 0  # requests begun, ever
        self.started: "Optional[float]" = None  # the request in progress
        self.busy_since = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin a new period."""
        self.busy = self.processor = self.longest = 0.0
        self.completed = 0


class Recorder:
    """All figures of this process. Request threads report to it; any thread may ask."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._lock = allocate_lock()
        self._threads = [ThreadFigures() for _ in worker.threads]
        self._began = self._last = now = time()
        self._last_processor = processor()
        self._busy = 0.0  # of all threads, ever, up to _busy_at
        self._busy_at = now
        self._last_busy = 0.0
        self._last_count = 0
        self._count = 0  # requests that have ended since recording began
        self._reset()
        # Requests in progress count from here on.
        for thread in worker.threads:
            if thread.exchange is not None:
                self.started(thread.number)
        self._before = self._begun() - self._active()

    def _reset(self) -> None:
        self._times: "Dict[str, Times]" = {name: Times() for name in PHASES}
        self._statuses = [0] * 5
        self._bytes = [0] * 4  # input: bytes, reads; output: bytes, writes

    # ---- from the request threads

    def started(self, number: int) -> None:
        """Thread `number` begins a request."""
        with self._lock:
            self._add_busy()
            figures = self._threads[number - 1]
            figures.served += 1
            figures.started = figures.busy_since = self._busy_at

    def finished(self, number: int, fields: "Dict[str, Any]") -> None:
        """Thread `number` has ended its request; fields are those of request_finished."""
        with self._lock:
            self._add_busy()
            self._count += 1
            figures = self._threads[number - 1]
            if figures.started is not None:
                figures.busy += max(0.0, self._busy_at - figures.busy_since)
                figures.longest = max(figures.longest, self._busy_at - figures.started)
                figures.started = None
            figures.completed += 1
            figures.processor += fields["cpu_time"]
            self._add_times(fields)
            status = fields["status"] // 100
            if 1 <= status <= 5:
                self._statuses[status - 1] += 1
            names = ("input_length", "input_reads", "output_length", "output_writes")
            for place, name in enumerate(names):
                self._bytes[place] += fields[name]

    def _add_times(self, fields: "Dict[str, Any]") -> None:
        marks = [
            fields[name]
            for name in ("request_start", "queue_start", "daemon_start", "application_start")
        ] + [fields["application_finish"]]
        whole = 0
        for name, start, end in zip(PHASES, marks, marks[1:]):
            lasted = max(0, int((end - start) * 1e6))
            whole += lasted
            self._times[name].add(lasted)
        self._times["request"].add(whole)
        for name, key in (
            ("gil_wait", "gil_wait_time"),
            ("input_read", "input_time"),
            ("output_write", "output_time"),
        ):
            self._times[name].add(int(fields[key] * 1e6))

    def _add_busy(self) -> None:
        now = time()
        self._busy += self._active() * max(0.0, now - self._busy_at)
        self._busy_at = now

    def _active(self) -> int:
        return sum(figures.started is not None for figures in self._threads)

    def _begun(self) -> int:
        """The number of the last request that was begun: requests are counted from 1."""
        begun = self._worker.begun
        places = range(0, len(begun), NUMBER.size)
        return max((NUMBER.unpack_from(begun, place)[0] for place in places), default=0)

    # ---- for the application

    def process_metrics(self) -> "Dict[str, Any]":
        """The process from its start to now; nothing is begun anew by asking."""
        with self._lock:
            self._add_busy()
            now = self._busy_at
            most, present = memory()
            user, system = processor()
            started = self._worker.started
            # mod_wsgi lists its main thread, which never serves a request, as thread 0.
            threads = [{"thread_id": 0, "request_count": 0}]
            for number, figures in enumerate(self._threads, 1):
                threads.append({"thread_id": number, "request_count": figures.served})
            return {
                "pid": os.getpid(),
                "request_busy_time": self._busy,
                "request_count": self._before + self._count,
                "memory_max_rss": most,
                "memory_rss": present,
                "cpu_user_time": user,
                "cpu_system_time": system,
                "cpu_time": user + system,
                "restart_time": started,
                "current_time": now,
                "running_time": int(now - started),
                "request_threads": len(threads),
                "active_requests": self._active(),
                "threads": threads,
            }

    def request_metrics(self) -> "Dict[str, Any]":
        """The time since the last call; a new period begins."""
        with self._lock:
            self._add_busy()
            now = self._busy_at
            period = max(now - self._last, 1e-9)
            metrics: "Dict[str, Any]" = {"pid": os.getpid()}
            # Both are the end of the period, as measured: mod_wsgi moves its mark before it shows it.
            metrics.update(start_time=now, stop_time=now, sample_period=period)
            self._put_use(metrics, period)
            self._put_threads_and_requests(metrics, period)
            self._put_phases(metrics)
            self._last = now
            self._last_busy = self._busy
            self._last_count = self._count
            self._reset()
            return metrics

    def _put_use(self, metrics: "Dict[str, Any]", period: float) -> None:
        used = processor()
        user, system = (max(0.0, a - b) / period for a, b in zip(used, self._last_processor))
        self._last_processor = used
        # The names with `time` are older names of the same figures.
        for name, value in (("user_", user), ("system_", system), ("", user + system)):
            metrics["cpu_%sutilization" % name] = metrics["cpu_%stime" % name] = value
        metrics["memory_max_rss"], metrics["memory_rss"] = memory()

    def _put_threads_and_requests(self, metrics: "Dict[str, Any]", period: float) -> None:
        threads = self._threads
        elapsed = []
        for figures in threads:
            if figures.started is not None:
                figures.busy += max(0.0, self._busy_at - figures.busy_since)
                figures.busy_since = self._busy_at
            elapsed.append(0.0 if figures.started is None else self._busy_at - figures.started)
        count = self._count - self._last_count
        completed = [figures.completed for figures in threads]
        active = sum(1 for f in threads if f.completed or f.started is not None)
        metrics.update(
            request_threads_maximum=len(threads),
            request_threads_started=len(threads) + 1,  # with the main thread, as process_metrics
            request_threads_active=active,
            capacity_utilization=(self._busy - self._last_busy) / period / max(1, len(threads)),
            request_count=count,
            request_throughput=count / period,
        )
        for number, value in enumerate(self._statuses, 1):
            metrics["status_%dxx" % number] = value
        for name, value in zip(("input_bytes", "input_reads", "output_bytes", "output_writes"), self._bytes):
            metrics[name] = value
        metrics.update(
            request_threads_completed=completed,
            request_threads_buckets=list(completed),
            request_threads_busy_time=[figures.busy for figures in threads],
            request_threads_cpu_time=[figures.processor for figures in threads],
            request_threads_current_elapsed=elapsed,
            request_threads_max_duration=[figures.longest for figures in threads],
        )
        for figures in threads:
            figures.reset()

    def _put_phases(self, metrics: "Dict[str, Any]") -> None:
        requests = max(1, sum(self._times["request"].buckets))
        for name in PHASES:
            metrics[name + "_time_buckets"] = self._times[name].buckets
        for name in PHASES:
            metrics[name + "_time"] = self._times[name].total / 1e6 / requests
        metrics["gil_wait_count"] = 0
        for name in PHASES:
            metrics[name + "_time_min_us"] = self._times[name].least
            metrics[name + "_time_max_us"] = self._times[name].most

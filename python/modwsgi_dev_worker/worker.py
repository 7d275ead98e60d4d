"""The life of a worker process: connect, load, serve, leave.

The main thread loads the application and then waits for facts (signals, and what the control thread
puts beside them). The control thread reads messages at any time, also while the application loads.
"""

import os
import sys
from _thread import start_new_thread
from time import sleep, time

import mod_wsgi
from mod_wsgi import _metrics
from mod_wsgi._events import publish

from .application import Application, MissingCallable
from .connection import Channel, ConnectionLost
from .current_request import current
from .environ import make_base_environ
from .error_report import report_channel_error
from .import_times import LONG_LOAD, ImportTimes
from .intake import Intake
from .lifeline import hold_lifeline
from .loaded_files import LoadedFiles
from .log_record import renew_lock
from .log_stream import end_line, process_lines
from .process_limits import limit_processor_time
from .process_signals import GRACEFUL_REASONS, PUBLISHED, LeaveNow, SignalQueue
from .process_world import prepare_process
from .protocol import ProtocolError
from .request_thread import RequestThread

if False:
    from mmap import mmap
    from typing import Any, Dict, Iterator, List, Optional, Tuple

    from .connection import Connection
    from .server_figures import ServerFigures
    from .telemetry import Telemetry
    from .template import Template


class Worker:
    """All that belongs to this process."""

    def __init__(self, channel: "Channel", begun_path: str) -> None:
        self.started = time()
        self.channel = channel
        self.begun_path = begun_path
        self.control: "Connection" = channel.connect("control")
        self.signals = SignalQueue()
        self.threads: "List[RequestThread]" = []
        self.intake: "Optional[Intake]" = None  # as begun: not in the process of a service
        self.begun: "Any" = b""
        self.server_figures: "Optional[ServerFigures]" = None
        self.server_pid = 0
        self.telemetry: "Optional[Telemetry]" = None
        self.shutdown_reason: "Optional[str]" = None
        self.shutdown_timeout = 5.0
        self._stopping_published = False

    def run(self, template: "Optional[Template]" = None) -> None:
        """Live from `configure` to the end of the process; does not return.

        template: what this process was until it was forked; its process is prepared.
        """
        configuration = self.control.receive_message()
        if configuration["type"] != "configure":
            raise ProtocolError("Message %r before configure" % configuration["type"])
        self.shutdown_timeout = configuration["shutdownTimeout"]
        self.orphans_interpreter = bool(configuration.get("orphanInterpreter"))
        if configuration.get("serverMetrics"):
            from .server_figures import ServerFigures

            self.server_figures = ServerFigures(self._send)
        self.channel.send_buffer = configuration.get("sendBuffer", 0)
        self.channel.receive_buffer = configuration.get("receiveBuffer", 0)
        self.reports_failures = bool(configuration.get("reportFailures"))
        self.debugging = configuration["debug"] is not None
        if configuration.get("evicts"):
            self.signals.let_evict()
        if configuration.get("cpuTimeLimit"):
            limit_processor_time(configuration["cpuTimeLimit"], self.shutdown_timeout)
        self.lifeline = hold_lifeline(self.channel, alone=self.debugging)
        if template is None:
            files = LoadedFiles(self._report_files, configuration["reportFiles"])
        else:
            files = template.files
            files.report_to(self._report_files, configuration["reportFiles"])
        self.files = files
        _metrics.worker = self
        self.application = Application(configuration, files)
        self.application.on_late_load = self._report_late_load
        if self.debugging:
            self._enter_debug_mode(configuration["debug"])
        service = bool(configuration.get("service"))
        access = configuration.get("access")
        if access is not None:
            self._start_access_threads(configuration)
        elif not service:
            self._start_threads(configuration)
        if template is None:
            prepare_process(configuration)
        if not service:
            self.signals.install()
        if configuration.get("telemetry"):
            self._start_telemetry(configuration)
        os.register_at_fork(after_in_child=self._forget_in_child)
        start_new_thread(self._read_control, ())
        current.exchange = None
        if service:
            from .service import run_service

            run_service(configuration["script"], self._finish_interpreter)
        files.watch_imports()
        if access is None:
            self._load()
        else:
            self._say_ready()
        self._wait_for_the_end()

    def _enter_debug_mode(self, options: "Dict[str, Any]") -> None:
        from .debug_mode import DebugMode

        self.application.debug = DebugMode(options)
        self.signals.leave_interrupts_to_supervisor()

    def _start_threads(self, configuration: "Dict[str, Any]") -> None:
        environ = make_base_environ(configuration)
        for place in self._open_places(configuration["threads"]):
            thread = RequestThread(*place, self.application, environ)
            if not configuration["processGroup"]:
                thread.leave_out_queue()
            self.threads.append(thread)
            start_new_thread(thread.run, ())

    def _start_access_threads(self, configuration: "Dict[str, Any]") -> None:
        from .access_scripts import AccessScripts
        from .access_thread import AccessThread
        from .log_record import call_remote_client

        call_remote_client()
        scripts = AccessScripts(configuration, self.files)
        for place in self._open_places(configuration["threads"]):
            self.threads.append(AccessThread(*place, scripts))

    def _open_places(
        self, threads: int
    ) -> "Iterator[Tuple[int, Connection, Intake, mmap]]":
        """For each thread in turn what it works with: number, connection, intake, what is begun."""
        self.begun = _map_file(self.begun_path)
        self.intake = Intake(self.channel.connect("intake"))
        for number in range(1, threads + 1):
            yield number, self.channel.connect("thread", number), self.intake, self.begun

    def _say_ready(self) -> None:
        """The scripts of access control are loaded when they are first asked."""
        import threading  # noqa: F401  # whoever imports it first is its main thread

        for thread in self.threads:
            start_new_thread(thread.run, ())
        self._send(
            {"type": "ready", "loaded": True, "error": None, "missing": False, "seconds": 0}
        )

    def _start_telemetry(self, configuration: "Dict[str, Any]") -> None:
        from .telemetry import Telemetry

        self.server_pid = int(configuration["environ"]["mod_wsgi.server_pid"])
        self.telemetry = _metrics.telemetry = Telemetry(self, configuration["telemetry"])
        self.telemetry.start()

    def _forget_in_child(self) -> None:
        """A forked child is no worker: the channel is not its own."""
        renew_lock()
        threads = (thread.connection for thread in self.threads)
        for connection in (self.control, self.lifeline, *threads):
            connection.close()
        if self.intake is not None:
            self.intake.connection.close()

    # ---- loading

    def _load(self) -> None:
        started = time()
        times = self._measure_imports()
        self.signals.interrupts_load = True
        try:
            function = self.application.load()
        except LeaveNow:
            return
        finally:
            self.signals.interrupts_load = False
            self.files.times = None
            if times is not None:
                times.end()
        import threading  # noqa: F401  # whoever imports it first is its main thread

        seconds = time() - started
        self.intake.judge_anew()
        error = self.application.error
        report = {
            "type": "ready",
            "loaded": function is not None,
            "error": None if error is None else _describe(error),
            "missing": isinstance(error, MissingCallable),
            "seconds": seconds,
        }
        if times is not None and seconds > LONG_LOAD:
            report["imports"] = times.slowest(self.files.is_installed)
        if self.files.conditions is not None:
            report["conditions"] = self.files.conditions.now()
        if error is not None and self.reports_failures:
            from .load_failure import describe_failure

            report["failure"] = describe_failure(error)
        self._send(report)

    def _measure_imports(self) -> "Optional[ImportTimes]":
        """Begin to do so, where our finder sees imports."""
        if not self.files.enabled or self.debugging:
            return None
        times = self.files.times = ImportTimes()
        times.begin(self.application.source_name())
        return times

    def _report_late_load(self) -> None:
        self._send({"type": "loaded"})

    def _report_files(self, files: "List[Any]") -> None:
        self._send({"type": "files", "files": files})

    # ---- control

    def _send(self, message: "Dict[str, Any]") -> None:
        try:
            self.control.send_message(message)
        except ConnectionLost:
            os._exit(1)

    def _read_control(self) -> None:
        """Take messages of the supervisor; a thread of its own."""
        current.exchange = None
        while True:
            try:
                message = self.control.receive_message()
            except ConnectionLost:
                os._exit(1)
            except ProtocolError as error:
                report_channel_error(error)
                os._exit(1)
            kind = message["type"]
            if kind == "shutdown":
                self._take_shutdown(message.get("reason") or "shutdown_signal")
            elif kind == "wake":
                self.intake.wake_one()
            elif kind == "ping":
                self._send({"type": "pong"})
            elif kind == "stacks":
                self._write_stacks(message["numbers"])
            elif kind == "interrupt":
                start_new_thread(self._interrupt, (message["number"],))
            elif kind == "modules":
                self._send({"type": "modules", "imports": self.files.common_imports()})
            elif kind == "metrics":
                if self.server_figures is not None:
                    self.server_figures.told(message)

    def ask_server_metrics(self) -> "Optional[Dict[str, Any]]":
        """What mod_wsgi.server_metrics() gives: the supervisor's figures; None if it has none for us."""
        return None if self.server_figures is None else self.server_figures.ask()

    def _take_shutdown(self, reason: str) -> None:
        self.shutdown_reason = reason
        self.signals.put(0)
        start_new_thread(self.signals.interrupt_load, ())

    def _write_stacks(self, numbers: "Optional[List[int]]") -> None:
        from .stacks import write_stacks

        write_stacks(self.threads, numbers)
        self._send({"type": "stacks-written"})

    def _interrupt(self, number: int) -> None:
        """Raise RequestTimeout inside of a request, as long as it runs; a thread of its own.

        Not while our own code is at work for it, in which it could tear a frame apart; the application comes
        back soon, or the supervisor loses patience.
        """
        from .stacks import is_in_own_code

        current.exchange = None
        for thread in self.threads:
            exchange = thread.exchange
            if exchange is not None and exchange.number == number:
                break
        else:
            return
        while is_in_own_code(thread.ident):
            if thread.exchange is not exchange or exchange.over:
                return
            sleep(0.005)
        import ctypes

        set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
        identity = ctypes.c_ulong(thread.ident)
        timeout = ctypes.py_object(mod_wsgi.RequestTimeout)
        if thread.exchange is exchange and not exchange.over:
            set_exception(identity, timeout)
            if thread.exchange is not exchange:
                # It ended meanwhile: the thread may be reading the intake, whose requests would be lost.
                set_exception(identity, None)

    # ---- the end

    def _wait_for_the_end(self) -> None:
        """Take facts until one of them ends the process."""
        while self.shutdown_reason is None:
            number = self.signals.get()
            if number in self.signals.leave_reasons:
                if self.shutdown_reason is None:
                    self._leave(self.signals.leave_reasons[number])
            elif number in PUBLISHED:
                fields = {"signum": number, "signame": PUBLISHED[number]}
                publish(
                    "process_signal", mod_wsgi.event_callbacks + mod_wsgi.signal_callbacks, fields
                )
        self._end(self.shutdown_reason)

    def _leave(self, reason: str) -> None:
        """A signal ends this process: say so, and go once the supervisor sends nothing any more."""
        self.application.leave()
        self._send({"type": "stopping", "reason": reason})
        self._publish_stopping(reason)
        if reason not in GRACEFUL_REASONS:
            start_new_thread(self._go_without_answer, (reason,))
        while self.shutdown_reason is None:
            self.signals.get()

    def _go_without_answer(self, reason: str) -> None:
        sleep(self.shutdown_timeout)
        self.shutdown_reason = self.shutdown_reason or reason
        self.signals.put(0)

    def _publish_stopping(self, reason: str) -> None:
        if not self._stopping_published:
            self._stopping_published = True
            callbacks = mod_wsgi.event_callbacks + mod_wsgi.shutdown_callbacks
            publish("process_stopping", callbacks, {"shutdown_reason": reason})
            if self.telemetry is not None:
                self.telemetry.stopping(reason)

    def _end(self, reason: str) -> None:
        """Finish what runs, run exit functions, exit 0."""
        self.application.leave()
        self._publish_stopping(reason)
        if self.telemetry is not None:
            start_new_thread(self._end_telemetry_by_force, (reason,))
        sleep(0.005)  # a thread that has just taken the application is about to say so
        while any(thread.exchange is not None for thread in self.threads):
            sleep(0.005)
        if self.telemetry is not None:
            self.telemetry.end(reason)
        if not self.debugging:
            start_new_thread(self._end_by_force, ())
        if not self.orphans_interpreter:
            self._finish_interpreter()
        end_line(process_lines)
        if self.debugging:
            _flush_terminal()
        os._exit(0)

    def _finish_interpreter(self) -> None:
        """What Python itself does at its end: wait for threads, run exit functions."""
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
        import atexit

        atexit._run_exitfuncs()

    def _end_telemetry_by_force(self, reason: str) -> None:
        """Say that the process ends just before the supervisor ends it."""
        sleep(max(0.0, self.shutdown_timeout - 0.1))
        self.telemetry.end(reason, forced=True)  # type: ignore[union-attr]

    def _end_by_force(self) -> None:
        sleep(self.shutdown_timeout)
        end_line(process_lines)
        os._exit(1)


def _map_file(path: str) -> "mmap":
    """A file of the supervisor as memory that both see."""
    from mmap import mmap

    descriptor = os.open(path, os.O_RDWR)
    try:
        return mmap(descriptor, 0)
    finally:
        os.close(descriptor)


def _flush_terminal() -> None:
    """Write what Python has kept of standard output, which it does where that is no terminal."""
    try:
        sys.stdout.flush()
    except Exception:
        pass  # nobody reads it any more


def _describe(error: BaseException) -> str:
    """An error in one line, for the supervisor."""
    try:
        return "%s: %s" % (type(error).__name__, error)
    except Exception:
        return type(error).__name__

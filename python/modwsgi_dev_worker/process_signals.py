"""Signals of a worker: what they do, and what the application sees of them.

As under mod_wsgi the application cannot install handlers: signal.signal returns what it was given and
does nothing, and signal.getsignal knows nothing of handlers it did not install.
"""

import _signal
import os
import sys
from _signal import SIGINT, SIGTERM, pthread_kill
from _thread import allocate_lock, get_ident, start_new_thread
from time import sleep

if False:
    from typing import Any, List

# Signals that end a process, with the reason given to subscribers.
LEAVE_REASONS = {
    _signal.SIGTERM: "shutdown_signal",
    _signal.SIGINT: "shutdown_signal",
    _signal.SIGUSR1: "graceful_signal",
    _signal.SIGXCPU: "cpu_time_limit",
}
# With these the supervisor decides how long the requests in progress are waited for.
GRACEFUL_REASONS = frozenset(["graceful_signal", "eviction_signal", "cpu_time_limit"])
# Signals that are only published.
PUBLISHED = {_signal.SIGHUP: "SIGHUP", _signal.SIGUSR2: "SIGUSR2"}

_real_signal = _signal.signal
_real_getsignal = _signal.getsignal
_real_set_wakeup_fd = _signal.set_wakeup_fd


class LeaveNow(BaseException):
    """Raised in the main thread by a signal which ends the process while the application loads."""


class SignalQueue:
    """Signals, and what other threads put beside them, for the main thread to take one by one.

    The interpreter writes the number of each signal into a pipe (signal.set_wakeup_fd), and a thread
    takes it from there: so none is lost between a look for signals and a wait for them.
    """

    def __init__(self) -> None:
        self.leave_reasons = dict(LEAVE_REASONS)
        self._main = get_ident()
        self._facts: "List[int]" = []
        self._some = allocate_lock()  # held while there may be no fact
        self._some.acquire()
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        self.interrupts_load = False  # whether a signal that ends the process raises LeaveNow

    def install(self) -> None:
        """Take over the signals and hide that from the application. Called by the main thread."""
        for number in (*LEAVE_REASONS, *PUBLISHED):
            _real_signal(number, self._handle)
        _real_set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        _hide()
        os.register_at_fork(after_in_child=self._forget_in_child)
        start_new_thread(self._forward, ())

    def let_evict(self) -> None:
        """Have SIGUSR1 mean an eviction (--eviction-timeout)."""
        self.leave_reasons[_signal.SIGUSR1] = "eviction_signal"

    def leave_interrupts_to_supervisor(self) -> None:
        """Have SIGINT do nothing: in debug mode Ctrl-C reaches the supervisor too, which decides.

        It is caught all the same; ignored it would stay so in programs that the application starts.
        """
        del self.leave_reasons[SIGINT]

    def put(self, number: int) -> None:
        """Queue a fact: the number of a signal, or 0 for something else that has changed."""
        self._facts.append(number)
        try:
            self._some.release()
        except RuntimeError:
            pass  # released already

    def get(self) -> int:
        """Wait for the next fact."""
        while not self._facts:
            self._some.acquire()
        return self._facts.pop(0)

    def interrupt_load(self) -> None:
        """Have LeaveNow raised in the main thread if it is loading the application.

        Repeated, because a signal that comes just before the main thread starts to wait for
        something does not end that wait.
        """
        while self.interrupts_load:
            pthread_kill(self._main, SIGTERM)
            sleep(0.02)

    def _forward(self) -> None:
        while True:
            number = os.read(self._read_end, 1)[0]
            self.put(number)
            if number in self.leave_reasons:
                self.interrupt_load()

    def _handle(self, number: int, frame: "Any") -> None:
        if self.interrupts_load and number in self.leave_reasons:
            self.interrupts_load = False
            raise LeaveNow

    def _forget_in_child(self) -> None:
        """A forked child shares the pipe; its signals are its own."""
        _real_set_wakeup_fd(-1)
        for number in (*LEAVE_REASONS, *PUBLISHED):
            _real_signal(number, _signal.SIG_DFL)
        os.close(self._read_end)
        os.close(self._write_end)


def _hide() -> None:
    """Replace what the module `signal` is built on; it is usually not imported yet."""

    def signal(signalnum: int, handler: "Any", /) -> "Any":
        """Return the handler unused (mod_wsgi, WSGIRestrictSignal)."""
        return handler

    def getsignal(signalnum: int, /) -> "Any":
        """The handler, None for signals that the server keeps for itself."""
        handler = _real_getsignal(signalnum)
        return None if getattr(handler, "__func__", None) is SignalQueue._handle else handler

    def set_wakeup_fd(fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        """Nothing: without handlers of its own no signal would reach the application's descriptor."""
        return -1

    _signal.signal = signal  # type: ignore[assignment]
    _signal.getsignal = getsignal  # type: ignore[assignment]
    # Its own signal() and getsignal() call those of _signal, and turn numbers into names.
    for module in (_signal, sys.modules.get("signal")):
        if module is not None:
            module.set_wakeup_fd = set_wakeup_fd  # type: ignore[attr-defined]

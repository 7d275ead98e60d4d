"""Signals of a worker: what they do, and what the application sees of them.

The supervisor's signals arrive through a pipe, so that a handler only queues the fact. As under
mod_wsgi the application cannot install handlers: signal.signal returns what it was given and does
nothing, and signal.getsignal knows nothing of handlers it did not install.
"""

import _signal
import os

if False:
    from typing import Any, Callable, Optional

# Signals that end a process, with the reason given to subscribers.
LEAVE_REASONS = {
    _signal.SIGTERM: "shutdown_signal",
    _signal.SIGINT: "shutdown_signal",
    _signal.SIGUSR1: "graceful_signal",
}
# Signals that are only published.
PUBLISHED = {_signal.SIGHUP: "SIGHUP", _signal.SIGUSR2: "SIGUSR2"}

_real_signal = _signal.signal
_real_getsignal = _signal.getsignal


class LeaveNow(BaseException):
    """Raised in the main thread by a signal which ends the process while the application loads."""


class SignalQueue:
    """A pipe into which signals, and other threads, put one byte for each fact."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        self._owner = os.getpid()
        self.interrupts_load = False

    def install(self) -> None:
        """Take over the signals and hide that from the application."""
        for number in (*LEAVE_REASONS, *PUBLISHED):
            _real_signal(number, self._handle)
        _hide()
        os.register_at_fork(after_in_child=self._forget_in_child)

    def put(self, number: int) -> None:
        """Queue a fact: a signal's number, or 0 to wake up the main thread."""
        try:
            os.write(self._write_end, bytes((number,)))
        except BlockingIOError:
            pass

    def get(self) -> int:
        """Wait for the next fact."""
        return os.read(self._read_end, 1)[0]

    def _handle(self, number: int, frame: "Any") -> None:
        self.put(number)
        if self.interrupts_load and number in LEAVE_REASONS:
            self.interrupts_load = False
            raise LeaveNow

    def _forget_in_child(self) -> None:
        """A forked child shares the pipe; its signals are its own."""
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

    import sys

    _signal.signal = signal  # type: ignore[assignment]
    _signal.getsignal = getsignal  # type: ignore[assignment]
    module = sys.modules.get("signal")
    if module is not None:
        module.signal = signal  # type: ignore[attr-defined]
        module.getsignal = getsignal  # type: ignore[attr-defined]

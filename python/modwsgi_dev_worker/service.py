"""A process of --service-script: runs one script in its main thread, and ends with it.

Signals are the script's own, other than in a process that serves requests: TERM raises SystemExit, and
handlers it installs are installed. (Measured on mod_wsgi 6.0.5: a daemon process with threads=0.)
"""

import _signal
import os

from .error_report import report_load_error
from .log_stream import end_line, process_lines
from .script_module import compile_script, module_name, run_script

if False:
    from typing import Any, Callable, NoReturn

# Signals that do nothing here, and whose handlers are shown as None.
_KEPT = (_signal.SIGINT, _signal.SIGHUP, _signal.SIGUSR1, _signal.SIGUSR2, _signal.SIGXCPU)


def run_service(script: str, finish_interpreter: "Callable[[], None]") -> "NoReturn":
    """Run the script, then what is due at the end of an interpreter, and leave."""
    install_signals()
    _guarded(lambda: run_script(module_name(script), script, compile_script(script)), script)
    _guarded(finish_interpreter, script)
    end_line(process_lines)
    os._exit(0)


def _guarded(step: "Callable[[], object]", script: str) -> None:
    try:
        step()
    except SystemExit:
        pass
    except BaseException as error:
        report_load_error(error, script, None, None, None)


def install_signals() -> None:
    """TERM ends the script; some others are kept from it until it installs handlers of its own."""
    _signal.signal(_signal.SIGTERM, system_exit)
    for number in _KEPT:
        _signal.signal(number, _ignore)
    real_signal, real_getsignal = _signal.signal, _signal.getsignal

    def signal(signalnum: int, handler: "Any", /) -> "Any":
        """Install a handler; gives the one before, None for signals that were kept."""
        return _shown(real_signal(signalnum, handler))

    def getsignal(signalnum: int, /) -> "Any":
        """The handler, None for signals that are kept."""
        return _shown(real_getsignal(signalnum))

    _signal.signal, _signal.getsignal = signal, getsignal  # type: ignore[assignment]


def system_exit(signalnum: int, frame: "Any") -> None:
    """The handler of TERM."""
    raise SystemExit


def _ignore(signalnum: int, frame: "Any") -> None:
    """The handler of signals that are kept."""


def _shown(handler: "Any") -> "Any":
    return None if handler is _ignore else handler

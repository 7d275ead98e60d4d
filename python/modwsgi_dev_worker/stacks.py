"""Stacks of threads as lines of the log: what a request does that takes too long."""

import os
import sys
from traceback import extract_stack, format_list

from . import log_record
from .protocol import environ_of

if False:
    from typing import Any, List, Optional, Sequence

    from .exchange import Exchange
    from .request_thread import RequestThread

_own_folder = os.path.dirname(os.path.abspath(__file__)) + os.sep


def write_stacks(threads: "Sequence[RequestThread]", numbers: "Optional[List[int]]") -> None:
    """Write the stack of each thread that has one of these requests; with None of all threads.

    Each is one text, and carries the request's client, script and identity. Threads that wait in our own code
    are left out.
    """
    frames = sys._current_frames()
    try:
        for thread in threads:
            exchange = thread.exchange
            if exchange is None or (numbers is not None and exchange.number not in numbers):
                continue
            frame = frames.pop(thread.ident, None)
            if frame is not None:
                _write("Stack of %s in thread %d" % (_title(exchange), thread.number), frame, exchange)
        if numbers is None:
            names = _names()
            for ident, frame in frames.items():
                if not _is_own(frame):
                    _write("Stack of %s" % names.get(ident, "thread 0x%x" % ident), frame, None)
    finally:
        frames.clear()  # frames hold what their functions work with


def is_in_own_code(ident: int) -> bool:
    """Whether a thread runs code of this package right now; False for a thread that does not exist."""
    frame = sys._current_frames().get(ident)
    return frame is not None and frame.f_code.co_filename.startswith(_own_folder)


def _is_own(frame: "Any") -> bool:
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_own_folder):
            return False
        frame = frame.f_back
    return True


def _title(exchange: "Exchange") -> str:
    values = environ_of(exchange.text)
    return "%s %s" % (values.get("REQUEST_METHOD", "?"), values.get("REQUEST_URI", "?"))


def _names() -> "dict":
    """Names of the threads that the module threading knows, by their identity."""
    threading = sys.modules.get("threading")
    if threading is None:
        return {}
    return {thread.ident: "thread " + thread.name for thread in threading.enumerate()}


def _write(title: str, frame: "object", exchange: "Optional[Exchange]") -> None:
    calls = extract_stack(frame)  # type: ignore[arg-type]
    while calls and calls[0].filename.startswith(_own_folder):
        del calls[0]
    text = title + ":\n" + "".join(format_list(calls)).rstrip("\n")
    remote, script, request = (None, None, None) if exchange is None else exchange.origin()
    line = text.encode("utf-8", "surrogateescape")
    log_record.write_line(line, log_record.RUNTIME, "error", remote, script, request)

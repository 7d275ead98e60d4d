"""Exceptions as lines of the log, in mod_wsgi's words: one that says where, then the exception.

The real tool's own frames never show up in a traceback; ours do not either.
"""

import os

from . import log_record
from .protocol import ProtocolError

if False:
    from types import TracebackType
    from typing import List, Optional

_own_folder = os.path.dirname(os.path.abspath(__file__)) + os.sep
_own_mod_wsgi = os.path.join(os.path.dirname(os.path.dirname(_own_folder)), "mod_wsgi") + os.sep

# Where the application runs: "main interpreter of daemon process 'localhost:8000'", or "main interpreter
# in embedded mode", as which debug mode counts too.
_place = "main interpreter"


def set_place(process_group: str, application_group: str) -> None:
    """Keep the names under which the process and its interpreter appear in the log."""
    global _place
    interpreter = "sub-interpreter %r" % application_group if application_group else "main interpreter"
    where = "of daemon process %r" % process_group if process_group else "in embedded mode"
    _place = "%s %s" % (interpreter, where)


def place() -> str:
    """Where the application, or a script, runs: as set by set_place."""
    return _place


def report_request_error(
    error: BaseException,
    remote: "Optional[str]",
    script: "Optional[str]",
    request: "Optional[str]",
    path: "Optional[str]" = None,
) -> None:
    """Log an exception that ended a request: its type and script, then its traceback.

    path: the script that raised it, where that is not what answers the request.
    """
    source = script if path is None else path
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        text = "WSGI0175: [script %s] %s exception raised by WSGI script '%s' for %s; ignored."
    else:
        text = "WSGI0174: [script %s] %s exception raised processing WSGI script '%s' for %s."
    _write([text % (script, kind, source, _place)] + _traceback(error), remote, request=request)


def report_load_error(
    error: BaseException,
    path: str,
    remote: "Optional[str]",
    script: "Optional[str]",
    request: "Optional[str]",
) -> None:
    """Log that the application could not be loaded; the request is None at the start."""
    kind = type(error).__name__
    early = remote is None
    if isinstance(error, SystemExit):
        code = "WSGI0108" if early else "WSGI0107"
        text = "%s: SystemExit exception raised when doing exec of Python script file '%s'."
        lines = []
        first = text % (code, path)
    else:
        code = "WSGI0110" if early else "WSGI0109"
        first = "%s: Unable to execute Python script file '%s'." % (code, path)
        where = "" if early else "[script %s] " % script
        text = "WSGI0174: %s%s exception raised processing WSGI script '%s' for %s."
        lines = [text % (where, kind, path, _place)]
    _write([first], remote, script, request=request)
    _write(lines + _traceback(error), remote, request=request)


def report_finding(text: str, remote: str, script: str) -> None:
    """Log what is wrong with the answer of a script that decides on access, or what it decided."""
    line = text.replace("\n", "\\n").encode("utf-8", "surrogateescape")
    with log_record.lock:
        log_record.write_line(line, log_record.RUNTIME, "error", remote, script)


def report_callback_error(event: str, error: BaseException) -> None:
    """Log an exception raised by a subscriber of an event."""
    kind = type(error).__name__
    text = "WSGI0112: %s exception raised by event callback for '%s'." % (kind, event)
    _write([text] + _traceback(error))


def report_interrupt(remote: str, script: str, request: str) -> None:
    """Log that a request ran into its time limit and its thread is free again."""
    text = "Request interrupted by RequestTimeout; thread recovered."
    _write([text], remote, script, "info", request)


def report_short_file(error: Exception, remote: str, script: str, request: str) -> None:
    """Log that a file of wsgi.file_wrapper ended before the Content-Length of its response."""
    text = "modwsgi-dev: the file of a response is shorter than its Content-Length: %s" % error
    _write([text], remote, script, "error", request)


def report_channel_error(error: BaseException) -> None:
    """Log why this side closes a connection of the channel; a fault of modwsgi-dev, not of the site."""
    text = "modwsgi-dev: the worker closes a connection: %s: %s" % (type(error).__name__, error)
    lines = text.split("\n")
    if not isinstance(error, ProtocolError):
        import traceback

        lines += "".join(
            traceback.format_exception(type(error), error, error.__traceback__)
        ).split("\n")
    _write(lines)


def _traceback(error: BaseException) -> "List[str]":
    """The lines of the formatted exception, without blank lines and without our frames."""
    import traceback

    try:
        _cut_own_frames(error)
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException as second:  # an exception whose __str__ fails in its own way
        text = "%s: <%s while formatting>" % (type(error).__name__, type(second).__name__)
    return [line for line in text.split("\n") if line.strip()]


def _write(
    lines: "List[str]",
    remote: "Optional[str]" = None,
    script: "Optional[str]" = None,
    level: str = "error",
    request: "Optional[str]" = None,
) -> None:
    """Log lines that belong together, in one piece."""
    text = "\n".join(lines).encode("utf-8", "replace")
    with log_record.lock:
        log_record.write_line(text, log_record.RUNTIME, level, remote, script, request)


def _cut_own_frames(error: BaseException) -> None:
    """Let tracebacks begin where the application begins, also those of causes and contexts."""
    seen = set()
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        tb = error.__traceback__
        while tb is not None and _is_own(tb):
            tb = tb.tb_next
        error.__traceback__ = _without_own_tail(tb)
        waiting += (error.__cause__, error.__context__)  # type: ignore[arg-type]


def _without_own_tail(tb: "Optional[TracebackType]") -> "Optional[TracebackType]":
    """The traceback up to where our code (start_response, wsgi.input) raised the exception.

    In the real tool these are functions in C, which have no frames.
    """
    last = None
    step = tb
    while step is not None:
        if not _is_own(step):
            last = step
        step = step.tb_next
    if last is not None:
        last.tb_next = None
    return tb


def _is_own(tb: "TracebackType") -> bool:
    path = tb.tb_frame.f_code.co_filename
    return path.startswith(_own_folder) or path.startswith(_own_mod_wsgi)

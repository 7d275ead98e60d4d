"""The text streams of a worker: sys.stdout, sys.stderr and wsgi.errors, cut into lines for the log.

During a request the three share one unfinished line, outside of requests the process has one; a line
belongs to the request of the thread that writes it (for wsgi.errors: to the request it was made for).
Measured on mod_wsgi 6.0.5; `class Log` has the names its object of the same name has.
"""

import io
import sys

from . import log_record
from .current_request import current_exchange
from .log_record import STDERR, STDOUT, WSGI_ERRORS, write_line
from .public_names import OF_PYTHON_CLASSES, public_names

if False:
    from typing import Any, Iterable, List, Optional, Tuple, Union

    from .exchange import Exchange

    Lines = Union["ProcessLines", Exchange]

class ProcessLines:
    """The unfinished line of the process, for text that belongs to no request.

    An Exchange has the same attributes for the text of its request.
    """

    __slots__ = ("partial", "partial_stream")

    def __init__(self) -> None:
        self.partial = b""
        self.partial_stream = STDERR

    def origin(self) -> "Tuple[Optional[str], Optional[str], Optional[str]]":
        """REMOTE_ADDR:REMOTE_PORT, SCRIPT_FILENAME and the request's identity: none here."""
        return None, None, None


process_lines = ProcessLines()


def current_lines() -> "Lines":
    """What text of this thread belongs to: its request, or the process."""
    return current_exchange() or process_lines


def add_text(lines: "Lines", data: bytes, stream: int) -> None:
    """Add bytes to an unfinished line; the lines that become complete are written, in one piece."""
    with log_record.lock:
        complete, end, lines.partial = (lines.partial + data).rpartition(b"\n")
        lines.partial_stream = stream
        if end:
            write_line(complete, stream, "error", *lines.origin())


def end_line(lines: "Lines") -> None:
    """Write the unfinished line, if there is one, as if it were finished."""
    with log_record.lock:
        line, lines.partial = lines.partial, b""
        if line:
            write_line(line, lines.partial_stream, "error", *lines.origin())


class Log:
    """The byte side of a log stream, as `sys.stdout.buffer` shows it."""

    __slots__ = ("_name", "_stream")

    __dir__ = public_names

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, name: str, stream: int) -> None:
        self._name = name
        self._stream = stream

    @property
    def name(self) -> str:
        return self._name

    def _lines(self, method: str) -> "Optional[Lines]":
        return current_lines()

    def write(self, data: "Union[bytes, bytearray, memoryview]") -> int:
        """Write bytes and return how many; like every binary stream it refuses text."""
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        data = bytes(data)
        add_text(self._lines("write"), data, self._stream)
        return len(data)

    def writelines(self, lines: "Iterable[bytes]") -> None:
        """Write each of several byte strings."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """End an unfinished line in the log."""
        lines = self._lines("flush")
        if lines is not None:
            end_line(lines)

    def close(self) -> None:
        """Nothing: a log stream stays open as long as what it belongs to."""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        """Raise OSError, as for every stream without a descriptor of its own."""
        raise OSError("wsgi.errors log object has no file descriptor")

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


class RequestErrorsLog(Log):
    """The byte side of one wsgi.errors."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: "Exchange") -> None:
        super().__init__(exchange.errors_name, WSGI_ERRORS)
        self._exchange = exchange

    def _lines(self, method: str) -> "Optional[Lines]":
        if self._exchange.over:
            if method == "flush":
                return None
            raise RuntimeError(method + "() called on wsgi.errors after request completed")
        return self._exchange


for _class in (Log, RequestErrorsLog):
    _class.__module__ = "mod_wsgi"
    _class.__qualname__ = _class.__name__ = "Log"


class ErrorsStream(io.TextIOWrapper):
    """wsgi.errors of one request, opened."""

    __slots__ = ("_exchange",)

    def __dir__(self) -> "List[str]":
        hidden = ("_exchange",) + OF_PYTHON_CLASSES
        return [name for name in super().__dir__() if name not in hidden]


class UnopenedErrorsStream(ErrorsStream):
    """wsgi.errors of one request, made in every request and hardly ever used.

    Opening a TextIOWrapper costs as much as the rest of the environ, so it happens at the first use:
    every attribute found through the class opens the stream, which then is an ErrorsStream.
    """

    __slots__ = ()

    def __getattribute__(self, name: str) -> "Any":
        exchange = io.TextIOWrapper.__getattribute__(self, "_exchange")
        if name == "closed" and exchange.over:
            return True  # asked by its destructor; do not open it for that
        open_errors_stream(self, exchange)
        return getattr(self, name)

    def __next__(self) -> str:
        return self.__getattribute__("readline")()

    def __repr__(self) -> str:
        self.__getattribute__("name")
        return repr(self)


def open_errors_stream(stream: "UnopenedErrorsStream", exchange: "Any") -> None:
    """Make an unopened wsgi.errors a working text stream."""
    stream.__class__ = ErrorsStream
    stream.__init__(  # type: ignore[misc]
        RequestErrorsLog(exchange),
        encoding="utf-8",
        errors="replace",
        line_buffering=True,
        write_through=True,
    )


for _class in (ErrorsStream, UnopenedErrorsStream):
    _class.__module__ = "_io"
    _class.__qualname__ = _class.__name__ = "TextIOWrapper"


def open_text_stream(name: str, stream: int) -> "io.TextIOWrapper":
    """A text stream like sys.stdout of a daemon process: UTF-8, line buffered, no descriptor."""
    return io.TextIOWrapper(
        Log(name, stream),  # type: ignore[arg-type]
        encoding="utf-8",
        errors="replace",
        line_buffering=True,
        write_through=True,
    )


def replace_standard_streams(on_terminal: bool) -> None:
    """Make sys.stdout and sys.stderr log streams; on_terminal: sys.stdout stays what it is."""
    if not on_terminal:
        sys.stdout = open_text_stream("<stdout>", STDOUT)
    sys.stderr = open_text_stream("<stderr>", STDERR)

"""A request about which the scripts of access control are asked, and one call of theirs.

Each call has an environ of its own, whose wsgi.errors and mod_ssl functions work until it is over.
"""

from .error_report import report_finding, report_request_error
from .log_record import WSGI_ERRORS
from .log_stream import UnopenedErrorsStream, end_line
from .protocol import environ_of

if False:
    from types import TracebackType
    from typing import Any, Dict, Optional, Tuple, Type


class AccessRequest:
    """What the front asks: its own words, which begin with `modwsgi_dev.`, and the keys of the environ."""

    def __init__(self, text: str, base_environ: "Dict[str, Any]") -> None:
        keys = environ_of(text)
        take = keys.pop
        self.checks = take("modwsgi_dev.checks").split(" ")
        self.user = take("modwsgi_dev.user", "")
        self.password = take("modwsgi_dev.password", "")
        self.realm = take("modwsgi_dev.realm", "")
        self.https = take("modwsgi_dev.https", "") == "on"
        self.script = take("SCRIPT_FILENAME")
        self.host = keys["REMOTE_ADDR"]
        self.uri = keys["SCRIPT_NAME"] + keys["PATH_INFO"]
        self.keys = keys
        self.base_environ = base_environ

    def origin(self) -> "Tuple[str, str, Optional[str]]":
        """Client and file, for lines of the log."""
        return self.host + ":" + self.keys["REMOTE_PORT"], self.script, None

    def complain(self, text: str) -> None:
        """Write a line to the log."""
        remote, script, _ = self.origin()
        report_finding(text, remote, script)

    def call(self, path: str) -> "AccessCall":
        """A call of a function of this script, as a context whose exceptions end in the log."""
        return AccessCall(self, path)


def shown(text: str) -> str:
    """Text of one character for each byte, as the text that the bytes are, for the log."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


class AccessCall:
    """One call of a function."""

    def __init__(self, request: "AccessRequest", path: str) -> None:
        self.request = request
        self.path = path
        self.lines = CallLines(request)
        auth = Auth(self.lines)
        environ = dict(request.base_environ)
        environ.update(request.keys)
        environ["mod_ssl.is_https"] = auth.ssl_is_https
        environ["mod_ssl.var_lookup"] = auth.ssl_var_lookup
        errors = UnopenedErrorsStream.__new__(UnopenedErrorsStream)
        errors._exchange = self.lines  # type: ignore[assignment]
        environ["wsgi.errors"] = errors
        self.environ: "Dict[str, Any]" = environ

    def complain(self, text: str) -> None:
        """Write a line to the log."""
        self.request.complain(text)

    def __enter__(self) -> "AccessCall":
        return self

    def __exit__(
        self,
        kind: "Optional[Type[BaseException]]",
        error: "Optional[BaseException]",
        traceback: "Optional[TracebackType]",
    ) -> bool:
        request = self.request
        if error is not None:
            report_request_error(error, *request.origin(), path=self.path)  # type: ignore[misc]
        if self.lines.partial:
            end_line(self.lines)  # type: ignore[arg-type]
        self.lines.over = True
        return True


class CallLines:
    """The unfinished line of wsgi.errors, until the call is over; an Exchange has the same attributes."""

    errors_name = "<log>"

    def __init__(self, request: "AccessRequest") -> None:
        self.partial = b""
        self.partial_stream = WSGI_ERRORS
        self.over = False
        self.https = request.https
        self.origin = request.origin


class Auth:
    """What the functions of mod_ssl in the environ belong to."""

    def __init__(self, lines: "CallLines") -> None:
        self._call = lines

    def ssl_is_https(self) -> int:
        """1 for a request that came over TLS."""
        self._expect_request()
        return int(self._call.https)

    def ssl_var_lookup(self, name: "Any", /) -> "Optional[str]":
        """A variable of mod_ssl; of them only HTTPS is known, and only over TLS."""
        self._expect_request()
        if isinstance(name, str):
            try:
                name.encode("latin-1")
            except UnicodeEncodeError as error:
                raise TypeError(
                    "byte string value expected, value containing non 'latin-1' characters found"
                ) from error
        elif not isinstance(name, bytes):
            kind = type(name).__name__
            raise TypeError("byte string value expected, value of type %s found" % kind)
        return "on" if self._call.https and name in ("HTTPS", b"HTTPS") else None

    def _expect_request(self) -> None:
        if self._call.over:
            raise RuntimeError("request object has expired")


Auth.__module__ = "mod_wsgi"

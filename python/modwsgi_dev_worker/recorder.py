"""--enable-recorder: seven files for each request, named `<microseconds>-<pid>-<n>.<kind>`.

Kinds as in mod_wsgi.express.runtime: iheaders (the environ), icontent (the request body), oheaders
(what start_response was given), ocontent (the response body), and the tracebacks of the call (oaexcept),
of the iteration (orexcept) and of close() (ofexcept). Files of what did not happen are empty.
"""

import os
import pprint
import traceback
from time import time

if False:
    from typing import IO, Any, Callable, Dict, Iterator, Optional

_TEXT = ("iheaders", "oheaders", "oaexcept", "orexcept", "ofexcept")
_BYTES = ("icontent", "ocontent")


class Recording:
    """The open files of one request."""

    def __init__(self, folder: str, number: int) -> None:
        stem = "%d-%d-%d." % (time() * 1000000, os.getpid(), number)
        path = os.path.join(folder, stem)
        self._files: "Dict[str, IO[Any]]" = {}
        try:
            for kind in _TEXT:
                self._files[kind] = open(path + kind, "w", errors="surrogateescape")
            for kind in _BYTES:
                self._files[kind] = open(path + kind, "w+b")
        except BaseException:
            self.close()
            raise

    def take_request(self, environ: "Dict[str, Any]") -> None:
        """Note the environ, and read the body so that the application reads it from the file."""
        pprint.pprint(environ, stream=self._files["iheaders"])
        self._files["iheaders"].close()
        source, content = environ["wsgi.input"], self._files["icontent"]
        data = source.read(8192)
        while data:
            content.write(data)
            data = source.read(8192)
        content.flush()
        content.seek(0)
        environ["wsgi.input"] = content

    def take_head(self, *head: "Any") -> None:
        """Note the arguments of start_response."""
        pprint.pprint(head, stream=self._files["oheaders"])

    def take_block(self, block: bytes) -> None:
        """Note a block of the response; at once on the disk, so that it can be watched."""
        self._files["ocontent"].write(block)
        self._files["ocontent"].flush()

    def take_error(self, kind: str, error: BaseException) -> None:
        """Note a traceback."""
        traceback.print_exception(
            type(error), error, error.__traceback__, file=self._files[kind]
        )

    def close(self) -> None:
        """Close all files but that of the request body, which the application may still hold."""
        for kind, file in self._files.items():
            if kind != "icontent":
                file.close()


class Recorder:
    """A WSGI application around another one. It is a generator: nothing runs before the first block."""

    def __init__(self, function: "Callable[..., Any]", folder: str) -> None:
        self._function = function
        self._folder = folder
        self._count = 0

    def __call__(
        self, environ: "Dict[str, Any]", start_response: "Callable[..., Any]"
    ) -> "Iterator[bytes]":
        self._count += 1
        recording = Recording(self._folder, self._count)

        def start_recorded(
            status: str, headers: "Any", exc_info: "Optional[Any]" = None
        ) -> "Callable[[bytes], None]":
            more = () if exc_info is None else (exc_info,)
            recording.take_head(status, headers, *more)
            write = start_response(status, headers, *more)

            def write_recorded(data: bytes) -> None:
                recording.take_block(data)
                write(data)

            return write_recorded

        try:
            recording.take_request(environ)
            yield from self._run(recording, environ, start_recorded)
        finally:
            recording.close()

    def _run(
        self,
        recording: Recording,
        environ: "Dict[str, Any]",
        start_recorded: "Callable[..., Any]",
    ) -> "Iterator[bytes]":
        try:
            result = self._function(environ, start_recorded)
        except BaseException as error:
            recording.take_error("oaexcept", error)
            raise
        try:
            for block in result:
                recording.take_block(block)
                yield block
        except BaseException as error:
            recording.take_error("orexcept", error)
            raise
        finally:
            try:
                if hasattr(result, "close"):
                    result.close()
            except BaseException as error:
                recording.take_error("ofexcept", error)
                raise

"""--enable-debugger: pdb on the terminal where an exception of the application was raised.

After the prompt the exception goes on, so that the request fails and is logged as without. Frames of
this file take the place of those that mod_wsgi.express.runtime has in the real tool.
"""

import pdb
import sys

if False:
    from typing import Any, Callable, Dict, Iterable, Iterator


class PostMortem:
    """A WSGI application around another one; requests run one at a time and share the debugger."""

    def __init__(self, function: "Callable[..., Any]") -> None:
        self._function = function
        self._debugger = pdb.Pdb()

    def stop_here(self) -> None:
        """--debugger-startup: a prompt before the first request, to set breakpoints."""
        self._debugger.set_trace(sys._getframe())

    def __call__(self, environ: "Dict[str, Any]", start_response: "Callable[..., Any]") -> "Examined":
        try:
            return Examined(self._function(environ, start_response), self.examine)
        except Exception as error:
            self.examine(error)
            raise

    def examine(self, error: BaseException) -> None:
        """Prompt at the innermost frame of the exception until the user goes on or quits."""
        self._debugger.reset()
        self._debugger.interaction(None, error.__traceback__)


class Examined:
    """The iterable of a response; an exception in it, or in its close(), is examined too."""

    def __init__(self, result: "Iterable[bytes]", examine: "Callable[[BaseException], None]") -> None:
        self._result = result
        self._examine = examine

    def __iter__(self) -> "Iterator[bytes]":
        try:
            for block in self._result:
                yield block
        except Exception as error:
            self._examine(error)
            raise

    def close(self) -> None:
        """As the application's own close(), where there is one."""
        try:
            if hasattr(self._result, "close"):
                self._result.close()
        except Exception as error:
            self._examine(error)
            raise

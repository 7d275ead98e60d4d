"""--debug-mode and what implies it: what is put around the application. Imported in debug mode only.

Everything happens when the application is loaded, and counts as part of it: where it fails (no package
coverage, `quit` at the first prompt) the application is not loaded, and the next request tries again.
"""

if False:
    from typing import Any, Callable, Dict


class DebugMode:
    """Loads an application with the tools that the `debug` field of `configure` asks for."""

    def __init__(self, options: "Dict[str, Any]") -> None:
        self._options = options
        self._measuring = False

    def load(self, load: "Callable[[], Callable[..., Any]]") -> "Callable[..., Any]":
        """The callable that `load` gives, with debugger and recorder around it."""
        if not self._measuring:
            self._start_measuring()
            self._measuring = True
        function = load()
        if self._options["debugger"]:
            function = self._with_debugger(function)
        if self._options["recorder"] is not None:
            from .recorder import Recorder

            function = Recorder(function, self._options["recorder"])
        return function

    def _start_measuring(self) -> None:
        folders = self._options["coverage"], self._options["profiler"]
        if folders == (None, None):
            return
        from . import measuring

        # Coverage first: it refuses to start under a profiler of Python 3.12 and later.
        for folder, start in zip(folders, (measuring.start_coverage, measuring.start_profiler)):
            if folder is not None:
                start(folder)

    def _with_debugger(self, function: "Callable[..., Any]") -> "Callable[..., Any]":
        from .post_mortem import PostMortem

        application = PostMortem(function)
        if self._options["startup"]:
            application.stop_here()
        return application

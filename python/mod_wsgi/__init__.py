"""The module `mod_wsgi` as applications see it inside of a worker: names and values of mod_wsgi 6.0.5.

The worker sets the names of the process (process_group and the like) before it loads the
application. LogHandler is made when it is first asked for, because it needs the logging package;
express is imported then.
"""

from ._events import (
    event_callbacks,
    request_data,
    shutdown_callbacks,
    signal_callbacks,
    subscribe_events,
    subscribe_shutdown,
    subscribe_signals,
)
from ._file_wrapper import FileWrapper
from ._metrics import (
    process_metrics,
    request_metrics,
    server_metrics,
    start_recording_metrics,
)
from ._request_timeout import RequestTimeout

if False:
    from typing import Any, Dict, List

version = (6, 0, 5)
process_group = ""
application_group = ""
maximum_processes = 1
threads_per_process = 1

# Request identity (mod_wsgi.request_id of the environ) -> its request_data(), while it runs.
active_requests = {}  # type: Dict[str, Dict[Any, Any]]


def __getattr__(name: str) -> "Any":
    if name == "LogHandler":
        from ._log_handler import LogHandler

        globals()["LogHandler"] = LogHandler
        return LogHandler
    if name == "express":
        # mod_wsgi-express has it imported before the application is loaded.
        import mod_wsgi.express

        return mod_wsgi.express
    raise AttributeError("module %r has no attribute %r" % (__name__, name))


def __dir__() -> "List[str]":
    names = {name for name in globals() if name[0] != "_" or name[:2] == "__"}
    return sorted(names - {"__getattr__", "__dir__"} | {"LogHandler", "express"})

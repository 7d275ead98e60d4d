"""mod_wsgi.express.reloader: files that an application wants to be watched, and the monitor itself.

With --reload-on-changes the supervisor watches what the worker reports, so track_changes only reports
and the monitor runs from the start. start_reloader() of an application without that option starts a monitor
here: a thread that looks at the files of all modules, and at those of track_changes, and ends the process
with SIGINT when one has changed (a new one follows with the next request).
"""

import os
import signal
import sys
import threading

import mod_wsgi
from mod_wsgi import _metrics

if False:
    from typing import Any, Dict, List, Optional

_interval = 1.0
_files = []  # type: List[str]
_times = {}  # type: Dict[str, float]
_running = False
_lock = threading.Lock()
_stop = threading.Event()
_thread = None  # type: Optional[threading.Thread]


def track_changes(path: str) -> None:
    """Have the process replaced when this file changes, as for the files of modules."""
    if path not in _files:
        _files.append(path)
        if _is_watched():
            _metrics.worker.files.add_file(os.path.abspath(path))  # type: ignore[union-attr]


def start_reloader(interval: float = 1.0) -> None:
    """Start the monitor, unless it runs; of several intervals the shortest counts."""
    global _interval, _running, _thread
    _interval = min(_interval, interval)
    with _lock:
        if _running or _is_watched():
            return
        _running = True
        _say("Starting change monitor.")
        _thread = threading.Thread(target=_monitor)
        _thread.start()
        mod_wsgi.subscribe_shutdown(_exiting)


def _is_watched() -> bool:
    """Whether the supervisor watches the files that this process reports."""
    worker = _metrics.worker
    return worker is not None and worker.files.enabled


def _monitor() -> None:
    while True:
        for path in _watched():
            if _modified(path):
                _say('Change detected to "%s".' % path)
                _say("Triggering process restart.")
                _stop.set()
                os.kill(os.getpid(), signal.SIGINT)
        if _stop.wait(_interval):
            return


def _watched() -> "List[str]":
    """The sources of all modules, then the files of track_changes."""
    paths = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path:
            compiled = path.endswith((".pyc", ".pyo", ".pyd"))
            paths.append(path[:-1] if compiled else path)
    return paths + _files


def _modified(path: str) -> bool:
    """Whether the time of a file differs from the first look, or a file seen before is gone.

    Whatever was never a file (a module in an archive) does not count.
    """
    try:
        if not os.path.isfile(path):
            return path in _times
        modified = os.stat(path).st_mtime
    except OSError:
        return True
    return _times.setdefault(path, modified) != modified


def _exiting(*args: "Any", **fields: "Any") -> None:
    _stop.set()
    if _thread is not None and _thread is not threading.current_thread():
        _thread.join()


def _say(text: str) -> None:
    print("monitor (pid=%d): %s" % (os.getpid(), text), file=sys.stderr)

"""--enable-profiler and --enable-coverage: measure from before the application is loaded until the process
ends, and write then.

Both begin in the main thread, as in the real tool: before Python 3.12 a profile holds the load of the
application and the exit functions, but none of the requests, which run in another thread.
"""

import atexit
import os
from time import time


def start_profiler(folder: str) -> None:
    """Write `<microseconds>-<pid>.pstats` at exit, for the module pstats."""
    from cProfile import Profile

    profile = Profile()

    def write() -> None:
        profile.disable()
        name = "%d-%d.pstats" % (time() * 1000000, os.getpid())
        profile.dump_stats(os.path.join(folder, name))

    atexit.register(write)
    profile.enable()


def start_coverage(folder: str) -> None:
    """Write an HTML report at exit. ImportError without the package coverage."""
    from coverage import Coverage  # type: ignore[import]

    coverage = Coverage()

    def write() -> None:
        coverage.stop()
        coverage.html_report(directory=folder)

    coverage.start()
    atexit.register(write)

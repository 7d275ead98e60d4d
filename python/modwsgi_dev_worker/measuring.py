"""--enable-profiler and --enable-coverage: measure from before the application is loaded until the process
ends, and write then.

Both begin in the main thread, as in the real tool: before Python 3.12 a profile holds the load of the
application and the exit functions, but none of the requests, which run in another thread.
"""

import atexit
import os
from time import time

if False:
    from typing import Any


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

    _leave_out_our_own(coverage)
    coverage.start()
    atexit.register(write)


def _leave_out_our_own(coverage: "Any") -> None:
    """Keep the worker out of the report, besides what the user's configuration omits.

    The real tool is an installed package, which coverage leaves out by itself. Before coverage 4 there
    are no options to set.
    """
    if hasattr(coverage, "set_option"):
        packages = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        own = [os.path.join(packages, "*"), os.path.join(os.path.realpath(packages), "*")]
        coverage.set_option("run:omit", [*(coverage.get_option("run:omit") or []), *own])

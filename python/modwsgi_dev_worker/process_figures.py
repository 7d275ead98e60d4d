"""What this process has used of memory and processor."""

import os

if False:
    from typing import Tuple


def memory() -> "Tuple[int, int]":
    """Bytes in memory, at the most so far and now. Where the present is not known, it is the most."""
    most = _peak()
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            return most, int(file.read(200).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return most, most


def _peak() -> int:
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # getrusage(2): bytes there, KiB here


def processor() -> "Tuple[float, float]":
    """Seconds of user and system time."""
    times = os.times()
    return times.user, times.system

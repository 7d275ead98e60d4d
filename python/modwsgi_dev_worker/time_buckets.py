"""How long something took, over many requests: total, extremes and a histogram.

The histogram has the classes of mod_wsgi 6.0: 16 octaves from 1 ms on, each cut into 4 equal parts, and one
class for all that is longer (65.536 s).
"""

from math import frexp

if False:
    from typing import List, Optional

CLASSES = 65


def class_of(microseconds: int) -> int:
    """The place of a time in the histogram: 0 below 1.25 ms, 64 from 65.536 s on."""
    milliseconds = microseconds / 1000.0
    if milliseconds < 1.0:
        return 0
    if milliseconds >= 65536.0:
        return CLASSES - 1
    fraction, exponent = frexp(milliseconds)
    return (exponent - 1) * 4 + min(3, int((2.0 * fraction - 1.0) * 4.0))


class Times:
    """The times of one phase of the requests in one period."""

    __slots__ = ("total", "least", "most", "buckets")

    def __init__(self) -> None:
        self.total = 0  # all numbers are microseconds
        self.least: "Optional[int]" = None
        self.most: "Optional[int]" = None
        self.buckets: "List[int]" = [0] * CLASSES

    def add(self, microseconds: int) -> None:
        """Count the time of one request."""
        self.total += microseconds
        self.least = microseconds if self.least is None else min(self.least, microseconds)
        self.most = microseconds if self.most is None else max(self.most, microseconds)
        self.buckets[class_of(microseconds)] += 1

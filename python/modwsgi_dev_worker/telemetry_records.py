"""The records that go to a telemetry service: the bytes of mod_wsgi 6.0.5 (its wsgi_telemetry.h), made of plain values.

A record is a header and fields: number, type and value, little-endian. Times are seconds. Each function gives the fields of
one kind of record in the order in which mod_wsgi sends them.
"""

import struct

from .metrics import PHASES

if False:
    from typing import Any, Dict, Iterable, List, Optional, Tuple

    Field = Tuple[int, int, Any]

# Kinds of records.
REQUESTS, SLOW_REQUEST, STARTED, STOPPING, STOPPED = 2, 4, 5, 6, 7
GARBAGE, GARBAGE_EVENT = 8, 9

WHOLE, FLOAT, TEXT, WHOLES, FLOATS = 1, 2, 4, 5, 6

VERSION = 1
_HEADER = struct.Struct("<4sBBHIId")
_FIXED = {WHOLE: struct.Struct("<HBQ"), FLOAT: struct.Struct("<HBd")}
_SIZED = struct.Struct("<HBH")

# Threads whose figures are sent.
MOST_THREADS = 128

# Each phase's place in the blocks of fields for means, least, most and histogram, which begin at 60, 70, 80 and 90.
_PLACES = {name: place for place, name in enumerate(PHASES)}
# Those of requests that waited for a daemon process.
_OF_DAEMON = ("queue", "daemon")
_SENT_FIRST = tuple(name for name in PHASES if name not in _OF_DAEMON)


def record(kind: int, pid: int, sequence: int, stamp: float, fields: "Iterable[Field]") -> bytes:
    """The bytes of one record."""
    parts = [_HEADER.pack(b"WSGI", VERSION, kind, 0, pid, sequence & 0xFFFFFFFF, stamp)]
    for number, type_, value in fields:
        if type_ in _FIXED:
            parts.append(_FIXED[type_].pack(number, type_, value))
            continue
        parts.append(_SIZED.pack(number, type_, len(value)))
        if type_ == TEXT:
            parts.append(value)
        else:
            parts.append(struct.pack("<%d%s" % (len(value), "i" if type_ == WHOLES else "d"), *value))
    return b"".join(parts)


class Identity:
    """Who sends: texts of this process, which stay the same."""

    def __init__(self, version: str, python: str, host: str, group: str, parent: int) -> None:
        self.named = _texts((5, host[:127]), (6, group[:63]))
        self.whole = _texts((1, version), (2, python)) + self.named + [(7, WHOLE, parent)]


def started(identity: Identity, switch_interval: float) -> "List[Field]":
    """The process has begun."""
    return [*identity.whole, (13, FLOAT, switch_interval)]


def stopping(identity: Identity, reason: str, active: int) -> "List[Field]":
    """It is about to end, while so many requests run."""
    return [*identity.named, *_texts((130, reason)), (133, WHOLE, active)]


def stopped(
    identity: Identity, reason: str, uptime: float, served: int, active: int, drained: bool
) -> "List[Field]":
    """It ends; active: requests that are cut off."""
    return [
        *identity.named,
        *_texts((130, reason)),
        (131, FLOAT, uptime),
        (132, WHOLE, served),
        (134, WHOLE, active),
        (135, WHOLE, int(drained)),
    ]


def requests(
    identity: Identity,
    metrics: "Dict[str, Any]",
    interval: float,
    slow: float,
    switch_interval: float,
    daemon: bool,
) -> "List[Field]":
    """One period; metrics are those of mod_wsgi.request_metrics()."""
    fields: "List[Field]" = [
        *identity.whole,
        (10, FLOAT, metrics["sample_period"]),
        (11, FLOAT, interval),
        (12, FLOAT, slow),
        (13, FLOAT, switch_interval),
        (20, WHOLE, metrics["request_count"]),
        (21, FLOAT, metrics["request_throughput"]),
        (22, FLOAT, metrics["capacity_utilization"]),
        (30, FLOAT, metrics["cpu_user_utilization"]),
        (31, FLOAT, metrics["cpu_system_utilization"]),
        (32, FLOAT, metrics["cpu_utilization"]),
        (40, WHOLE, metrics["memory_rss"]),
        (41, WHOLE, metrics["memory_max_rss"]),
        (50, WHOLE, metrics["request_threads_maximum"]),
        (51, WHOLE, metrics["request_threads_started"]),
        (52, WHOLE, metrics["request_threads_active"]),
    ]
    _put_phases(fields, metrics, daemon)
    for number, name in enumerate(("input_bytes", "input_reads", "output_bytes", "output_writes"), 100):
        fields.append((number, WHOLE, metrics[name]))
    for number in range(1, 6):
        fields.append((119 + number, WHOLE, metrics["status_%dxx" % number]))
    _put_threads(fields, metrics)
    return fields


def _put_phases(fields: "List[Field]", metrics: "Dict[str, Any]", daemon: bool) -> None:
    names = (*_SENT_FIRST, *(_OF_DAEMON if daemon else ()))
    for name in names:
        fields.append((60 + _PLACES[name], FLOAT, metrics[name + "_time"]))
    for name in names:
        least, most = metrics[name + "_time_min_us"], metrics[name + "_time_max_us"]
        if least is not None:
            fields.append((70 + _PLACES[name], FLOAT, least / 1e6))
            fields.append((80 + _PLACES[name], FLOAT, most / 1e6))
    order = ["server", "application", *(_OF_DAEMON if daemon else ()), *_SENT_FIRST[2:]]
    for name in order:
        fields.append((90 + _PLACES[name], WHOLES, metrics[name + "_time_buckets"]))


def _put_threads(fields: "List[Field]", metrics: "Dict[str, Any]") -> None:
    of_threads = (
        (110, WHOLES, "completed", 0),
        (111, FLOATS, "busy_time", 1000000),
        (112, FLOATS, "cpu_time", 1000000),
        (113, FLOATS, "current_elapsed", 1000),
        (114, FLOATS, "max_duration", 1000),
    )
    for number, type_, name, parts in of_threads:
        values = metrics["request_threads_" + name][:MOST_THREADS]
        if parts:  # in whole parts of a second
            values = [int(value * parts) / parts for value in values]
        fields.append((number, type_, values))


def slow_request(values: "Dict[str, Any]") -> "List[Field]":
    """A request that runs long, or did so and is over; what is not known of it yet is 0."""
    fields: "List[Field]" = []
    for number, type_, name in _SLOW:
        fields.append((number, type_, values.get(name, 0 if type_ == WHOLE else 0.0)))
    for number, name, most in _SLOW_TEXTS:
        text = values.get(name) or b""
        if len(text) >= most:
            text = text[: most - 4] + b"..."
        if text:
            fields.append((number, TEXT, text))
    return fields


_SLOW = (
    (200, WHOLE, "over"),
    (201, FLOAT, "start"),
    (202, FLOAT, "duration"),
    (203, WHOLE, "thread"),
    (205, WHOLE, "server_pid"),
    (230, WHOLE, "input_length"),
    (231, WHOLE, "input_reads"),
    (232, WHOLE, "output_length"),
    (233, WHOLE, "output_writes"),
    (250, FLOAT, "cpu_user_time"),
    (251, FLOAT, "cpu_system_time"),
    (220, FLOAT, "server"),
    (221, FLOAT, "queue"),
    (222, FLOAT, "daemon"),
    (223, FLOAT, "application"),
    (224, FLOAT, "gil_wait_time"),
    (225, WHOLE, "gil_wait_count"),
    (234, FLOAT, "input_time"),
    (235, FLOAT, "output_time"),
    (260, WHOLE, "active_at_start"),
    (261, WHOLE, "active_at_end"),
    (240, WHOLE, "status"),
)

# With the bytes of mod_wsgi's buffers, of which one is for a NUL.
_SLOW_TEXTS = (
    (204, "request_id", 64),
    (210, "method", 16),
    (211, "scheme", 16),
    (212, "host", 256),
    (213, "script_name", 256),
    (214, "path_info", 512),
    (215, "protocol", 16),
    (216, "client", 46),
    (217, "user_agent", 512),
)


def garbage(dropped: int) -> "List[Field]":
    """What the garbage collector says of itself now; dropped: of its events, since the last look."""
    import gc

    stats = gc.get_stats()[:3]
    values = [
        *_three(gc.get_count()),
        *_three(gc.get_threshold()),
        *_three([entry["collections"] for entry in stats]),
        *_three([entry["collected"] for entry in stats]),
        *_three([entry["uncollectable"] for entry in stats]),
        int(gc.isenabled()),
        gc.get_freeze_count(),
        dropped,
    ]
    return [(number, WHOLE, max(0, value)) for number, value in enumerate(values, 300)]


def garbage_event(
    start: float, duration: float, generation: int, collected: int, uncollectable: int
) -> "List[Field]":
    """One run of the garbage collector."""
    return [
        (320, FLOAT, start),
        (321, FLOAT, duration),
        (322, WHOLE, generation),
        (323, WHOLE, collected),
        (324, WHOLE, uncollectable),
    ]


def _three(values: "Any") -> "List[int]":
    return [*values, 0, 0, 0][:3]


def _texts(*texts: "Tuple[int, str]") -> "List[Field]":
    return [
        (number, TEXT, text.encode("utf-8", "surrogateescape")) for number, text in texts if text
    ]

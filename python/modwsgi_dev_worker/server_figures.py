"""mod_wsgi.server_metrics(): asks the supervisor, who alone knows all workers (docs/protocol.md, `metrics`)."""

from _thread import allocate_lock

if False:
    from typing import Any, Callable, Dict

# Seconds until a supervisor that does not answer is given up: it is about to end.
LONGEST_ANSWER = 5.0


class ServerFigures:
    """Questions that wait for their answers; any thread may ask, the control thread brings answers."""

    def __init__(self, send: "Callable[[Dict[str, Any]], None]") -> None:
        self._send = send
        self._lock = allocate_lock()
        self._last = 0
        self._waiting: "Dict[int, Any]" = {}  # number of a question -> the lock that its asker waits for
        self._answers: "Dict[int, Any]" = {}

    def ask(self) -> "Any":
        """The figures as the supervisor gives them; None if no answer comes."""
        answered = allocate_lock()
        answered.acquire()
        with self._lock:
            self._last += 1
            number = self._last
            self._waiting[number] = answered
        self._send({"type": "ask-metrics", "number": number})
        answered.acquire(timeout=LONGEST_ANSWER)
        with self._lock:
            del self._waiting[number]
            return _with_floats(self._answers.pop(number, None))

    def told(self, message: "Dict[str, Any]") -> None:
        """Take an answer."""
        with self._lock:
            answered = self._waiting.get(message["number"])
            if answered is not None:
                self._answers[message["number"]] = message["metrics"]
                answered.release()


def _with_floats(figures: "Any") -> "Any":
    """The figures with every moment as float: in JSON as Node writes it 0.0 is 0."""
    if isinstance(figures, list):
        return [_with_floats(item) for item in figures]
    if not isinstance(figures, dict):
        return figures
    return {
        name: float(value) if name in _MOMENTS else _with_floats(value)
        for name, value in figures.items()
    }


_MOMENTS = frozenset(("restart_time", "current_time", "start_time", "stop_time", "last_used"))

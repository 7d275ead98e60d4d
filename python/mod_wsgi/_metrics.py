"""The metrics functions. Nothing is recorded here; without recording mod_wsgi, too, returns None."""


def request_metrics() -> None:
    """Figures about requests since the last call: None, as without recording."""


def process_metrics() -> None:
    """Figures about this process: None, as without recording."""


def server_metrics() -> None:
    """Figures about the server: None, as without --server-metrics."""


def start_recording_metrics() -> None:
    """Accepted without effect."""

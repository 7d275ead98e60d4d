"""The metrics functions. What they give is made in modwsgi_dev_worker, imported when it is first needed.

Without start_recording_metrics() requests are not measured, and two of them return None, as in mod_wsgi.
"""

if False:
    from typing import Any, Dict, List, Optional

    from modwsgi_dev_worker.metrics import Recorder
    from modwsgi_dev_worker.worker import Worker

# Set by the worker before the application is loaded: this process.
worker = None  # type: Optional[Worker]

# Set by the worker with --telemetry-service: what is measured goes there, and the two that would return it return None.
telemetry = None  # type: Any

# Empty, or the one Recorder: request threads look at it, and a list is the same object in every module.
recorders = []  # type: List[Recorder]


def start_recording_metrics() -> None:
    """Measure requests from now on; more calls change nothing."""
    if worker is not None and not recorders:
        from modwsgi_dev_worker.metrics import Recorder

        recorders.append(Recorder(worker))


def request_metrics() -> "Optional[Dict[str, Any]]":
    """Figures about the requests since the last call, or since recording began; None without recording."""
    return recorders[0].request_metrics() if recorders and telemetry is None else None


def process_metrics() -> "Optional[Dict[str, Any]]":
    """Figures about this process since its start; None without recording."""
    return recorders[0].process_metrics() if recorders and telemetry is None else None


def server_metrics() -> "Optional[Dict[str, Any]]":
    """Figures about all workers of the server; None without --server-metrics."""
    return None if worker is None else worker.ask_server_metrics()

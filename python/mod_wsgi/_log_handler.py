"""LogHandler: a logging.Handler whose records keep their level in the server's log."""

import logging

from modwsgi_dev_worker import log_record
from modwsgi_dev_worker.log_stream import current_lines

# From the highest level down: logging's levels as levels of the server's log.
_LEVELS = (
    (logging.CRITICAL, "crit"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warn"),
    (logging.INFO, "info"),
    (logging.NOTSET, "debug"),
)


class LogHandler(logging.Handler):
    """Writes each line of the formatted record to the log at the record's level."""

    def emit(self, record: "logging.LogRecord") -> None:
        """Write the record; a record that cannot be formatted goes the way of logging's errors."""
        try:
            text = self.format(record)
            level = next(name for number, name in _LEVELS if record.levelno >= number)
            log_record.write_line(
                text.encode("utf-8", "replace"), log_record.RUNTIME, level, *current_lines().origin()
            )
        except Exception:
            self.handleError(record)


LogHandler.__module__ = "mod_wsgi"

"""The service of --enable-telemetry: runs the service and web page of the package mod_wsgi-telemetry.

That package lies inside of a package mod_wsgi, as ours does. With `--check` it is only looked for, in the directories that
follow as well.
"""

import os
import sys
from pkgutil import extend_path

is_check = __name__ == "__main__" and sys.argv[1:2] == ["--check"]
if is_check:
    sys.path[:0] = sys.argv[2:]

import mod_wsgi  # noqa: E402

mod_wsgi.__path__ = extend_path(mod_wsgi.__path__, "mod_wsgi")  # type: ignore[assignment]

from mod_wsgi.telemetry import server  # type: ignore[import]  # noqa: E402

if not is_check:
    server.main(
        [
            *("--listen", "unix:" + os.environ["MODWSGI_TELEMETRY_SOCKET"]),
            *("--http-host", "127.0.0.1", "--http-port", os.environ["MODWSGI_TELEMETRY_UI_PORT"]),
            *("--log-level", "INFO"),
        ]
    )

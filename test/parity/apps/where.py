"""Answers with what it was told of the host and the path, as JSON."""

import json

KEYS = (
    "SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "REQUEST_SCHEME", "wsgi.url_scheme", "SCRIPT_NAME", "PATH_INFO",
    "REQUEST_URI", "SCRIPT_FILENAME", "REDIRECT_STATUS", "REDIRECT_URL", "mod_wsgi.script_name", "mod_wsgi.path_info",
)


def application(environ, start_response):
    seen = {key: environ[key] for key in KEYS if key in environ}
    block = json.dumps(seen, sort_keys=True).encode("latin-1")
    start_response("200 OK", [("Content-Length", str(len(block)))])
    return [block]

"""Runs the Python text that a request brings as its body, and answers with its `result` as JSON.

What only the loading of the script can see is in IMPORT; STATE is for what one request leaves to the next.
"""

import json
import os
import sys
import threading

IMPORT = {
    "name": __name__,
    "file": __file__,
    "package": __package__,
    "spec": __spec__,
    "names": sorted(name for name in globals() if name.startswith("__")),
    "argv": list(sys.argv),
    "cwd": os.getcwd(),
    "main thread": threading.current_thread() is threading.main_thread(),
    "in sys.modules": "__wsgi__" in sys.modules,
    "pid": os.getpid(),
}
STATE = {}
LOCAL = threading.local()


def application(environ, start_response):
    source = environ["wsgi.input"].read().decode("utf-8")
    names = dict(globals(), environ=environ)
    try:
        exec(compile(source, "<snippet>", "exec"), names)
        result = names.get("result")
    except Exception as error:
        result = "raised " + type(error).__name__ + ": " + str(error)
    body = json.dumps(result, default=lambda value: "<%s>" % type(value).__name__).encode("utf-8")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]

"""Says what a WSGI application sees: the path chooses what of it.

/environ   the environ; objects by their type
/body      the request body, read whole
/method    only the method
/world     the process: argv, path, modules, streams, signals
Everything else is answered with `app` and the path.
"""

import json
import os
import sys


def describe(value):
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, (tuple, list)):
        return [describe(item) for item in value]
    kind = value if isinstance(value, type) else type(value)
    return "%s %s.%s" % ("class" if kind is value else "object", kind.__module__, kind.__name__)


def environ_of(environ):
    return {key: describe(value) for key, value in environ.items()}


def world_of(environ):
    import locale
    import signal

    names = ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD")
    umask = os.umask(0)
    os.umask(umask)
    return {
        "argv": sys.argv,
        "cwd": os.getcwd(),
        "path0": sys.path[0],
        "empty on path": "" in sys.path,
        "name": __name__,
        "file": __file__,
        "package": __package__,
        "module": sys.modules.get("__wsgi__") is not None
        and sys.modules["__wsgi__"].__dict__ is globals(),
        "main": sorted(vars(sys.modules["__main__"])),
        "streams": [describe(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "stream names": [stream.name for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "encodings": [sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding()],
        "locale": list(locale.getlocale()),
        "handlers": [str(signal.getsignal(getattr(signal, name))) for name in names],
        "umask": umask,
        "stdin": sys.stdin.read(),
        "flags": [sys.flags.dev_mode, sys.flags.utf8_mode, sys.flags.optimize],
        "dont_write_bytecode": sys.dont_write_bytecode,
        "switch interval": sys.getswitchinterval(),
        "recursion limit": sys.getrecursionlimit(),
    }


def application(environ, start_response):
    path = environ["PATH_INFO"]
    status = "200 OK"
    if path.startswith("/environ"):
        text = json.dumps(environ_of(environ), sort_keys=True)
    elif path == "/body":
        text = environ["wsgi.input"].read().decode("latin-1")
    elif path == "/method":
        text = environ["REQUEST_METHOD"]
    elif path == "/world":
        text = json.dumps(world_of(environ), sort_keys=True)
    else:
        text = "app " + path
    body = text.encode("latin-1")
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

"""What debug mode shows to an application, and exceptions in every part of a response."""

import atexit
import json
import os
import sys
import threading
import time

import mod_wsgi

print("app is loaded")
sys.stderr.write("app loads\n")
atexit.register(print, "app exits")

FLAGS = ("MODE", "ENABLED")


class Result:
    """A response whose close() can fail."""

    def __init__(self, blocks, fails):
        self.blocks = blocks
        self.fails = fails

    def __iter__(self):
        return iter(self.blocks)

    def close(self):
        print("app closes")
        if self.fails:
            raise LookupError("in close")


def blocks_that_fail(first):
    if first:
        yield b"first"
    raise KeyError("in the iteration")


def tell(environ):
    return {
        "flags": {
            key: value
            for key, value in sorted(os.environ.items())
            if key.startswith("MOD_WSGI_") and key.endswith(FLAGS)
        },
        "environ": {
            key: environ[key]
            for key in (
                "wsgi.multithread",
                "wsgi.multiprocess",
                "wsgi.run_once",
                "mod_wsgi.process_group",
                "mod_wsgi.application_group",
                "mod_wsgi.thread_id",
            )
        },
        "no queue": [environ["mod_wsgi.queue_start"], environ["mod_wsgi.daemon_start"]],
        "module": [
            mod_wsgi.process_group,
            mod_wsgi.application_group,
            mod_wsgi.maximum_processes,
            mod_wsgi.threads_per_process,
        ],
        "streams": [[s.name, s.isatty()] for s in (sys.stdin, sys.stdout, sys.stderr)],
        "descriptors": [sys.stdin.fileno(), sys.stdout.fileno()],
        "argv": sys.argv,
        "cwd": os.getcwd(),
        "path": [sys.path[0], sys.path.count(os.getcwd())],
        "main thread": threading.current_thread() is threading.main_thread(),
        "foreground": in_foreground(),
    }


def in_foreground():
    """Whether Ctrl-C reaches this process; None without a terminal."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return None


def application(environ, start_response):
    path = environ["PATH_INFO"]
    local = "value of a local"
    if path == "/raise":
        raise ValueError("in the call " + local[:0])
    if path == "/break":
        import pdb

        pdb.set_trace()
        local += ", changed"
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/input":
        return [input("app asks: ").encode()]
    if path in ("/iteration", "/first"):
        return blocks_that_fail(path == "/first")
    if path in ("/close", "/close-fails"):
        return Result([b"closed"], path == "/close-fails")
    if path == "/exit":
        sys.exit("app leaves")
    if path == "/print":
        print("app prints", end="")
        sys.stderr.write("app errs\n")
        return [b"printed"]
    if path == "/slow":
        sys.stderr.write("app begins\n")
        time.sleep(0.3)
        sys.stderr.write("app ends\n")
    if path == "/die":
        os._exit(7)
    if path == "/write":
        start_response("200 OK", [("Content-Type", "text/plain")])(b"written ")
    if path == "/pid":
        return [json.dumps(os.getpid()).encode()]
    if path == "/body":
        return [environ["wsgi.input"].read()]
    if path == "/two":
        return [b"one", b"two"]
    if path == "/none":
        return []
    if path == "/tell":
        return [json.dumps(tell(environ)).encode()]
    return [("app " + path + ", " + local).encode()]

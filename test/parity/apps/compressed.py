"""Answers as the query says, in JSON.

status   default 200 OK
fields   pairs
blocks   each a text, or a text and how often; default: one of some length
gates    names of files, below the folder of the script: the blocks after the first wait each for one of them
write    true: the blocks go through write()
wrap     name of a file for wsgi.file_wrapper
fails    true: raises after the blocks
"""

import json
import os
import time
from urllib.parse import unquote

FOLDER = os.path.dirname(os.path.abspath(__file__))


def blocks_of(wanted):
    for block in wanted.get("blocks", [["app ", 100]]):
        text, times = (block, 1) if isinstance(block, str) else block
        yield (text * times).encode("latin-1")


def wait_for(name):
    for _ in range(1000):
        if os.path.exists(os.path.join(FOLDER, name)):
            return
        time.sleep(0.01)
    raise RuntimeError("nobody has made " + name)


def produce(wanted):
    gates = iter(wanted.get("gates", []))
    for at, block in enumerate(blocks_of(wanted)):
        if at > 0:
            gate = next(gates, None)
            if gate is not None:
                wait_for(gate)
        yield block
    if wanted.get("fails"):
        raise RuntimeError("app fails")


def application(environ, start_response):
    if environ["PATH_INFO"] == "/after":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"app /after"]
    query = unquote(environ.get("QUERY_STRING", ""))
    wanted = json.loads(query) if query.startswith("{") else {}
    fields = [tuple(field) for field in wanted.get("fields", [["Content-Type", "text/plain"]])]
    if environ["PATH_INFO"] == "/method":
        fields.append(("X-Method", environ["REQUEST_METHOD"]))
    write = start_response(wanted.get("status", "200 OK"), fields)
    if "wrap" in wanted:
        return environ["wsgi.file_wrapper"](open(os.path.join(FOLDER, wanted["wrap"]), "rb"))
    if wanted.get("write"):
        for block in produce(wanted):
            write(block)
        return []
    if wanted.get("list"):
        return list(produce(wanted))
    return produce(wanted)

"""Entry of a worker process: `python /path/to/modwsgi_dev_worker/__main__.py`, see docs/protocol.md,
Starting a worker. (Running the folder works as well, but makes Python import runpy first.)

Only what has to happen before anything else is imported is here: the worker's variables leave the
environment, its folder leaves sys.path, and descriptors 1 and 2 become one stream (but in debug mode,
where descriptor 1 is the terminal).
"""

import os
import sys


def _take(name: str) -> str:
    """A variable of ours, removed from the environment."""
    value = os.environ.pop(name, None)
    if value is None:
        sys.exit("modwsgi_dev_worker: %s is not set; modwsgi-dev starts its workers itself" % name)
    return value


def _import_packages() -> None:
    """Import both packages whole, then take their folder off the search path.

    Applications then find `mod_wsgi` as they would in a daemon process, and a folder of ours is never
    in the way of a module of theirs. Bytecode of these packages is kept whatever PYTHONDONTWRITEBYTECODE
    says: compiling them takes most of a worker's start.
    """
    setting = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    sys.path.insert(0, os.path.dirname(here))
    import mod_wsgi  # noqa: F401
    import modwsgi_dev_worker.worker  # noqa: F401

    del sys.path[0]
    sys.dont_write_bytecode = setting


def main() -> None:
    """Run a worker; does not return."""
    path = _take("MODWSGI_DEV_CHANNEL")
    secret = _take("MODWSGI_DEV_SECRET")
    identity = int(_take("MODWSGI_DEV_WORKER"))
    template = os.environ.pop("MODWSGI_DEV_TEMPLATE", None) is not None
    begun = "" if template else _take("MODWSGI_DEV_BEGUN")
    if os.environ.pop("MODWSGI_DEV_TERMINAL", None) is None:
        os.dup2(1, 2)
    import faulthandler

    faulthandler.enable(file=2)
    _import_packages()
    from modwsgi_dev_worker import log_record
    from modwsgi_dev_worker.connection import Channel
    from modwsgi_dev_worker.stack_signal import write_stacks_at_signal
    from modwsgi_dev_worker.worker import Worker

    write_stacks_at_signal()
    log_record.open_log(secret)
    channel = Channel(path, secret, identity)
    if template:
        from modwsgi_dev_worker.template import Template

        Template(channel).run()
    Worker(channel, begun).run()


main()

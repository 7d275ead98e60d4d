"""Which request a thread is running: `current.exchange` is its Exchange, or None, or absent.

A module of its own because the log streams, the module mod_wsgi and the request threads all need it
and none of them needs the others.
"""

from _thread import _local as ThreadLocal

if False:
    from typing import Optional

    from .exchange import Exchange

current = ThreadLocal()


def current_exchange() -> "Optional[Exchange]":
    """The exchange of the calling thread, None outside of requests."""
    try:
        return current.exchange
    except AttributeError:
        return None

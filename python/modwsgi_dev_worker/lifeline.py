"""The lifeline: when the supervisor dies, this process and its children die with it, at once.

The kernel does it where it can (Linux), because a worker may be inside of C code which holds the
interpreter's lock, or stopped, at that moment. The supervisor never sends anything on the lifeline.
"""

import os
from _signal import SIGKILL
from _thread import start_new_thread

if False:
    from .connection import Channel, Connection


def hold_lifeline(channel: "Channel", alone: bool) -> "Connection":
    """Open the lifeline and tie the process group to it. Keep the connection that is returned.

    alone: tie only this process, which stays in the supervisor's group: that of the terminal, in debug mode.
    Raises OSError (ConnectionLost) if the supervisor has gone already.
    """
    if not alone and os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # never kill a group that is not our own
    target = os.getpid() if alone else -os.getpgrp()
    connection = channel.connect("lifeline")
    if not _tie_in_kernel(connection.sock.fileno(), target):
        start_new_thread(_wait_and_kill, (connection, target))
    connection.next_type()  # ConnectionLost if it closed before the kernel watched it
    return connection


def _tie_in_kernel(descriptor: int, target: int) -> bool:
    """Have the kernel send SIGKILL when the other end closes; False if it cannot.

    target: a process, or the negative number of a group, as for kill(2).
    """
    import fcntl

    try:
        set_signal = fcntl.F_SETSIG  # type: ignore[attr-defined]
    except AttributeError:
        return False
    # fcntl(2): a negative owner is a process group; F_SETSIG replaces SIGIO; O_ASYNC starts it.
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, target)
    fcntl.fcntl(descriptor, set_signal, SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    return True


def _wait_and_kill(connection: "Connection", target: int) -> None:
    try:
        connection.receive()
    except Exception:
        pass
    os.kill(target, SIGKILL)

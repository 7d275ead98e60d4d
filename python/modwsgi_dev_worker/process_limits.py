"""Limits that the kernel holds a worker to."""


def limit_processor_time(seconds: int, shutdown_timeout: float) -> None:
    """Have SIGXCPU sent after so many seconds of processor time (--cpu-time-limit).

    The kernel ends the process when it goes on for longer than it has to end itself, as under mod_wsgi.
    """
    from resource import RLIM_INFINITY, RLIMIT_CPU, getrlimit, setrlimit

    most = getrlimit(RLIMIT_CPU)[1]
    hard = seconds + 1 + int(shutdown_timeout)
    if most != RLIM_INFINITY:
        hard = min(hard, most)
    setrlimit(RLIMIT_CPU, (min(seconds, hard), hard))

"""The signal at which C code writes the stacks of all threads to the log, whatever Python does."""

import _signal

# A signal that no application is known to use.
STACK_SIGNAL = int(getattr(_signal, "SIGRTMIN", 0) or getattr(_signal, "SIGINFO", 0))


def write_stacks_at_signal() -> None:
    """Install it; the main thread calls this before anything of the application runs."""
    if STACK_SIGNAL:
        import faulthandler

        faulthandler.register(STACK_SIGNAL, file=2, all_threads=True)

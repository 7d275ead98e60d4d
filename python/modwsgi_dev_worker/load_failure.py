"""Why the application cannot be loaded, in parts: for the page of the supervisor that shows it.

Everything is bounded: a file may be one line of a megabyte, a recursion a thousand frames.
"""

import linecache
import os
import traceback

if False:
    from types import TracebackType
    from typing import Any, Dict, List, Optional, Tuple

    Report = Dict[str, Any]

MOST_ERRORS = 5  # an exception and its causes
MOST_FRAMES = 40  # of one exception: the outermost quarter, and the innermost ones
LINES_AROUND = 5
LONGEST_LINE = 300  # characters
LONGEST_MESSAGE = 5000
LONGEST_TRACEBACK = 30000


def describe_failure(error: BaseException) -> "Report":
    """The exception, its causes, and what Python prints of them."""
    errors = []
    seen = set()
    step: "Optional[BaseException]" = error
    while step is not None and id(step) not in seen and len(errors) < MOST_ERRORS:
        seen.add(id(step))
        errors.append(_describe(step))
        step = _cause_of(step)
    return {"errors": errors, "traceback": _traceback_text(error)}


def _cause_of(error: BaseException) -> "Optional[BaseException]":
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def _describe(error: BaseException) -> "Report":
    frames = [
        _frame(frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in _bounded(_steps(error.__traceback__))
    ]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        frames.append(_frame(error.filename, error.lineno, ""))
    return {"type": type(error).__name__, "message": _message(error), "frames": frames}


def _steps(tb: "Optional[TracebackType]") -> "List[Tuple[Any, int]]":
    """Frames and their lines, but for those of the import system."""
    steps = []
    while tb is not None:
        if not tb.tb_frame.f_code.co_filename.startswith("<frozen importlib"):
            steps.append((tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    return steps


def _bounded(steps: "List[Tuple[Any, int]]") -> "List[Tuple[Any, int]]":
    if len(steps) <= MOST_FRAMES:
        return steps
    outer = MOST_FRAMES // 4
    return steps[:outer] + steps[outer - MOST_FRAMES :]


def _frame(path: str, line: int, name: str) -> "Report":
    first = max(1, line - LINES_AROUND)
    linecache.checkcache(path)
    source = [
        linecache.getline(path, number).rstrip("\n")[:LONGEST_LINE]
        for number in range(first, line + LINES_AROUND + 1)
    ]
    # Beyond the end of the file, or of all of it if it cannot be read, there is nothing.
    while source and not source[-1]:
        source.pop()
    return {
        "file": path,
        "line": line,
        "function": name,
        "own": _is_own(path),
        "first": first,
        "source": source,
    }


def _is_own(path: str) -> bool:
    """Whether a file is neither of Python nor of an installed package. A virtual environment may lie in the project."""
    if path.startswith("<"):
        return False
    path = os.path.abspath(path)
    if "/site-packages/" in path or "/dist-packages/" in path:
        return False
    library = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
    return not path.startswith(library)


def _message(error: BaseException) -> str:
    try:
        # The text of a syntax error says again where it is.
        text = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except BaseException as second:  # an exception whose __str__ fails in its own way
        text = "<%s while formatting>" % type(second).__name__
    return text[:LONGEST_MESSAGE]


def _traceback_text(error: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException as second:
        text = "%s: <%s while formatting>" % (type(error).__name__, type(second).__name__)
    if len(text) > LONGEST_TRACEBACK:
        # What was raised stands at the end.
        text = "...\n" + text[-LONGEST_TRACEBACK:]
    return text

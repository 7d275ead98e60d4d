"""Responses of all shapes: the path names the function that makes them.

Bodies begin with `app`, so that they are told from pages of the server. `/try_with?EXPRESSION` calls
start_response with what the expression gives and tells what is raised; `/start_with?EXPRESSION` lets it go. `/events` tells, and
forgets, what was noted; `/step` lets a response that waits go on.
"""

import json
import os
import threading
import urllib.parse

events = []
steps = threading.Semaphore(0)
TEXT = ("Content-Type", "text/plain")


def wait():
    if not steps.acquire(timeout=5):
        events.append("waited in vain")


class Body:
    """Notes when it is asked, and when it is closed."""

    def __init__(self, *blocks, closing=None):
        self.blocks = list(blocks)
        self.closing = closing

    def __iter__(self):
        events.append("iter")
        return self

    def __next__(self):
        if not self.blocks:
            events.append("end")
            raise StopIteration
        block = self.blocks.pop(0)
        events.append("next")
        if isinstance(block, BaseException):
            raise block
        return block

    def close(self):
        events.append("close")
        if self.closing:
            raise self.closing


def start(start_response, status="200 OK", *headers):
    return start_response(status, [TEXT, *headers])


def length(size):
    return ("Content-Length", str(size))


# Framing


def exact(environ, start_response):
    start(start_response, "200 OK", length(6))
    return [b"app me"]


def exact_in_blocks(environ, start_response):
    start(start_response, "200 OK", length(6))
    return [b"app", b" ", b"me"]


def too_long(environ, start_response):
    start(start_response, "200 OK", length(4))
    return Body(b"app me", b"more")


def too_long_in_blocks(environ, start_response):
    start(start_response, "200 OK", length(4))
    return Body(b"app", b" ", b"me", b"more")


def too_short(environ, start_response):
    start(start_response, "200 OK", length(10))
    return Body(b"app me")


def too_short_and_empty(environ, start_response):
    start(start_response, "200 OK", length(10))
    return []


def length_of_nothing(environ, start_response):
    start(start_response, "200 OK", length(0))
    return []


def length_of_nothing_and_a_block(environ, start_response):
    start(start_response, "200 OK", length(0))
    return [b"app"]


def list_of_one(environ, start_response):
    start(start_response)
    return [b"app me"]


def list_of_two(environ, start_response):
    start(start_response)
    return [b"app ", b"me"]


def tuple_of_one(environ, start_response):
    start(start_response)
    return (b"app me",)


def empty_list(environ, start_response):
    start(start_response)
    return []


def empty_block(environ, start_response):
    start(start_response)
    return [b""]


def empty_blocks_between(environ, start_response):
    start(start_response)
    return [b"", b"app", b"", b" me", b""]


def generator(environ, start_response):
    start(start_response)
    yield b"app "
    yield b"me"


def generator_of_nothing(environ, start_response):
    start(start_response)
    return
    yield


def late_start(environ, start_response):
    yield b""
    start(start_response)
    yield b"app me"


def too_late_start(environ, start_response):
    yield b"app"
    start(start_response)


def writes(environ, start_response):
    write = start(start_response)
    events.append(repr(write(b"app ")))
    write(b"me")
    return []


def write_and_iterate(environ, start_response):
    write = start(start_response)
    write(b"app written ")
    return [b"and iterated"]


def write_nothing(environ, start_response):
    start(start_response)(b"")
    return []


def write_more_than_length(environ, start_response):
    write = start(start_response, "200 OK", length(4))
    write(b"app me")
    return [b"more"]


def write_text(environ, start_response):
    write = start(start_response)
    try:
        write("app")
    except BaseException as error:
        return [b"app ", type(error).__name__.encode()]
    return []


def write_bytearray(environ, start_response):
    write = start(start_response)
    try:
        write(bytearray(b"app"))
    except BaseException as error:
        return [b"app ", type(error).__name__.encode()]
    return []


def big(environ, start_response):
    start(start_response)
    return [b"app" * 100000]


def big_with_length(environ, start_response):
    start(start_response, "200 OK", length(300000))
    return [b"app"] * 100000


def own_chunks(environ, start_response):
    start(start_response, "200 OK", ("Transfer-Encoding", "chunked"))
    return [b"3\r\napp\r\n0\r\n\r\n"]


def chunked_and_length(environ, start_response):
    start(start_response, "200 OK", ("Transfer-Encoding", "chunked"), length(3))
    return [b"app"]


def identity(environ, start_response):
    start(start_response, "200 OK", ("Transfer-Encoding", "identity"))
    return [b"app"]


def two_lengths(environ, start_response):
    start(start_response, "200 OK", length(3), length(4))
    return [b"app!"]


def status_with_body(environ, start_response):
    start(start_response, urllib.parse.unquote(environ["QUERY_STRING"]), ("X-A", "1"))
    return [b"app me"]


def status_with_length(environ, start_response):
    start(start_response, urllib.parse.unquote(environ["QUERY_STRING"]), length(6))
    return [b"app me"]


def status_alone(environ, start_response):
    start_response(urllib.parse.unquote(environ["QUERY_STRING"]), [])
    return []


# Mistakes


def raise_at_once(environ, start_response):
    raise ValueError("app")


def raise_after_start(environ, start_response):
    start(start_response)
    raise ValueError("app")


def raise_after_write(environ, start_response):
    start(start_response)(b"app")
    raise ValueError("app")


def raise_after_write_with_length(environ, start_response):
    start(start_response, "200 OK", length(10))(b"app")
    raise ValueError("app")


def raise_in_first_next(environ, start_response):
    start(start_response)
    return Body(ValueError("app"))


def raise_after_empty_block(environ, start_response):
    start(start_response)
    return Body(b"", ValueError("app"))


def raise_in_second_next(environ, start_response):
    start(start_response)
    return Body(b"app", ValueError("app"), b"never")


def raise_in_second_next_with_length(environ, start_response):
    start(start_response, "200 OK", length(10))
    return Body(b"app", ValueError("app"))


def raise_in_close(environ, start_response):
    start(start_response)
    return Body(b"app", closing=ValueError("app"))


def raise_in_close_with_length(environ, start_response):
    start(start_response, "200 OK", length(3))
    return Body(b"app", closing=ValueError("app"))


def raise_in_close_of_nothing(environ, start_response):
    start(start_response)
    return Body(closing=ValueError("app"))


def raise_everywhere(environ, start_response):
    start(start_response)
    return Body(ValueError("app"), closing=KeyError("app"))


def raise_system_exit(environ, start_response):
    raise SystemExit(3)


def raise_keyboard_interrupt(environ, start_response):
    raise KeyboardInterrupt


def raise_generator_exit(environ, start_response):
    raise GeneratorExit


def raise_stop_iteration(environ, start_response):
    raise StopIteration


def raise_base_exception(environ, start_response):
    raise BaseException("app")


def system_exit_in_next(environ, start_response):
    start(start_response)
    return Body(b"app", SystemExit(3))


def no_start(environ, start_response):
    return [b"app"]


def no_start_and_nothing(environ, start_response):
    return []


def no_start_and_empty_block(environ, start_response):
    return [b""]


def returns_none(environ, start_response):
    start(start_response)


def returns_number(environ, start_response):
    start(start_response)
    return 5


def returns_text(environ, start_response):
    start(start_response)
    return "app"


def returns_empty_text(environ, start_response):
    start(start_response)
    return ""


def returns_bytes(environ, start_response):
    start(start_response)
    return b"app"


def returns_empty_bytes(environ, start_response):
    start(start_response)
    return b""


def text_block(environ, start_response):
    start(start_response)
    return Body("app")


def second_block_is_text(environ, start_response):
    start(start_response)
    return Body(b"app", "me")


def none_block(environ, start_response):
    start(start_response)
    return Body(None)


def bytearray_block(environ, start_response):
    start(start_response)
    return Body(bytearray(b"app"))


def memoryview_block(environ, start_response):
    start(start_response)
    return Body(memoryview(b"app"))


def bytes_of_a_class(environ, start_response):
    start(start_response)
    return [type("Bytes", (bytes,), {})(b"app")]


def close_is_no_function(environ, start_response):
    start(start_response)
    body = type("Odd", (list,), {"close": 5})([b"app"])
    return body


# start_response


def started_twice(environ, start_response):
    start(start_response, "200 OK", ("X-A", "1"))
    start(start_response, "404 Not Found", ("X-B", "2"))
    return [b"app"]


def started_twice_with_exc_info(environ, start_response):
    start(start_response, "200 OK", ("X-A", "1"))
    try:
        raise ValueError("app")
    except ValueError:
        import sys

        start_response("500 Oops", [TEXT, ("X-B", "2")], sys.exc_info())
    return [b"app"]


def started_after_output(environ, start_response):
    start(start_response)
    yield b"app"
    start(start_response, "404 Not Found")
    yield b" never"


def started_after_output_with_exc_info(environ, start_response):
    import sys

    start(start_response)
    yield b"app"
    try:
        raise ValueError("app")
    except ValueError:
        start_response("500 Oops", [TEXT], sys.exc_info())
    yield b" never"


def started_after_output_and_caught(environ, start_response):
    start(start_response)
    yield b"app"
    try:
        start(start_response, "404 Not Found")
    except BaseException as error:
        yield (" %s" % type(error).__name__).encode()


def arguments(environ):
    return eval(urllib.parse.unquote(environ["QUERY_STRING"]))


def start_with(environ, start_response):
    start_response(*arguments(environ))
    return [b"app me"]


def chunks_with(environ, start_response):
    start_response(*arguments(environ))
    return [b"6\r\napp me\r\n0\r\n\r\n"]


def generated_with(environ, start_response):
    start_response(*arguments(environ))
    yield b"app "
    yield b"me"


def nothing_with(environ, start_response):
    start_response(*arguments(environ))
    return []


def try_with(environ, start_response):
    try:
        result = start_response(*arguments(environ))
        said = "app gives what is %scallable" % ("" if callable(result) else "not ")
    except BaseException as error:
        said = "app %s: %s" % (type(error).__name__, error)
        start(start_response)
    return [said.encode()]


def try_quietly(environ, start_response):
    try:
        start_response(*arguments(environ))
    except BaseException as error:
        start(start_response)
        return [b"app ", type(error).__name__.encode()]
    return [b"app"]


def types_of_start(environ, start_response):
    write = start(start_response)
    return [("app %s %s" % (type(start_response).__name__, type(write).__name__)).encode()]


# Streaming and closing


def stepwise(environ, start_response):
    start(start_response)
    for text in (b"app one", b"two", b"three"):
        yield text
        wait()


def stepwise_with_length(environ, start_response):
    start(start_response, "200 OK", length(15))
    for text in (b"app one", b"two", b"three"):
        yield text
        wait()


def stepwise_writes(environ, start_response):
    write = start(start_response)
    for text in (b"app one", b"two", b"three"):
        write(text)
        wait()
    return []


def stepwise_and_much(environ, start_response):
    start(start_response)
    for text in (b"app one" * 1000, b"two", b"three" * 1000):
        yield text
        wait()


def empty_then_wait(environ, start_response):
    start(start_response)
    yield b""
    wait()
    yield b"app one"


def started_then_wait(environ, start_response):
    start(start_response)
    wait()
    return [b"app one"]


def noted(environ, start_response):
    start(start_response)
    return Body(b"app ", b"", b"me")


def noted_204(environ, start_response):
    start(start_response, "204 No Content")
    return Body(b"app ", b"me")


def slow_close(environ, start_response):
    start(start_response)

    class Slow(Body):
        def close(self):
            wait()
            events.append("close")

    return Slow(b"app")


def slow_close_with_length(environ, start_response):
    body = slow_close(environ, lambda *_: None)
    start(start_response, "200 OK", length(3))
    return body


def endless(environ, start_response):
    start(start_response)
    try:
        while True:
            yield b"app" * 10000
    except GeneratorExit:
        events.append("GeneratorExit")
        raise
    finally:
        events.append("finally")


# Redirects by the server


def located(environ, start_response):
    start(start_response, "200 OK", ("Location", "/target?a=b"), ("X-A", "1"))
    return Body(b"app never")


def located_in_a_circle(environ, start_response):
    start(start_response, "200 OK", ("Location", "/located_in_a_circle"))
    return [b"app"]


def located_with_status(environ, start_response):
    start(start_response, urllib.parse.unquote(environ["QUERY_STRING"]), ("Location", "/target?a=b"))
    return [b"app"]


def located_at_url(environ, start_response):
    start(start_response, "200 OK", ("Location", "http://localhost/target"))
    return [b"app"]


def located_relative(environ, start_response):
    start(start_response, "200 OK", ("Location", "target"))
    return [b"app"]


def located_after_body(environ, start_response):
    environ["wsgi.input"].read()
    return located(environ, start_response)


def target(environ, start_response):
    start(start_response)
    keys = ("REQUEST_METHOD", "REQUEST_URI", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "HTTP_X_B")
    seen = {key: value for key, value in environ.items() if key in keys or key.startswith("REDIRECT_")}
    return [b"app " + json.dumps(seen, sort_keys=True).encode()]


# Files


def path_of(environ):
    return os.path.join(os.path.dirname(__file__), "file.txt")


def file_whole(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](open(path_of(environ), "rb"))


def file_from_offset(environ, start_response):
    start(start_response)
    file = open(path_of(environ), "rb")
    file.seek(4)
    return environ["wsgi.file_wrapper"](file)


def file_with_length(environ, start_response):
    start(start_response, "200 OK", length(5))
    return environ["wsgi.file_wrapper"](open(path_of(environ), "rb"))


def file_with_too_long_length(environ, start_response):
    start(start_response, "200 OK", length(50))
    return environ["wsgi.file_wrapper"](open(path_of(environ), "rb"))


def file_read_before(environ, start_response):
    start(start_response)
    file = open(path_of(environ), "rb")
    file.read(2)
    return environ["wsgi.file_wrapper"](file, 4)


def file_closed(environ, start_response):
    start(start_response)
    file = open(path_of(environ), "rb")
    file.close()
    return environ["wsgi.file_wrapper"](file)


def file_at_end(environ, start_response):
    start(start_response)
    file = open(path_of(environ), "rb")
    file.read()
    return environ["wsgi.file_wrapper"](file)


def file_of_text(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](open(path_of(environ)))


def file_in_memory(environ, start_response):
    import io

    start(start_response)
    return environ["wsgi.file_wrapper"](io.BytesIO(b"app in memory"), 5)


def file_in_memory_with_length(environ, start_response):
    import io

    start(start_response, "200 OK", length(3))
    return environ["wsgi.file_wrapper"](io.BytesIO(b"app in memory"))


def file_big(environ, start_response):
    import tempfile

    start(start_response)
    file = tempfile.TemporaryFile()
    file.write(b"app" * 200000)
    file.seek(0)
    return environ["wsgi.file_wrapper"](file)


def file_with_status(environ, start_response):
    start(start_response, urllib.parse.unquote(environ["QUERY_STRING"]))
    return environ["wsgi.file_wrapper"](open(path_of(environ), "rb"))


def file_after_write(environ, start_response):
    start(start_response)(b"app ")
    return environ["wsgi.file_wrapper"](open(path_of(environ), "rb"))


def file_of_a_pipe(environ, start_response):
    start(start_response)
    read, write = os.pipe()
    os.write(write, b"app of a pipe")
    os.close(write)
    return environ["wsgi.file_wrapper"](os.fdopen(read, "rb"))


class Reader:
    def __init__(self, *blocks):
        self.blocks = list(blocks)

    def read(self, size):
        events.append("read %d" % size)
        return self.blocks.pop(0) if self.blocks else b""

    def close(self):
        events.append("close")


def file_like(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](Reader(b"app ", b"me"), 7)


def file_like_of_default_size(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](Reader(b"app"))


def file_like_with_bad_fileno(environ, start_response):
    reader = Reader(b"app")
    reader.fileno = lambda: 12345
    start(start_response)
    return environ["wsgi.file_wrapper"](reader)


def file_like_without_close(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](type("R", (), {"read": lambda self, size: b""})())


def file_like_of_text(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](Reader("app"))


def file_without_read(environ, start_response):
    start(start_response)
    return environ["wsgi.file_wrapper"](object())


def file_wrapped_in_generator(environ, start_response):
    start(start_response)
    yield from environ["wsgi.file_wrapper"](open(path_of(environ), "rb"), 4)


def file_wrapper_facts(environ, start_response):
    wrapper = environ["wsgi.file_wrapper"](Reader(b"a", b"b"), 3)
    facts = [sorted(name for name in dir(wrapper) if not name.startswith("_")), wrapper.blksize]
    facts.append([block.decode() for block in wrapper])
    try:
        environ["wsgi.file_wrapper"]()
    except BaseException as error:
        facts.append(type(error).__name__)
    start(start_response)
    return [b"app " + json.dumps(facts).encode()]


# Errors with documents


def error_page(environ, start_response):
    keys = ("REQUEST_METHOD", "REQUEST_URI", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "HTTP_X_B")
    seen = {key: value for key, value in environ.items() if key in keys or key.startswith("REDIRECT_")}
    start(start_response, environ["QUERY_STRING"].replace("+", " ") or "200 OK", ("X-Page", "1"))
    return [b"app " + json.dumps(seen, sort_keys=True).encode()]


def application(environ, start_response):
    name = environ["PATH_INFO"].strip("/").split("/")[0]
    if name == "events":
        said = b"app " + json.dumps(events).encode()
        events.clear()
    elif name == "step":
        steps.release()
        said = b"app step"
    elif name in globals():
        return globals()[name](environ, start_response)
    else:
        said = b"app " + environ["PATH_INFO"].encode("latin-1")
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]

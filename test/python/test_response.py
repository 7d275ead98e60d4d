"""start_response, write(), blocks and ends of responses: what an application does, what the front gets."""

import os
import unittest
from typing import Any, Dict, List, Optional

from fake_supervisor import FakeSupervisor, p

SOURCE = r'''
import io, os, sys, threading
CLOSED = []
GATE = threading.Event()
TXT = [("Content-Type", "text/plain")]

class S(str): pass
class L(list): pass
class T(tuple): pass
class B(bytes): pass

class Closing:
    """An iterable with close()."""
    def __init__(self, blocks, how="ok"):
        self.blocks, self.how = blocks, how
    def __iter__(self):
        return iter(self.blocks)
    def close(self):
        CLOSED.append(self.how)
        if self.how == "raise":
            raise RuntimeError("in close")
        if self.how == "gate":
            GATE.wait(10)

def application(environ, start_response):
    name = environ["PATH_INFO"][1:].replace("-", "_")
    return globals()[name](environ, start_response)

def hello(e, s):
    s("200 OK", TXT + [("Content-Length", "5")])
    return [b"hello"]
def closed(e, s):
    s("200 OK", [])
    return [repr(CLOSED).encode()]
def several(e, s):
    s("200 OK", TXT)
    return [b"a", b"", b"b"]
def tuple_(e, s):
    s("200 OK", TXT)
    return (b"a", b"b")
def empty(e, s):
    s("200 OK", TXT)
    return []
def generator(e, s):
    s("200 OK", TXT)
    yield b"one"
    yield b""
    yield b"two"
def late(e, s):
    def g():
        s("201 Created", TXT)
        yield b"late"
    return g()
def empty_first(e, s):
    s("200 OK", TXT)
    yield b""
    GATE.wait(10)
    yield b"x"
def gated(e, s):
    s("200 OK", TXT)
    yield b"one"
    GATE.wait(10)
    yield b"two"
def only_empty(e, s):
    s("200 OK", TXT)
    yield b""
def length_in_generator(e, s):
    s("200 OK", [("Content-Length", "4")])
    return Closing([b"abcd"], "gate")
def open_gate(e, s):
    GATE.set()
    s("200 OK", [])
    return [b""]
def close_gate(e, s):
    GATE.clear()
    s("200 OK", [])
    return [b""]
def surplus(e, s):
    s("200 OK", [("Content-Length", "3")])
    return [b"abcdef"]
def surplus_blocks(e, s):
    s("200 OK", [("Content-Length", "3")])
    for i in range(4):
        yield b"ab"
        print("asked", i)
def short(e, s):
    s("200 OK", [("Content-Length", "10")])
    return [b"abc"]
def writes(e, s):
    w = s("200 OK", TXT)
    r = [w(b"w1"), w(b""), w(B(b"w2"))]
    return [repr(r).encode()]
def write_bad(e, s):
    w = s("200 OK", TXT)
    out = []
    for args in ((), ("x",), (b"x", 1), (bytearray(b"q"),), (None,), (memoryview(b"q"),)):
        try:
            w(*args)
        except BaseException as x:
            out.append(type(x).__name__)
    return [" ".join(out).encode()]
def twice(e, s):
    s("200 OK", TXT + [("X-First", "1")])
    s("202 Accepted", [("X-Second", "2")])
    return [b"twice"]
def exc_before(e, s):
    s("200 OK", TXT)
    try:
        raise ValueError("x")
    except ValueError:
        s("500 App Error", [("X-Second", "2")], sys.exc_info())
    return [b"error page"]
def exc_after(e, s):
    s("200 OK", TXT)
    yield b"sent"
    try:
        raise ValueError("after head")
    except ValueError:
        s("500 App Error", TXT, sys.exc_info())
    yield b"never"
def twice_after(e, s):
    s("200 OK", TXT)
    yield b"sent"
    s("202 Accepted", TXT)
    yield b"never"
def bad_second(e, s):
    s("201 Created", [("A", "b")])
    try:
        s("202 Accepted", [("A", 5)])
    except TypeError:
        pass
    return [b"x"]
def mutate(e, s):
    headers = [("A", "1")]
    s("200 OK", headers)
    headers.append(("B", "2"))
    return [b"x"]
def no_start(e, s):
    return [b"x"]
def no_start_empty(e, s):
    return []
def raises(e, s):
    raise RuntimeError("boom")
def raises_started(e, s):
    s("200 OK", TXT)
    raise RuntimeError("boom after start_response")
def raises_exit(e, s):
    sys.exit(3)
def raises_base(e, s):
    raise BaseException("base")
def raises_keyboard(e, s):
    raise KeyboardInterrupt
def raises_stop(e, s):
    raise StopIteration("x")
def raises_first(e, s):
    s("200 OK", TXT)
    raise RuntimeError("first")
    yield b""
def raises_mid(e, s):
    s("200 OK", TXT)
    yield b"some"
    raise RuntimeError("mid")
def returns_none(e, s):
    s("200 OK", TXT)
def returns_int(e, s):
    s("200 OK", TXT)
    return 5
def returns_str(e, s):
    s("200 OK", TXT)
    return "text"
def returns_bytes(e, s):
    s("200 OK", TXT)
    return b"bytes"
def returns_str_list(e, s):
    s("200 OK", TXT)
    return ["text"]
def returns_mixed(e, s):
    s("200 OK", TXT)
    return [b"ok", "text"]
def returns_bytearray(e, s):
    s("200 OK", TXT)
    return [bytearray(b"ba")]
def returns_dict(e, s):
    s("200 OK", TXT)
    return {b"key": 1}
def returns_getitem(e, s):
    s("200 OK", TXT)
    class G:
        def __getitem__(self, i):
            if i > 2:
                raise IndexError
            return b"%d" % i
    return G()
def returns_subclass(e, s):
    s("200 OK", TXT)
    return L([B(b"sub")])
def close_ok(e, s):
    s("200 OK", TXT)
    return Closing([b"c1", b"c2"])
def close_raises(e, s):
    s("200 OK", TXT)
    return Closing([b"c1"], "raise")
def close_after_error(e, s):
    s("200 OK", TXT)
    def g():
        yield b"c1"
        raise RuntimeError("in iteration")
    return Closing(g(), "after-error")
def close_none(e, s):
    s("200 OK", TXT)
    class N:
        close = None
        def __iter__(self):
            return iter([b"x"])
    return N()
def endless(e, s):
    s("200 OK", TXT)
    def g():
        try:
            while True:
                yield b"y" * 1000
        except BaseException as x:
            CLOSED.append(type(x).__name__)
            raise
    return Closing_over(g())
def endless_write(e, s):
    w = s("200 OK", TXT)
    try:
        while True:
            w(b"y" * 1000)
    except OSError as x:
        CLOSED.append("write: " + str(x))
        raise
class Closing_over(Closing):
    def __init__(self, g):
        self.g = g
    def __iter__(self):
        return self.g
    def close(self):
        self.g.close()
        CLOSED.append("close")
def kept(e, s):
    globals().update(KS=s, KW=s("200 OK", []))
    return [b"kept"]
def use_kept(e, s):
    out = []
    for f in (lambda: KS("200 OK", []), lambda: KW(b"x")):
        try:
            f()
        except BaseException as x:
            out.append("%s: %s" % (type(x).__name__, x))
    s("200 OK", [])
    return ["\n".join(out).encode()]
def big(e, s):
    s("200 OK", TXT)
    return [b"0123456789abcdef" * 1000000]
def big_blocks(e, s):
    s("200 OK", TXT)
    return [b"x" * 200000, b"y" * 200000]
def big_generator(e, s):
    s("200 OK", [("Content-Length", "40000000")])
    for i in range(20):
        yield bytes((65 + i,)) * 2000000
def checks(e, s):
    """start_response with many arguments; what each raised."""
    import json
    out = {}
    def t(name, *a, **k):
        try:
            s(*a, **k)
            out[name] = "ok"
        except BaseException as x:
            out[name] = "%s: %s" % (type(x).__name__, x)
    H = [("A", "b")]
    for status in ("20 X", "2000 OK", "OK", "200OK", "200 OK\r\nX: y", "200 a\tb", "200 a\x01b",
                   "200 a\x7fb", "", " 200 X", "200\tOK", "200 caf\xe9", "200", "200 ", "999 X",
                   "099 X", S("200 S"), 200, b"200 OK", None, "200 \u20ac", "200 O\0K"):
        t("status %a" % (status,), status, H)
    for headers in (tuple(H), None, {"A": "b"}, L(H), [["A", "b"]], [("A", "b", "c")], [("A",)],
                    ["AB"], [None], [T(("A", "b"))], [(b"A", "v")], [(1, "v")]):
        t("headers %a" % (headers,), "200 OK", headers)
    for name in ("", "A B", "A\x01B", "A\tB", "A\x7fB", "A\r\nB", "A ", "A:B", "A(B)", "A/B",
                 "A\xe9", "A-\u20ac", "A\0B", S("X-S")):
        t("name %a" % (name,), "200 OK", [(name, "v")])
        t("name again %a" % (name,), "200 OK", [(name, "v")])
    for value in (5, None, b"v", "a\r\nX: y", "a\nb", "a\rb", "a\x01b", "a\tb", "caf\xe9", "\u20ac",
                  "", "  a ", "a\0b", "v" * 9000):
        t("value %.20a" % (value,), "200 OK", [("X-A", value)])
    t("kwargs", status="200 OK", headers=H)
    t("no arguments")
    t("one argument", "200 OK")
    t("four arguments", "200 OK", H, None, 1)
    t("exc_info text", "200 OK", H, "no")
    t("exc_info 0", "200 OK", H, 0)
    t("exc_info None", "200 OK", H, None)
    t("exc_info pair", "200 OK", H, (1, 2))
    s("200 OK", [])
    return [json.dumps(out).encode()]
def length(e, s):
    s("200 OK", [("X-A", "1"), ("content-length", e["QUERY_STRING"].replace("_", " "))])
    return [b"hello world"]
def lengths(e, s):
    first, last = e["QUERY_STRING"].split("&")
    s("200 OK", [("Content-Length", first), ("X-A", "1"), ("CONTENT-LENGTH", last)])
    return [b"hello world"]
def own_status(e, s):
    s("204 No", [("STATUS", "200 OK")])
    yield b"hello"
    yield b" world"
def no_body(e, s):
    s(e["QUERY_STRING"].replace("_", " "), TXT)
    for i in range(3):
        print("no body", i)
        yield b"x" * 1000
def file(e, s):
    n, _, rest = e["QUERY_STRING"].partition("&")
    f = open(__file__, "rb")
    f.read(int(n))
    s("200 OK", [("Content-Length", rest)] if rest else [])
    globals()["F"] = f
    return e["wsgi.file_wrapper"](f)
def named_file(e, s):
    globals()["F"] = open(e["QUERY_STRING"], "rb")
    s("200 OK", [])
    return e["wsgi.file_wrapper"](F)
def file_closed(e, s):
    s("200 OK", [])
    return [repr(F.closed).encode()]
def bytes_file(e, s):
    s("200 OK", [])
    return e["wsgi.file_wrapper"](io.BytesIO(b"0123456789"), 4)
def pipe_file(e, s):
    r, w = os.pipe()
    os.write(w, b"piped")
    os.close(w)
    s("200 OK", [])
    return e["wsgi.file_wrapper"](os.fdopen(r, "rb"))
def text_file(e, s):
    s("200 OK", [])
    return e["wsgi.file_wrapper"](io.StringIO("text"))
def file_after_write(e, s):
    s("200 OK", [])(b"first ")
    return e["wsgi.file_wrapper"](open(__file__, "rb"))
def file_wrapper_subclass(e, s):
    s("200 OK", [])
    class F(e["wsgi.file_wrapper"]):
        pass
    return F(open(__file__, "rb"))
'''


class ResponseCase(unittest.TestCase):
    worker: FakeSupervisor

    @classmethod
    def setUpClass(cls) -> None:
        cls.worker = FakeSupervisor(SOURCE)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.worker.close()

    def closed(self) -> List[str]:
        return eval(self.worker.get("/closed").body)  # noqa: S307


class Frames(ResponseCase):
    def test_a_list_is_one_frame_that_ends_the_request(self) -> None:
        r = self.worker.get("/hello")
        self.assertEqual(r.kinds, ["RESPONSE"])
        self.assertEqual((r.flags, r.status, r.body), (3, "200 OK", b"hello"))
        self.assertEqual(r.headers, [("Content-Type", "text/plain"), ("Content-Length", "5")])

    def test_blocks_of_a_list_or_tuple_go_together(self) -> None:
        for path in ("/several", "/tuple_"):
            r = self.worker.get(path)
            self.assertEqual((r.kinds, r.flags, r.body), (["RESPONSE"], 3, b"ab"))

    def test_an_empty_list_is_an_empty_body(self) -> None:
        r = self.worker.get("/empty")
        self.assertEqual((r.flags, r.status, r.body), (3, "200 OK", b""))

    def test_each_block_of_a_generator_is_a_frame(self) -> None:
        r = self.worker.get("/generator")
        self.assertEqual(r.kinds, ["RESPONSE", "DATA", "END"])
        self.assertEqual((r.flags, r.body, r.outcome), (0, b"onetwo", 0))

    def test_start_response_may_be_called_in_the_generator(self) -> None:
        r = self.worker.get("/late")
        self.assertEqual((r.status, r.body, r.outcome), ("201 Created", b"late", 0))

    def test_a_block_goes_out_before_the_next_is_asked_for(self) -> None:
        worker = self.worker
        worker.get("/close_gate")
        with FakeSupervisor(SOURCE, threads=2) as worker:
            worker.one.request("/gated")
            kind, payload = worker.one.receive()
            self.assertEqual((kind, p.decode_response(payload)[4]), (p.RESPONSE, b"one"))
            worker.requests[2].get("/open_gate")
            self.assertEqual(worker.one.receive(), (p.DATA, b"two"))
            self.assertEqual(worker.one.receive(), (p.END, b"\0"))

    def test_an_empty_block_does_not_send_the_head(self) -> None:
        with FakeSupervisor(SOURCE, threads=2) as worker:
            worker.one.request("/empty_first")
            self.assertTrue(worker.one.quiet(0.2))
            worker.requests[2].get("/open_gate")
            self.assertEqual(worker.one.response().body, b"x")

    def test_an_iterable_of_empty_blocks_is_an_empty_body(self) -> None:
        r = self.worker.get("/only_empty")
        self.assertEqual((r.kinds, r.flags, r.body), (["RESPONSE", "END"], 1, b""))

    def test_a_body_that_reached_its_length_is_complete_before_close_runs(self) -> None:
        with FakeSupervisor(SOURCE, threads=2) as worker:
            worker.one.request("/length_in_generator")
            kind, payload = worker.one.receive()
            self.assertEqual(p.decode_response(payload)[1], p.RESPONSE_COMPLETE)
            self.assertTrue(worker.one.quiet(0.1))
            worker.requests[2].get("/open_gate")
            self.assertEqual(worker.one.receive(), (p.END, b"\0"))

    def test_more_than_the_length_is_dropped(self) -> None:
        self.assertEqual(self.worker.get("/surplus").body, b"abc")
        r = self.worker.get("/surplus_blocks")
        self.assertEqual((r.body, r.outcome), (b"aba", 0))
        self.worker.wait_log("asked 3")

    def test_less_than_the_length_is_left_to_the_front(self) -> None:
        self.assertEqual(self.worker.get("/short").body, b"abc")

    def test_a_big_block_is_cut_into_frames_the_front_can_pass_on(self) -> None:
        r = self.worker.get("/big")
        self.assertEqual(r.body, b"0123456789abcdef" * 1000000)
        self.assertLessEqual(max(len(payload) for _, payload in r.frames), 300000)
        self.assertEqual(self.worker.get("/big_blocks").body, b"x" * 200000 + b"y" * 200000)
        body = self.worker.get("/big_generator").body
        self.assertEqual(body, b"".join(bytes((65 + i,)) * 2000000 for i in range(20)))

    def test_no_body_is_sent_where_the_front_would_drop_it_but_it_is_asked_for(self) -> None:
        for options in (
            {"path": "/no_body?204_No"},
            {"path": "/no_body?304_Not"},
            {"path": "/no_body?200_OK", "method": "HEAD"},
        ):
            r = self.worker.get(**options)
            self.assertEqual((r.kinds, r.flags, r.body), (["RESPONSE", "END"], 1, b""))
        self.worker.wait_lines("no body 2", 3)


class Write(ResponseCase):
    def test_written_blocks_precede_those_iterated(self) -> None:
        r = self.worker.get("/writes")
        self.assertEqual(r.body, b"w1w2[None, None, None]")

    def test_write_refuses_what_is_not_bytes(self) -> None:
        self.assertEqual(self.worker.get("/write_bad").body, b" ".join([b"TypeError"] * 6))


class StartResponse(ResponseCase):
    def test_a_second_call_before_output_replaces_the_first(self) -> None:
        r = self.worker.get("/twice")
        self.assertEqual((r.status, r.headers), ("202 Accepted", [("X-Second", "2")]))
        r = self.worker.get("/exc_before")
        self.assertEqual((r.status, r.headers), ("500 App Error", [("X-Second", "2")]))

    def test_a_call_after_output_ends_the_body(self) -> None:
        for path, text in (
            ("/exc_after", "ValueError: after head"),
            ("/twice_after", "RuntimeError: start_response() called more than once without exc_info"),
        ):
            r = self.worker.get(path)
            self.assertEqual((r.status, r.body, r.outcome), ("200 OK", b"sent", 2))
            self.worker.wait_log(text)

    def test_a_refused_call_changes_nothing(self) -> None:
        r = self.worker.get("/bad_second")
        self.assertEqual((r.status, r.headers), ("201 Created", [("A", "b")]))

    def test_headers_are_taken_at_the_call(self) -> None:
        self.assertEqual(self.worker.get("/mutate").headers, [("A", "1")])

    def test_after_the_request_it_raises_RuntimeError(self) -> None:
        self.worker.get("/kept")
        self.assertEqual(
            self.worker.get("/use_kept").body.decode().split("\n"),
            [
                "RuntimeError: start_response() called after request completed",
                "RuntimeError: write() called after request completed",
            ],
        )

    def test_checks(self) -> None:
        """Types and messages as measured on mod_wsgi 6.0.5."""
        import json

        got = json.loads(self.worker.get("/checks").body)
        status = "ValueError: status code must be a 3 digit integer: "
        want: Dict[str, Optional[str]] = {
            "status '20 X'": status + "b'20 X'",
            "status '2000 OK'": status + "b'2000 OK'",
            "status 'OK'": status + "b'OK'",
            "status ''": status + "b''",
            "status ' 200 X'": status + "b' 200 X'",
            "status '200OK'": "ValueError: no space following status code: b'200OK'",
            "status '200\\tOK'": "ValueError: no space following status code: b'200\\tOK'",
            "status 200": "TypeError: must be str, not int",
            "status b'200 OK'": "TypeError: must be str, not bytes",
            "status None": "TypeError: must be str, not NoneType",
            "status '200 \\u20ac'": "UnicodeEncodeError: 'latin-1' codec can't encode character "
            "'\\u20ac' in position 4: ordinal not in range(256)",
            "headers (('A', 'b'),)": "TypeError: start_response() argument 2 must be list, not tuple",
            "headers None": "TypeError: start_response() argument 2 must be list, not None",
            "headers {'A': 'b'}": "TypeError: start_response() argument 2 must be list, not dict",
            "headers [['A', 'b']]": "TypeError: each header must be a 2-tuple, not list",
            "headers ['AB']": "TypeError: each header must be a 2-tuple, not str",
            "headers [None]": "TypeError: each header must be a 2-tuple, not NoneType",
            "headers [('A', 'b', 'c')]": "ValueError: each header must be a 2-tuple, got length 3",
            "headers [('A',)]": "ValueError: each header must be a 2-tuple, got length 1",
            "headers [(b'A', 'v')]": "TypeError: must be str, not bytes",
            "headers [(1, 'v')]": "TypeError: must be str, not int",
            "value 5": "TypeError: must be str, not int",
            "value None": "TypeError: must be str, not NoneType",
            "value b'v'": "TypeError: must be str, not bytes",
            "exc_info text": "RuntimeError: start_response() argument 'exc_info' must be a 3-tuple or None",
            "exc_info 0": "RuntimeError: start_response() argument 'exc_info' must be a 3-tuple or None",
        }
        for status_text in ("200 OK\r\nX: y", "200 a\tb", "200 a\x01b", "200 a\x7fb"):
            want["status %a" % status_text] = (
                "ValueError: control character in status reason phrase: %r" % status_text.encode()
            )
        for again in ("name", "name again"):
            want["%s ''" % again] = "ValueError: header name is empty"
            for name in ("A B", "A "):
                want["%s %a" % (again, name)] = (
                    "ValueError: space character in header name: %r" % name.encode()
                )
            for name in ("A\x01B", "A\tB", "A\x7fB", "A\r\nB"):
                want["%s %a" % (again, name)] = (
                    "ValueError: control character in header name: %r" % name.encode()
                )
            want["%s 'A-\\u20ac'" % again] = got["%s 'A-\\u20ac'" % again]
            self.assertTrue(got["%s 'A-\\u20ac'" % again].startswith("UnicodeEncodeError"))
        for value in ("a\r\nX: y", "a\nb", "a\rb"):
            want["value %a" % value] = (
                "ValueError: carriage return/line feed character in header value: %r" % value.encode()
            )
        self.assertTrue(got["value '\\u20ac'"].startswith("UnicodeEncodeError"))
        want["value '\\u20ac'"] = got["value '\\u20ac'"]
        for counts in ("kwargs", "no arguments", "one argument", "four arguments"):
            self.assertTrue(got[counts].startswith("TypeError"), got[counts])
            want[counts] = got[counts]
        for key, value in got.items():
            with self.subTest(key):
                self.assertEqual(value, want.get(key, "ok"))
        self.assertEqual(set(want) - set(got), set())

    def test_a_text_ends_at_a_NUL(self) -> None:
        source = (
            "def application(e, s):\n"
            "    if e['PATH_INFO'] == '/value':\n"
            "        s('200 OK', [('X-C', 'v\\0w'), ('X-C', 'z')])\n"
            "    else:\n"
            "        s('200 O\\0K', [('X-A\\0B', 'v\\0w'), ('X-C', 'z')])\n"
            "    return [b'x']\n"
        )
        with FakeSupervisor(source) as worker:
            for _ in range(2):
                r = worker.get()
                self.assertEqual((r.status, r.headers), ("200 O", [("X-A", "v"), ("X-C", "z")]))
                r = worker.get("/value")
                self.assertEqual((r.status, r.headers), ("200 OK", [("X-C", "v"), ("X-C", "z")]))

    def test_content_length_is_read_as_a_C_number(self) -> None:
        for text, number in (("4", "4"), ("_4", "4"), ("+4", "4"), ("-0", "0"), ("", "0"), ("007", "7")):
            r = self.worker.get("/length?" + text)
            self.assertEqual(r.header("content-length"), number)
            self.assertEqual(r.body, b"hello world"[: int(number)])

    def test_a_status_in_a_field_may_have_a_body(self) -> None:
        self.assertEqual(self.worker.get("/own_status").body, b"hello world")

    def test_the_last_content_length_counts(self) -> None:
        for _ in range(2):  # names are new the first time, known the second
            r = self.worker.get("/lengths?9&3")
            self.assertEqual(r.headers[-1], ("CONTENT-LENGTH", "3"))
            self.assertEqual(r.body, b"hel")
        r = self.worker.get("/lengths?9&+3")
        self.assertEqual([value for name, value in r.headers if name != "X-A"], ["3", "3"])

    def test_a_content_length_that_is_no_number_fails_the_request_before_another_one(self) -> None:
        r = self.worker.get("/lengths?x&3")
        self.assertEqual((r.status, r.outcome), (None, 1))

    def test_a_content_length_that_is_no_number_fails_the_request(self) -> None:
        for text in ("abc", "4_", "4x", "0x4", "-1", "1.0", "9" * 30, "4_0"):
            r = self.worker.get("/length?" + text)
            self.assertEqual((r.status, r.outcome), (None, 1))
            self.worker.wait_log(
                "ValueError: invalid Content-Length header value: %r" % text.replace("_", " ")
            )


class Failures(ResponseCase):
    def test_before_the_head_the_front_makes_the_answer(self) -> None:
        for path, text in (
            ("/raises", "RuntimeError: boom"),
            ("/raises_started", "RuntimeError: boom after start_response"),
            ("/raises_exit", "SystemExit: 3"),
            ("/raises_base", "BaseException: base"),
            ("/raises_keyboard", "KeyboardInterrupt"),
            ("/raises_stop", "StopIteration: x"),
            ("/raises_first", "RuntimeError: first"),
            ("/returns_none", "TypeError: 'NoneType' object is not iterable"),
            ("/returns_int", "TypeError: 'int' object is not iterable"),
            ("/returns_str", "TypeError: response iterable must yield bytes, not str"),
            ("/returns_bytes", "TypeError: response iterable must yield bytes, not int"),
            ("/returns_str_list", "TypeError: response iterable must yield bytes, not str"),
            ("/returns_bytearray", "TypeError: response iterable must yield bytes, not bytearray"),
            (
                "/no_start",
                "RuntimeError: start_response() must be called before response content is produced",
            ),
            (
                "/no_start_empty",
                "RuntimeError: start_response() must be called before response content is produced",
            ),
        ):
            with self.subTest(path):
                r = self.worker.get(path)
                self.assertEqual((r.kinds, r.outcome), (["END"], 1))
                self.worker.wait_log(text)

    def test_after_the_head_the_body_ends_where_it_is(self) -> None:
        r = self.worker.get("/raises_mid")
        self.assertEqual((r.status, r.body, r.outcome), ("200 OK", b"some", 2))
        r = self.worker.get("/returns_mixed")
        self.assertEqual((r.status, r.body, r.outcome), ("200 OK", b"ok", 2))

    def test_any_iterable_of_bytes_is_a_body(self) -> None:
        self.assertEqual(self.worker.get("/returns_dict").body, b"key")
        self.assertEqual(self.worker.get("/returns_getitem").body, b"012")
        self.assertEqual(self.worker.get("/returns_subclass").body, b"sub")


class Close(ResponseCase):
    def test_close_is_called_once(self) -> None:
        before = self.closed()
        r = self.worker.get("/close_ok")
        self.assertEqual((r.body, r.outcome), (b"c1c2", 0))
        self.assertEqual(self.closed()[len(before) :], ["ok"])

    def test_close_is_called_after_an_exception(self) -> None:
        before = self.closed()
        r = self.worker.get("/close_after_error")
        self.assertEqual((r.body, r.outcome), (b"c1", 2))
        self.assertEqual(self.closed()[len(before) :], ["after-error"])

    def test_an_exception_of_close_is_logged(self) -> None:
        r = self.worker.get("/close_raises")
        self.assertEqual((r.body, r.outcome), (b"c1", 2))
        self.worker.wait_log("RuntimeError: in close")
        self.assertEqual(self.worker.get("/close_none").body, b"x")
        self.worker.wait_log("TypeError: 'NoneType' object is not callable")


class Abort(ResponseCase):
    def test_between_two_blocks_closes_the_iterable(self) -> None:
        before = self.closed()
        one = self.worker.one
        one.request("/endless")
        self.assertEqual(one.receive()[0], p.RESPONSE)
        one.send(p.ABORT, b"\1")
        self.assertEqual(one.response().outcome, 4)
        self.assertEqual(self.closed()[len(before) :], ["GeneratorExit", "close"])

    def test_reaches_write_as_OSError(self) -> None:
        before = self.closed()
        one = self.worker.one
        one.request("/endless_write")
        self.assertEqual(one.receive()[0], p.RESPONSE)
        one.send(p.ABORT, b"\1")
        self.assertEqual(one.response().outcome, 4)
        self.assertEqual(
            self.closed()[len(before) :],
            ["write: mod_wsgi failed to write response data: Broken pipe"],
        )

    def test_after_the_end_is_ignored(self) -> None:
        one = self.worker.one
        for _ in range(3):
            self.assertEqual(one.get("/hello").body, b"hello")
            one.send(p.ABORT, b"\1")
        r = one.get("/generator")
        self.assertEqual((r.body, r.outcome), (b"onetwo", 0))

    def test_right_after_the_request_is_ignored_if_the_response_is_one_frame(self) -> None:
        one = self.worker.one
        one.request("/hello")
        one.send(p.ABORT, b"\1")
        self.assertEqual(one.response().body, b"hello")
        self.assertEqual(one.get("/hello").body, b"hello")


class Intake(ResponseCase):
    def test_a_request_in_pieces_is_put_together(self) -> None:
        one = self.worker.one
        sock = self.worker.intake.sock
        for cut in (1, 5, 7, 9, 13, 300, 70000):
            frame = one.frame("/hello", HTTP_X="y" * 100000)
            sock.sendall(frame[:cut])
            self.assertTrue(one.quiet(0.02))
            sock.sendall(frame[cut:])
            self.assertEqual(one.response().body, b"hello")

    def test_requests_in_one_piece_are_all_answered(self) -> None:
        with FakeSupervisor(SOURCE, threads=3) as worker:
            for _ in range(20):
                peers = worker.requests.values()
                worker.intake.sock.sendall(b"".join(peer.frame("/hello") for peer in peers))
                self.assertEqual([peer.response().body for peer in peers], [b"hello"] * 3)

    def test_requests_run_beside_each_other(self) -> None:
        with FakeSupervisor(SOURCE, threads=3) as worker:
            worker.intake.sock.sendall(
                b"".join(
                    worker.requests[n].frame(path)
                    for n, path in ((1, "/gated"), (2, "/gated"), (3, "/open_gate"))
                )
            )
            for number in (3, 1, 2):
                worker.requests[number].response()

    def test_the_number_of_a_request_that_was_begun_is_in_the_file(self) -> None:
        with FakeSupervisor(SOURCE, threads=2) as worker:
            worker.one.request("/gated")
            worker.one.receive()
            self.assertEqual(sorted(worker.begun()), [0, worker.one.number])
            worker.requests[2].get("/open_gate")
            self.assertEqual(max(worker.begun()), worker.requests[2].number)

    def test_another_frame_closes_it_with_a_reason(self) -> None:
        with FakeSupervisor(SOURCE) as worker:
            worker.intake.send(p.BODY, b"x")
            worker.wait_log("BODY on the intake")


class Files(ResponseCase):
    def content(self) -> bytes:
        with open(self.worker.script, "rb") as file:
            return file.read()

    def test_a_file_gets_its_length_and_is_closed(self) -> None:
        r = self.worker.get("/file?0")
        self.assertEqual(r.body, self.content())
        self.assertEqual(r.header("Content-Length"), str(len(self.content())))
        self.assertEqual((r.flags, r.outcome), (1, 0))
        self.assertEqual(self.worker.get("/file_closed").body, b"True")

    def test_a_file_is_sent_from_its_position(self) -> None:
        r = self.worker.get("/file?10")
        self.assertEqual(r.body, self.content()[10:])
        self.assertEqual(r.header("Content-Length"), str(len(self.content()) - 10))

    def test_an_announced_length_is_kept(self) -> None:
        r = self.worker.get("/file?10&5")
        self.assertEqual((r.body, r.header("Content-Length")), (self.content()[10:15], "5"))

    def test_what_is_no_regular_file_is_read_in_blocks(self) -> None:
        r = self.worker.get("/bytes_file")
        self.assertEqual(r.kinds, ["RESPONSE", "DATA", "DATA", "END"])
        self.assertEqual((r.body, r.headers), (b"0123456789", []))
        self.assertEqual(self.worker.get("/pipe_file").body, b"piped")
        self.assertEqual(self.worker.get("/text_file").outcome, 1)
        self.worker.wait_log("TypeError: file wrapper read() must return bytes, not str")

    def test_a_file_after_a_written_block_is_iterated(self) -> None:
        r = self.worker.get("/file_after_write")
        self.assertEqual((r.body, r.headers), (b"first " + self.content(), []))

    def test_a_subclass_of_the_wrapper_is_a_wrapper(self) -> None:
        self.assertEqual(self.worker.get("/file_wrapper_subclass").body, self.content())

    def test_a_file_that_is_longer_than_memory_allows_for(self) -> None:
        path = os.path.join(self.worker.folder, "huge")
        size = 400 * 1024 * 1024 + 7
        with open(path, "wb") as file:
            file.truncate(size)  # sparse: takes no space
        before = self.worker.peak_memory()
        one = self.worker.one
        one.request("/named_file?" + path)
        got = 0
        while True:
            kind, payload = one.receive()
            if kind == p.END:
                break
            if kind == p.RESPONSE:
                _, _, _, headers, payload = p.decode_response(payload)
                self.assertEqual(headers, [("Content-Length", str(size))])
            got += len(payload)
        self.assertEqual(got, size)
        self.assertLess(self.worker.peak_memory() - before, 4)

    def test_a_file_that_is_shorter_than_announced_breaks_the_body_off(self) -> None:
        r = self.worker.get("/file?10&100000")
        self.assertEqual((r.body, r.header("Content-Length")), (self.content()[10:], "100000"))
        self.assertEqual((r.flags, r.outcome), (0, 4))
        self.worker.wait_log("the file of a response is shorter than its Content-Length")

    def test_a_file_that_shrinks_breaks_the_body_off(self) -> None:
        path = os.path.join(self.worker.folder, "shrinks")
        with open(path, "wb") as file:
            file.truncate(64 * 1024 * 1024)
        one = self.worker.one
        one.request("/named_file?" + path)
        self.assertEqual(one.receive()[0], p.RESPONSE)
        os.truncate(path, 10)
        r = one.response()
        self.assertLess(len(r.body), 64 * 1024 * 1024 - 1)
        self.assertEqual(r.outcome, 4)

    def test_an_abort_ends_a_file(self) -> None:
        path = os.path.join(self.worker.folder, "aborted")
        with open(path, "wb") as file:
            file.truncate(64 * 1024 * 1024)
        one = self.worker.one
        one.request("/named_file?" + path)
        self.assertEqual(one.receive()[0], p.RESPONSE)
        one.send(p.ABORT, b"\1")
        r = one.response()
        self.assertEqual(r.outcome, 4)
        self.assertLess(len(r.body), 32 * 1024 * 1024)
        self.assertEqual(self.worker.get("/file_closed").body, b"True")

    def test_HEAD_of_a_file_has_the_length_and_no_body(self) -> None:
        r = self.worker.get("/file?0", method="HEAD")
        self.assertEqual(r.header("Content-Length"), str(len(self.content())))
        self.assertEqual(r.body, b"")


if __name__ == "__main__":
    unittest.main()

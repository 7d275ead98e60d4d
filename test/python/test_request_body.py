"""wsgi.input for the three kinds of bodies, and what happens to bodies nobody reads."""

import hashlib
import threading
import unittest
from typing import Any, List

from fake_supervisor import FakeSupervisor, p

SOURCE = r'''
import hashlib, json
KEPT = {}

def application(environ, start_response):
    name = environ["PATH_INFO"][1:]
    return globals()[name](environ, start_response)

def reply(s, value):
    s("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]

def describe(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return [v.decode("latin-1") for v in value] if isinstance(value, list) else value

def ops(e, s):
    """The query is Python: calls on `i`, separated by semicolons."""
    i = e["wsgi.input"]
    out = []
    class Two:
        def __index__(self):
            return 2
    for op in e["QUERY_STRING"].split(";"):
        try:
            out.append(describe(eval(op)))
        except BaseException as x:
            out.append("!%s: %s" % (type(x).__name__, x))
    return reply(s, out)

def digest(e, s):
    h, n = hashlib.sha1(), 0
    while True:
        d = e["wsgi.input"].read(int(e["QUERY_STRING"]))
        if not d:
            break
        n += len(d)
        h.update(d)
    return reply(s, [n, h.hexdigest()])

def whole(e, s):
    d = e["wsgi.input"].read()
    return reply(s, [len(d), hashlib.sha1(d).hexdigest()])

def lines(e, s):
    n, h = 0, hashlib.sha1()
    for line in e["wsgi.input"]:
        n += 1
        h.update(line)
    return reply(s, [n, h.hexdigest()])

def unread(e, s):
    return reply(s, "unread")

def partly(e, s):
    return reply(s, describe(e["wsgi.input"].read(3)))

def swallow(e, s):
    try:
        e["wsgi.input"].read()
    except OSError as x:
        return reply(s, str(x))

def fails(e, s):
    e["wsgi.input"].read(1)
    raise ValueError("fails")

def stream(e, s):
    s("200 OK", [])
    for block in iter(lambda: e["wsgi.input"].read(4), b""):
        yield block

def keep(e, s):
    KEPT["i"] = e["wsgi.input"]
    return reply(s, "kept")

def kept(e, s):
    i = KEPT["i"]
    out = []
    for f in (i.read, i.readline, i.readlines, i.close, lambda: iter(i), lambda: next(i)):
        try:
            f()
            out.append("ok")
        except RuntimeError as x:
            out.append(str(x))
    return reply(s, out)

def kind(e, s):
    i = e["wsgi.input"]
    t = type(i)
    return reply(s, [t.__module__, t.__qualname__, [n for n in dir(i) if n[:2] != "__"]])
'''

BODY = b"line1\nline2\nrest"


class BodyCase(unittest.TestCase):
    worker: FakeSupervisor

    @classmethod
    def setUpClass(cls) -> None:
        cls.worker = FakeSupervisor(SOURCE)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.worker.close()

    def send_frames(self, path: str, pieces: List[bytes], end: bool = True) -> Any:
        """A request of kind 2 with its body in these pieces; the peer."""
        one = self.worker.one
        one.request(path, method="POST", kind=p.BODY_FRAMES)
        self.assertEqual(one.receive(), (p.CONTINUE, b""))
        for piece in pieces:
            one.send(p.BODY, piece)
        if end:
            one.send(p.BODY_END)
        return one

    def read(self, ops: str, body: bytes = BODY) -> Any:
        """What the calls give, the same for a body in the frame and one in frames of every size."""
        import json

        want = json.loads(self.worker.post("/ops?" + ops, body).body)
        for size in (1, 4, 7, len(body) + 1):
            pieces = [body[i : i + size] for i in range(0, len(body), size)]
            got = json.loads(self.send_frames("/ops?" + ops, pieces).response().body)
            self.assertEqual(got, want, "pieces of %d" % size)
        return want


class Reading(BodyCase):
    def test_read(self) -> None:
        self.assertEqual(self.read("i.read();i.read();i.read(3)"), [BODY.decode(), "", ""])
        self.assertEqual(
            self.read("i.read(4);i.read(3);i.read(100);i.read(5)"),
            ["line", "1\nl", "ine2\nrest", ""],
        )
        self.assertEqual(self.read("i.read(0);i.read(1);i.read(0)"), ["", "l", ""])
        self.assertEqual(self.read("i.read(-1);i.read()"), [BODY.decode(), ""])
        self.assertEqual(self.read("i.read(True);i.read(Two())"), ["l", "in"])

    def test_readline(self) -> None:
        self.assertEqual(
            self.read("i.readline();i.readline();i.readline();i.readline()"),
            ["line1\n", "line2\n", "rest", ""],
        )
        self.assertEqual(
            self.read("i.readline(3);i.readline(100);i.readline(0);i.readline(2);i.readline()"),
            ["lin", "e1\n", "", "li", "ne2\n"],
        )
        self.assertEqual(self.read("i.readline(-1);i.readline(-2)"), ["line1\n", "line2\n"])
        self.assertEqual(self.read("i.readline(6);i.readline(6)"), ["line1\n", "line2\n"])

    def test_readlines(self) -> None:
        lines = ["line1\n", "line2\n", "rest"]
        self.assertEqual(self.read("i.readlines();i.readlines()"), [lines, []])
        self.assertEqual(self.read("i.readlines(0)"), [lines])
        self.assertEqual(self.read("i.readlines(6);i.readlines(12)"), [["line1\n"], lines[1:]])
        self.assertEqual(
            self.read("i.readlines(3);i.readlines(7);i.readlines()"),
            [["line1\n"], ["line2\n", "rest"], []],
        )

    def test_iteration(self) -> None:
        self.assertEqual(
            self.read("list(i);list(i);iter(i) is i"), [["line1\n", "line2\n", "rest"], [], True]
        )
        self.assertEqual(
            self.read("next(i);i.read(2);next(i);next(i);next(i)"),
            ["line1\n", "li", "ne2\n", "rest", "!StopIteration: "],
        )

    def test_sizes_have_to_be_integers(self) -> None:
        for call in ("read", "readline", "readlines"):
            for size, message in (
                ("None", "!TypeError: 'NoneType' object cannot be interpreted as an integer"),
                ("1.5", "!TypeError: 'float' object cannot be interpreted as an integer"),
                ("'3'", "!TypeError: 'str' object cannot be interpreted as an integer"),
                ("2**70", "!OverflowError: Python int too large to convert to C ssize_t"),
            ):
                self.assertEqual(self.read("i.%s(%s)" % (call, size)), [message])
        got = self.read("i.read(size=3);i.read(1,2);i.close(1)")
        self.assertEqual([text.split(":")[0] for text in got], ["!TypeError"] * 3)

    def test_close_does_nothing(self) -> None:
        self.assertEqual(self.read("i.close();i.read()"), [None, BODY.decode()])

    def test_an_empty_body(self) -> None:
        ops = "i.read();i.readline();i.readlines();list(i)"
        self.assertEqual(self.read(ops, b""), ["", "", [], []])
        self.assertEqual(self.worker.get("/ops?" + ops).body, b'["", "", [], []]')

    def test_its_type(self) -> None:
        self.assertEqual(
            self.worker.get("/kind").body,
            b'["mod_wsgi", "Input", ["close", "read", "readline", "readlines"]]',
        )

    def test_after_the_request_it_raises_RuntimeError(self) -> None:
        self.worker.post("/keep", BODY)
        import json

        names = ["read() called on", "readline() called on", "readlines() called on"]
        names += ["close() called on"]
        want = [name + " wsgi.input after request completed" for name in names]
        want += ["iteration of wsgi.input attempted after request completed"] * 2
        self.assertEqual(json.loads(self.worker.get("/kept").body), want)


class Frames(BodyCase):
    def test_a_piece_can_be_read_before_the_body_is_complete(self) -> None:
        one = self.send_frames("/stream", [b"abcd"], end=False)
        self.assertEqual(p.decode_response(one.receive()[1])[4], b"abcd")
        one.send(p.BODY, b"ef")
        self.assertTrue(one.quiet(0.1))
        one.send(p.BODY, b"ghi")
        self.assertEqual(one.receive(), (p.DATA, b"efgh"))
        one.send(p.BODY_END)
        self.assertEqual(one.receive(), (p.DATA, b"i"))
        self.assertEqual(one.receive(), (p.END, b"\0"))

    def test_an_unread_body_does_not_disturb_the_next_request(self) -> None:
        for path, answer in (("/unread", b'"unread"'), ("/partly", b'"zzz"')):
            one = self.send_frames(path, [b"z" * 60000] * 3)
            self.assertEqual(one.response().body, answer)
            self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_an_unread_body_may_come_after_the_response(self) -> None:
        one = self.send_frames("/unread", [], end=False)
        self.assertEqual(one.response().body, b'"unread"')
        one.send(p.BODY, b"x" * 1000)
        one.send(p.BODY_END)
        self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_a_body_of_a_failed_request_is_discarded(self) -> None:
        one = self.send_frames("/fails", [b"z" * 60000] * 3)
        self.assertEqual(one.response().outcome, 1)
        self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_the_worker_reads_no_further_than_the_application(self) -> None:
        """The socket's buffers hold back the front."""
        frame = p.encode_frame(p.BODY, bytes(60000))
        with FakeSupervisor(
            "import threading\nGATE = threading.Event()\n"
            "def application(e, s):\n"
            "    s('200 OK', [])\n"
            "    if e['PATH_INFO'] == '/open':\n"
            "        GATE.set()\n"
            "    elif e['wsgi.input'].read(1):\n"
            "        GATE.wait(10)\n"
            "    return [b'x']\n",
            threads=2,
        ) as worker:
            one = worker.one
            one.request("/", method="POST", kind=p.BODY_FRAMES)
            self.assertEqual(one.receive(), (p.CONTINUE, b""))
            one.sock.setblocking(False)
            sent = 0
            with self.assertRaises(BlockingIOError):
                while sent < 1 << 26:
                    sent += one.sock.send(frame[sent % len(frame) :])
            one.sock.settimeout(10)
            worker.requests[2].get("/open")
            self.assertEqual(one.response().body, b"x")
            one.sock.sendall(frame[sent % len(frame) :] if sent % len(frame) else b"")
            one.send(p.BODY_END)
            self.assertEqual(one.get("/open").body, b"x")

    def test_a_body_that_breaks_off_raises_OSError(self) -> None:
        text = "mod_wsgi request data read error: Partial results are valid but processing is incomplete"
        for reason in (1, 2):
            one = self.send_frames("/whole", [b"abc"], end=False)
            one.send(p.ABORT, bytes((reason,)))
            self.assertEqual(one.response().outcome, 4)
            self.worker.wait_log("OSError: " + text)
            one = self.send_frames("/swallow", [b"abc"], end=False)
            one.send(p.ABORT, bytes((reason,)))
            self.assertEqual(one.response().body, b'"' + text.encode() + b'"')
            self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_an_abort_also_ends_a_body_that_is_discarded(self) -> None:
        one = self.send_frames("/unread", [b"abc"], end=False)
        self.assertEqual(one.response().body, b'"unread"')
        one.send(p.ABORT, b"\1")
        self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_an_abort_of_the_request_before_is_ignored(self) -> None:
        one = self.worker.one
        for path, answer in (("/partly", b'"abc"'), ("/unread", b'"unread"'), ("/stream", b"abcdef")):
            self.send_frames("/unread", [b"xyz"]).response()
            abort = p.NUMBER.pack(one.number) + b"\1"
            one.send(p.ABORT, abort)
            one.request(path, method="POST", kind=p.BODY_FRAMES)
            self.assertEqual(one.receive(), (p.CONTINUE, b""))
            one.send(p.BODY, b"abc")
            one.send(p.ABORT, abort)
            one.send(p.BODY, b"def")
            one.send(p.BODY_END)
            response = one.response()
            self.assertEqual((response.body, response.outcome or 0), (answer, 0))
            self.assertEqual(self.worker.get("/unread").body, b'"unread"')

    def test_another_frame_inside_a_body_closes_the_connection(self) -> None:
        with FakeSupervisor(SOURCE) as worker:
            worker.one.request("/whole", method="POST", kind=p.BODY_FRAMES)
            self.assertEqual(worker.one.receive(), (p.CONTINUE, b""))
            worker.one.send(p.DATA, b"x")
            with self.assertRaises(EOFError):
                worker.one.receive()
            worker.wait_log("DATA inside a request body")


class Big(BodyCase):
    SIZE = 100 * 1024 * 1024

    def feed(self, one: Any, block: bytes) -> None:
        frame = p.encode_frame(p.BODY, block)
        for _ in range(self.SIZE // len(block)):
            one.sock.sendall(frame)
        one.send(p.BODY_END)

    def test_a_body_read_in_blocks_needs_no_memory(self) -> None:
        import json

        block = bytes(range(256)) * 256
        want = hashlib.sha1(block * (self.SIZE // len(block))).hexdigest()
        before = self.worker.peak_memory()
        for path in ("/digest?8192", "/digest?100000", "/lines"):
            one = self.send_frames(path, [], end=False)
            thread = threading.Thread(target=self.feed, args=(one, block))
            thread.start()
            got = json.loads(one.response().body)
            thread.join()
            self.assertEqual(got[1], want)
        self.assertLess(self.worker.peak_memory() - before, 8)

    def test_read_of_everything_is_linear(self) -> None:
        import json

        block = b"x" * 65536
        one = self.send_frames("/whole", [], end=False)
        thread = threading.Thread(target=self.feed, args=(one, block))
        thread.start()
        got = json.loads(one.response().body)
        thread.join()
        self.assertEqual(got[0], self.SIZE)


if __name__ == "__main__":
    unittest.main()

"""The log stream: text streams, attribution to requests, order, long lines, tracebacks."""

import json
import os
import unittest
from typing import Any, List, Tuple

from fake_supervisor import FakeSupervisor, p

SOURCE = r'''
import io, json, logging, os, subprocess, sys, threading, warnings
print("import-print")
sys.stderr.write("import-stderr\n")
KEPT = []

def application(environ, start_response):
    name = environ["PATH_INFO"][1:]
    body = globals()[name](environ, environ["wsgi.errors"])
    start_response("200 OK", [])
    return [json.dumps(body).encode()]

def mark(e, err):
    print("mark")
def prints(e, err):
    print("to stdout")
    sys.stderr.write("to stderr\n")
    err.write("to errors\n")
    err.writelines(["line one\n", "line two\n"])
def many(e, err):
    err.write("m1\nm2\n\nm4\n")
def print_many(e, err):
    print("m1\nm2")
def unfinished(e, err):
    sys.stdout.write("out")
    sys.stderr.write(" err")
    err.write(" wsgi")
def flushed(e, err):
    err.write("part1")
    err.flush()
    err.write("part2")
def carriage(e, err):
    print("ends\r")
def long(e, err):
    print("L" + "x" * 20000 + "\u20ac" * 3000 + "\U0001f600" * 1000 + "end")
def texts(e, err):
    print("caf\xe9 \u20ac \U0001f600 \x00 \x1b \x01 \t \\ \"")
    print("lone \ud800 \udc80")
    sys.stdout.buffer.write(b"bytes \xff\xfe\n")
def thread(e, err):
    def run():
        print("from a thread")
        err.write("errors from a thread\n")
    t = threading.Thread(target=run)
    t.start()
    t.join()
def order(e, err):
    for i in range(50):
        print("python", i)
        os.write(1, b"raw one %d\n" % i)
        os.write(2, b"raw two %d\n" % i)
        subprocess.call(["echo", "child %d" % i])
def uses_logging(e, err):
    logging.getLogger("x").warning("by logging")
def warns(e, err):
    warnings.warn("careful", UserWarning)
def keep(e, err):
    KEPT[:] = [err]
def kept(e, err):
    out = []
    for f in (lambda: KEPT[0].write("late\n"), lambda: KEPT[0].writelines(["x"]),
              lambda: print("late", file=KEPT[0]), lambda: KEPT[0].flush()):
        try:
            f()
            out.append("ok")
        except BaseException as x:
            out.append("%s: %s" % (type(x).__name__, x))
    return out
def describe_stream(f):
    d = {"text": isinstance(f, io.TextIOWrapper)}
    for a in ("name", "encoding", "errors", "line_buffering", "closed", "newlines"):
        d[a] = getattr(f, a)
    for a in ("isatty", "fileno", "readable", "writable", "seekable"):
        try:
            d[a] = getattr(f, a)()
        except OSError:
            d[a] = "OSError"
    d["type"] = type(f).__module__ + "." + type(f).__qualname__
    d["buffer"] = type(f.buffer).__module__ + "." + type(f.buffer).__qualname__
    return d
def streams(e, err):
    return [describe_stream(f) for f in (sys.stdout, sys.stderr, err)]
def levels(e, err):
    import mod_wsgi
    log = logging.getLogger("levels")
    log.propagate = False
    log.setLevel(1)
    log.addHandler(mod_wsgi.LogHandler())
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(log, level)("at %s\nsecond line", level)
def inner(n):
    if n:
        inner(n - 1)
    raise ValueError("deep\n\nblank")
def raises(e, err):
    inner(1)
def chained(e, err):
    try:
        raise KeyError("inner")
    except KeyError as x:
        raise ValueError("outer") from x
def own_code(e, err):
    e["wsgi.input"].read(None)
def own_cause(e, err):
    try:
        e["wsgi.input"].read(None)
    except TypeError as x:
        raise ValueError("outer") from x
def bad_str(e, err):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("no text")
    raise Odd
def unraisable(e, err):
    class D:
        def __del__(self):
            raise ValueError("in del")
    D()
def destructor(e, err):
    class D:
        def __del__(self):
            print("destroyed")
    e["d"] = D()
def nonblocking(e, err):
    os.set_blocking(2, False)
    for i in range(3000):
        print("n%d" % i + "." * 100)
'''


class LogCase(unittest.TestCase):
    worker: FakeSupervisor

    def setUp(self) -> None:
        self.worker = FakeSupervisor(SOURCE)
        self.addCleanup(self.worker.close)

    def records(self, path: str) -> List[Tuple[Any, ...]]:
        """What one request brings into the log: (stream, remote, script, text) of each entry."""
        self.mark()
        before = len(self.worker.log())
        self.worker.get(path)
        self.mark()
        return [
            (e.fields["s"], e.fields.get("r"), e.fields.get("p"), e.text)
            if e.fields
            else (None, None, None, e.text)
            for e in self.worker.log()[before:-1]
        ]

    def mark(self) -> None:
        """Have a line printed and wait for it: everything before it has arrived then."""
        self.marks = getattr(self, "marks", 0) + 1
        self.worker.get("/mark")
        self.worker.wait_lines("mark", self.marks)


class Attribution(LogCase):
    def test_a_line_belongs_to_the_request_of_its_thread(self) -> None:
        me = ("127.0.0.1:40000", "/srv/htdocs/prints")
        self.assertEqual(
            self.records("/prints"),
            [
                (1, *me, "to stdout"),
                (2, *me, "to stderr"),
                (3, *me, "to errors"),
                (3, *me, "line one"),
                (3, *me, "line two"),
            ],
        )

    def test_other_threads_have_no_request_but_wsgi_errors_has(self) -> None:
        self.assertEqual(
            self.records("/thread"),
            [
                (1, None, None, "from a thread"),
                (3, "127.0.0.1:40000", "/srv/htdocs/thread", "errors from a thread"),
            ],
        )

    def test_fields_of_a_record(self) -> None:
        self.records("/prints")
        fields = self.worker.wait_log("to stdout").fields
        assert fields is not None
        self.assertEqual(sorted(fields), ["i", "l", "p", "q", "r", "s", "t", "x"])
        self.assertEqual(fields["l"], "error")
        self.assertIsInstance(fields["t"], float)
        self.assertIsInstance(fields["i"], int)

    def test_text_of_the_import_belongs_to_no_request(self) -> None:
        for text in ("import-print", "import-stderr"):
            fields = self.worker.wait_log(text).fields
            assert fields is not None
            self.assertFalse({"r", "p"} & set(fields))

    def test_an_unfinished_line_of_the_import_waits_for_the_end(self) -> None:
        source = (
            "import atexit\n"
            "print('unfinished', end='')\n"
            "atexit.register(lambda: print('-at-exit'))\n"
        )
        with FakeSupervisor(SOURCE + source) as worker:
            worker.get("/prints")
            self.assertEqual(worker.shutdown(), 0)
            self.assertIn("unfinished-at-exit", worker.lines())

    def test_destructors_of_the_request_belong_to_it(self) -> None:
        got = self.records("/destructor")
        self.assertEqual(got, [(1, "127.0.0.1:40000", "/srv/htdocs/destructor", "destroyed")])


class Lines(LogCase):
    def texts(self, path: str) -> List[str]:
        return [record[3] for record in self.records(path)]

    def test_each_line_is_a_record_empty_ones_too(self) -> None:
        self.assertEqual(self.texts("/many"), ["m1", "m2", "", "m4"])

    def test_print_of_several_lines_ends_with_an_empty_one(self) -> None:
        """As under mod_wsgi: print writes its newline after the stream has flushed the text."""
        self.assertEqual(self.texts("/print_many"), ["m1", "m2", ""])

    def test_a_request_has_one_unfinished_line_which_ends_with_it(self) -> None:
        self.assertEqual(self.texts("/unfinished"), ["out err wsgi"])

    def test_flush_ends_a_line(self) -> None:
        self.assertEqual(self.texts("/flushed"), ["part1", "part2"])

    def test_a_carriage_return_flushes_as_in_any_line_buffered_stream(self) -> None:
        self.assertEqual(self.texts("/carriage"), ["ends\r", ""])

    def test_a_long_line_is_cut_into_records_and_complete(self) -> None:
        (text,) = self.texts("/long")
        self.assertEqual(text, "L" + "x" * 20000 + "\u20ac" * 3000 + "\U0001f600" * 1000 + "end")

    def test_every_text_survives(self) -> None:
        self.assertEqual(
            self.texts("/texts"),
            ['caf\xe9 \u20ac \U0001f600 \x00 \x1b \x01 \t \\ "', "lone ? ?", "bytes \udcff\udcfe"],
        )

    def test_logging_and_warnings(self) -> None:
        self.assertEqual(self.texts("/uses_logging"), ["by logging"])
        first, second = self.texts("/warns")
        self.assertTrue(first.endswith("UserWarning: careful"), first)
        self.assertEqual(second, '  warnings.warn("careful", UserWarning)')

    def test_LogHandler_keeps_the_level(self) -> None:
        self.records("/levels")
        log = [e for e in self.worker.log() if e.fields and e.text.startswith("at ")]
        self.assertEqual(
            [(e.fields["l"], e.text) for e in log if e.fields],
            [
                ("debug", "at debug"),
                ("info", "at info"),
                ("warn", "at warning"),
                ("error", "at error"),
                ("crit", "at critical"),
            ],
        )

    def test_a_non_blocking_descriptor_loses_nothing(self) -> None:
        texts = self.texts("/nonblocking")
        self.assertEqual([t.split(".")[0] for t in texts], ["n%d" % i for i in range(3000)])


class Record(unittest.TestCase):
    def test_a_write_of_a_part_is_continued(self) -> None:
        from modwsgi_dev_worker import log_record

        class Slow:
            """os whose write takes seven bytes at a time."""

            written = b""

            def write(self, descriptor: int, data: bytes) -> int:
                self.written += data[:7]
                return min(7, len(data))

        slow, real = Slow(), log_record.os
        log_record.os = slow  # type: ignore[assignment]
        try:
            log_record.write_line(b"some text", log_record.RUNTIME)
        finally:
            log_record.os = real
        self.assertTrue(slow.written.endswith(b'"x":"some text"}\n'), slow.written)


class Order(LogCase):
    def test_python_c_code_and_children_share_one_stream(self) -> None:
        want = []
        for i in range(50):
            want += ["python %d" % i, "raw one %d" % i, "raw two %d" % i, "child %d" % i]
        texts = "\n".join(record[3].rstrip("\n") for record in self.records("/order"))
        self.assertEqual(texts.split("\n"), want)


class Streams(LogCase):
    def test_they_are_text_streams_without_a_descriptor(self) -> None:
        names = ["<stdout>", "<stderr>", "<wsgi.errors>"]
        for name, got in zip(names, json.loads(self.worker.get("/streams").body)):
            self.assertEqual(
                got,
                {
                    "text": True,
                    "name": name,
                    "encoding": "utf-8",
                    "errors": "replace",
                    "line_buffering": True,
                    "closed": False,
                    "newlines": None,
                    "isatty": False,
                    "fileno": "OSError",
                    "readable": False,
                    "writable": True,
                    "seekable": False,
                    "type": "_io.TextIOWrapper",
                    "buffer": "mod_wsgi.Log",
                },
            )

    def test_wsgi_errors_ends_with_its_request(self) -> None:
        self.worker.get("/keep")
        late = "RuntimeError: write() called on wsgi.errors after request completed"
        self.assertEqual(json.loads(self.worker.get("/kept").body), [late, late, late, "ok"])


class Exceptions(LogCase):
    def lines(self, path: str) -> List[str]:
        got = self.records(path)
        for stream, remote, script, _ in got:
            self.assertEqual((stream, remote, script), (4, "127.0.0.1:40000", None))
        return [record[3] for record in got]

    def head(self, path: str, kind: str) -> str:
        return (
            "WSGI0174: [script /srv/htdocs{0}] {1} exception raised processing WSGI script "
            "'/srv/htdocs{0}' for main interpreter of daemon process 'host:80'."
        ).format(path, kind)

    def frames(self, lines: List[str]) -> List[str]:
        """The function names of the frames."""
        return [line.rsplit(" in ", 1)[1] for line in lines if line.startswith('  File "')]

    def test_one_line_that_names_it_then_the_traceback(self) -> None:
        lines = self.lines("/raises")
        self.assertEqual(lines[0], self.head("/raises", "ValueError"))
        self.assertEqual(lines[1], "Traceback (most recent call last):")
        self.assertTrue(lines[2].startswith('  File "%s", line' % self.worker.script), lines[2])
        self.assertEqual(self.frames(lines), ["application", "raises", "inner", "inner"])
        self.assertEqual(lines[-2:], ["ValueError: deep", "blank"])
        self.assertNotIn("", lines)

    def test_a_traceback_is_one_record_with_the_identity_of_its_request(self) -> None:
        self.lines("/raises")
        entries = [entry for entry in self.worker.log() if entry.fields and entry.fields["s"] == 4]
        texts = [entry.fields["x"] for entry in entries if entry.fields]
        self.assertTrue(texts[0].startswith("WSGI0174:"), texts[0])
        self.assertTrue(texts[0].endswith("\nValueError: deep\nblank"), texts[0])
        self.assertTrue(entries[0].fields and entries[0].fields["q"])

    def test_causes_are_shown(self) -> None:
        lines = self.lines("/chained")
        self.assertIn("KeyError: 'inner'", lines)
        self.assertIn(
            "The above exception was the direct cause of the following exception:", lines
        )
        self.assertEqual(lines[-1], "ValueError: outer")

    def test_frames_of_the_worker_are_not_shown(self) -> None:
        lines = self.lines("/own_code")
        self.assertEqual(self.frames(lines), ["application", "own_code"])
        self.assertFalse([line for line in lines if "modwsgi_dev_worker" in line])
        lines = self.lines("/own_cause")
        self.assertEqual(self.frames(lines), ["own_cause", "application", "own_cause"])

    def test_an_exception_without_text_is_still_named(self) -> None:
        lines = self.lines("/bad_str")
        self.assertEqual(lines[0], self.head("/bad_str", "Odd"))
        self.assertIn("Odd", lines[-1])

    def test_exceptions_that_cannot_be_raised_reach_the_log(self) -> None:
        self.assertEqual(self.records("/unraisable")[-1][3], "ValueError: in del")


if __name__ == "__main__":
    unittest.main()

"""What a worker reports of an application that cannot be loaded."""

import os
import sys
import unittest
from typing import Any, Dict

from fake_supervisor import FakeSupervisor

from modwsgi_dev_worker.load_failure import describe_failure


def raised(source: str, path: str = "<text>") -> "Dict[str, Any]":
    try:
        exec(compile(source, path, "exec"), {})
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next  # type: ignore[union-attr]
        return describe_failure(error)
    raise AssertionError("nothing was raised")


class Reports(unittest.TestCase):
    def test_a_worker_reports_where_the_exception_came_from(self) -> None:
        files = {"inner.py": "# one\ndef f():\n    raise KeyError('x')\n"}
        with FakeSupervisor(
            "import inner\ninner.f()\n", files=files, reportFailures=True
        ) as worker:
            failure = worker.wait_message("ready")["failure"]
            (error,) = failure["errors"]
            self.assertEqual([error["type"], error["message"]], ["KeyError", "'x'"])
            outer, inner = error["frames"]
            self.assertEqual([outer["file"], outer["line"]], [worker.script, 2])
            self.assertEqual(
                inner,
                {
                    "file": os.path.join(worker.folder, "inner.py"),
                    "line": 3,
                    "function": "f",
                    "own": True,
                    "first": 1,
                    "source": ["# one", "def f():", "    raise KeyError('x')"],
                },
            )
            self.assertTrue(failure["traceback"].startswith("Traceback"))
            self.assertTrue(failure["traceback"].endswith("KeyError: 'x'\n"))

    def test_nothing_is_reported_unless_it_is_asked_for(self) -> None:
        with FakeSupervisor("raise KeyError('x')\n") as worker:
            self.assertNotIn("failure", worker.wait_message("ready"))

    def test_a_syntax_error_is_where_the_text_is(self) -> None:
        with FakeSupervisor("a = 1\nb = (\n", reportFailures=True) as worker:
            (error,) = worker.wait_message("ready")["failure"]["errors"]
            self.assertEqual(error["type"], "SyntaxError")
            self.assertNotIn(".py", error["message"])
            frame = error["frames"][-1]
            self.assertEqual([frame["file"], frame["line"]], [worker.script, 2])
            self.assertEqual([frame["function"], frame["source"]], ["", ["a = 1", "b = ("]])

    def test_a_missing_callable_has_no_place(self) -> None:
        with FakeSupervisor("a = 1\n", reportFailures=True) as worker:
            (error,) = worker.wait_message("ready")["failure"]["errors"]
            self.assertEqual([error["type"], error["frames"]], ["AttributeError", []])


class Bounds(unittest.TestCase):
    def test_causes_follow_and_end(self) -> None:
        source = "try:\n    1 / 0\nexcept Exception as e:\n    raise KeyError from e\n"
        types = [error["type"] for error in raised(source)["errors"]]
        self.assertEqual(types, ["KeyError", "ZeroDivisionError"])
        hidden = source.replace("from e", "from None")
        self.assertEqual([e["type"] for e in raised(hidden)["errors"]], ["KeyError"])
        ring = "a = KeyError(1); b = KeyError(2); a.__cause__ = b; b.__cause__ = a; raise a\n"
        self.assertEqual([e["message"] for e in raised(ring)["errors"]], ["1", "2"])

    def test_a_long_recursion_keeps_its_ends(self) -> None:
        source = "def f(n):\n    if n == 0: 1 / 0\n    f(n - 1)\nf(200)\n"
        frames = raised(source)["errors"][0]["frames"]
        self.assertEqual(len(frames), 40)
        self.assertEqual([frames[0]["line"], frames[1]["line"], frames[-1]["line"]], [4, 3, 2])

    def test_long_text_is_cut_and_a_str_that_fails_is_named(self) -> None:
        failure = raised("raise KeyError('x' * 100000)\n")
        self.assertEqual(len(failure["errors"][0]["message"]), 5000)
        self.assertLess(len(failure["traceback"]), 31000)
        source = "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n"
        message = raised(source)["errors"][0]["message"]
        self.assertEqual(message, "<ValueError while formatting>")

    def test_files_of_python_and_of_packages_are_not_own(self) -> None:
        frames = raised("import json\njson.loads('x')\n", os.path.join(os.sep, "site", "app.py"))
        own = [frame["own"] for frame in frames["errors"][0]["frames"]]
        self.assertEqual(own[0], True)
        self.assertEqual(set(own[1:]), {False})
        path = os.path.join(sys.prefix, "lib", "site-packages", "x.py")
        frames = raised("1 / 0\n", path)
        self.assertEqual(frames["errors"][0]["frames"][0]["own"], False)


if __name__ == "__main__":
    unittest.main()

"""JSON without the package `json`: gives and takes what `json` does."""

import json
import subprocess
import sys
import unittest
from typing import Any

from fake_supervisor import PACKAGE, p  # noqa: F401  # puts the package on the search path
from modwsgi_dev_worker import json_text

VALUES = [
    {},
    [],
    "",
    0,
    -1,
    1.5,
    1e300,
    10**30,
    True,
    False,
    None,
    "\x00\x1f\"\\/\x7f\u00e9\u2028\ud800\U0001f600",
    {"a": [1, [2, {"b": None}]], "": {}, "\u00e9": [True, False]},
    [["path", 1700000000123456789], ["missing", None]],
]
NO_JSON = ["", "{", "[1,]", '{"a"}', "{1:2}", "nul", "1 2", "{} ", '"\n"', '"\\x"', "NaN", "-Infinity"]


class JsonText(unittest.TestCase):
    def test_encode_gives_what_json_gives(self) -> None:
        for value in VALUES:
            with self.subTest(repr(value)):
                self.assertEqual(
                    json_text.encode(value), json.dumps(value, separators=(",", ":"))
                )

    def test_encode_takes_tuples_as_lists(self) -> None:
        self.assertEqual(json_text.encode(((1, "a"),)), '[[1,"a"]]')

    def test_infinities_come_out_as_they_went_in(self) -> None:
        for value in (float("inf"), float("-inf")):
            self.assertEqual(json_text.decode(json_text.encode([value])), [value])
        with self.assertRaises(ValueError):
            json_text.encode(float("nan"))

    def test_encode_refuses_what_has_no_json(self) -> None:
        for value in (b"x", {1}, object()):
            with self.assertRaises(TypeError):
                json_text.encode({"a": [value]})

    def test_decode_gives_what_json_gives(self) -> None:
        for value in VALUES:
            for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
                with self.subTest(text):
                    decoded: Any = json_text.decode(text)
                    self.assertEqual(decoded, value)
                    self.assertIs(type(decoded), type(value))

    def test_decode_raises_value_error_for_anything_else(self) -> None:
        for text in NO_JSON:
            with self.subTest(text):
                with self.assertRaises(ValueError):
                    json_text.decode(text)

    def test_decode_raises_recursion_error_for_depth(self) -> None:
        with self.assertRaises(RecursionError):
            json_text.decode("[" * 200000)

    def test_importing_it_does_not_import_json(self) -> None:
        script = "import sys; sys.path.insert(0, sys.argv[1]); import modwsgi_dev_worker.worker; "
        script += "print({'json', 're', 'enum', 'socket', 'threading'} & set(sys.modules))"
        argv = [sys.executable, "-S", "-E", "-c", script, PACKAGE.rpartition("/")[0]]
        self.assertEqual(subprocess.check_output(argv, universal_newlines=True), "set()\n")

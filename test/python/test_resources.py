"""Scripts of --add-handler."""

import os
import sys
import unittest
from os.path import abspath, dirname, join
from typing import Any

from fake_supervisor import FakeSupervisor

sys.path.insert(0, join(dirname(dirname(dirname(abspath(__file__)))), "python"))
from modwsgi_dev_worker.resources import module_name  # noqa: E402

APPLICATION = "def application(e, s):\n    s('200 OK', [])\n    return [b'application']\n"
SCRIPT = r'''
import os, sys
print("loaded", __name__)
def handle_request(environ, start_response):
    start_response("200 OK", [])
    names = [__name__, environ["SCRIPT_NAME"], str(sys.modules[__name__].__dict__ is globals())]
    return [" ".join(names).encode()]
'''
PLAIN = "def application(e, s):\n    s('200 OK', [])\n    return [b'plain']\n"


class Names(unittest.TestCase):
    def test_module_name(self) -> None:
        for extension, name in ((".foo", "_foo"), (".x-y", "_x_y"), ("html", "html"), (".a.b", "_a_b")):
            with self.subTest(extension):
                self.assertEqual(module_name(extension), "__wsgi_resource%s__" % name)


class Scripts(unittest.TestCase):
    def open(self, foo: str = SCRIPT, application: str = APPLICATION, **options: Any) -> FakeSupervisor:
        # Paths are known only once the folder is there: the worker's current folder, so relative ones do.
        handlers = [[".foo", "foo.py"], [".bar", "bar.py"]]
        worker = FakeSupervisor(
            application, files={"foo.py": foo, "bar.py": PLAIN}, handlers=handlers, **options
        )
        self.addCleanup(worker.close)
        return worker

    def ask(self, worker: FakeSupervisor, name: str) -> Any:
        return worker.get(
            "/",
            SCRIPT_NAME=name,
            SCRIPT_FILENAME="/web" + name,
            mod_wsgi__request_handler="wsgi-resource",
        )

    def test_the_script_of_the_extension_answers(self) -> None:
        worker = self.open()
        self.assertEqual(self.ask(worker, "/x.foo").body, b"__wsgi_resource_foo__ /x.foo True")
        self.assertEqual(self.ask(worker, "/x.bar").body, b"plain")
        self.assertEqual(worker.get("/").body, b"application")

    def test_it_is_loaded_by_the_first_request_for_one(self) -> None:
        worker = self.open()
        worker.get("/")
        self.assertEqual(worker.lines(), [])
        for _ in range(2):
            self.ask(worker, "/x.bar")
        worker.wait_lines("loaded __wsgi_resource_foo__", 1)
        self.assertEqual(len(worker.lines()), 1)

    def test_a_script_that_cannot_be_loaded_concerns_nobody_else(self) -> None:
        worker = self.open(foo="raise KeyError('broken')\n")
        self.assertEqual(self.ask(worker, "/x.bar").status, None)
        worker.wait_log("KeyError: 'broken'")
        self.assertEqual(worker.get("/").body, b"application")
        worker.write("foo.py", SCRIPT)
        self.assertEqual(self.ask(worker, "/x.bar").body, b"plain")

    def test_an_application_that_cannot_be_loaded_concerns_no_script(self) -> None:
        worker = self.open(application="raise KeyError('broken')\n")
        self.assertEqual(worker.get("/").status, None)
        self.assertEqual(self.ask(worker, "/x.bar").body, b"plain")

    def test_an_unknown_extension_fails(self) -> None:
        self.assertEqual(self.ask(self.open(), "/x.foo.txt").status, None)

    def test_a_changed_application_hands_requests_back(self) -> None:
        worker = self.open(scriptReloading=True)
        self.assertEqual(self.ask(worker, "/x.bar").body, b"plain")
        os.utime(worker.script, (1, 1))
        self.assertIn("RETRY", self.ask(worker, "/x.bar").kinds)

    def test_reload_required_hands_the_request_back(self) -> None:
        source = SCRIPT + "def reload_required(name):\n    return name == '/web/old.foo'\n"
        worker = self.open(foo=source)
        self.assertEqual(self.ask(worker, "/x.foo").status, "200 OK")
        self.assertIn("RETRY", self.ask(worker, "/old.foo").kinds)

    def test_a_site_without_application(self) -> None:
        worker = self.open(script=None)
        self.assertEqual(self.ask(worker, "/x.bar").body, b"plain")


if __name__ == "__main__":
    unittest.main()

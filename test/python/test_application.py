"""Loading the application: kinds, failures, repair, and noticing a changed script."""

import json
import os
import sys
import threading
import unittest
from typing import Any, List

from fake_supervisor import FakeSupervisor, p

GOOD = r'''
import json, sys, threading
STATE = {
    "name": __name__,
    "file": __file__,
    "package": __package__,
    "spec": repr(__spec__),
    "registered": "__wsgi__" in sys.modules,
    "main thread": threading.current_thread() is threading.main_thread(),
}
def application(environ, start_response):
    STATE["now registered"] = sys.modules.get("__wsgi__") is not None and (
        vars(sys.modules["__wsgi__"]) is globals())
    start_response("200 OK", [])
    return [json.dumps(STATE).encode()]
other = application
'''
HELLO = "def application(e, s):\n    s('200 OK', [])\n    return [b'%s']\n"


class Kinds(unittest.TestCase):
    def test_a_script_is_the_module_wsgi(self) -> None:
        with FakeSupervisor(GOOD) as worker:
            ready = worker.wait_message("ready")
            self.assertEqual(
                [ready["loaded"], ready["error"], ready["missing"]], [True, None, False]
            )
            self.assertGreater(ready["seconds"], 0)
            self.assertEqual([m["type"] for m in worker.messages], ["ready"])
            self.assertEqual(
                json.loads(worker.get().body),
                {
                    "name": "__wsgi__",
                    "file": worker.script,
                    "package": None,
                    "spec": "None",
                    "registered": False,
                    "main thread": True,
                    "now registered": True,
                },
            )

    def test_the_callable_may_have_another_name(self) -> None:
        with FakeSupervisor(GOOD, callable="other") as worker:
            self.assertEqual(worker.get().status, "200 OK")

    def test_a_module_has_its_own_name(self) -> None:
        files = {"pack/__init__.py": "", "pack/web.py": GOOD}
        with FakeSupervisor(files=files, script=None, module="pack.web") as worker:
            state = json.loads(worker.get().body)
            self.assertEqual(state["name"], "pack.web")
            self.assertEqual(state["file"], os.path.join(worker.folder, "pack", "web.py"))

    def test_a_paste_configuration(self) -> None:
        deploy = (
            "def loadapp(uri):\n"
            "    def application(e, s):\n"
            "        s('200 OK', [])\n"
            "        return [uri.encode()]\n"
            "    return application\n"
        )
        files = {"paste/__init__.py": "", "paste/deploy.py": deploy, "site.ini": "[app:main]\n"}
        with FakeSupervisor(
            files=files, script=None, paste="/nowhere/site.ini", reportFiles=True
        ) as worker:
            self.assertEqual(worker.get().body, b"config:/nowhere/site.ini")

    def test_requests_wait_for_a_slow_import(self) -> None:
        gate = "import os\nos.read(os.open(%r, os.O_RDONLY), 1)\n"
        with FakeSupervisor("raise SystemExit\n") as worker:
            fifo = os.path.join(worker.folder, "gate")
            os.mkfifo(fifo)
            worker.write("app.py", gate % fifo + HELLO % "slow")
            worker.one.request()
            self.assertTrue(worker.one.quiet(0.1))
            with open(fifo, "w") as file:
                file.write("x")
            self.assertEqual(worker.one.response().body, b"slow")


class Failures(unittest.TestCase):
    def check(self, source: str, error: str, missing: bool = False) -> List[str]:
        """Load a failing script, send two requests, repair it; the lines that were logged."""
        with FakeSupervisor(source) as worker:
            ready = worker.wait_message("ready")
            self.assertEqual([ready["loaded"], ready["missing"]], [False, missing])
            self.assertTrue(ready["error"].startswith(error), ready["error"])
            for _ in range(2):
                r = worker.get()
                self.assertEqual((r.kinds, r.outcome), (["END"], 1))
            worker.write("app.py", HELLO % "repaired")
            self.assertEqual(worker.get().body, b"repaired")
            worker.wait_message("loaded")
            self.assertEqual(worker.get().body, b"repaired")
            self.assertEqual(sum(m["type"] == "loaded" for m in worker.messages), 1)
            worker.shutdown()
            lines = [e for e in worker.log() if e.fields]
            first, later = [], []
            for entry in lines:
                assert entry.fields is not None
                (later if "r" in entry.fields else first).append(
                    entry.text.replace(worker.script, "APP")
                )
            self.assertEqual(len(later), 2 * (len(later) // 2))
            self.later = later[: len(later) // 2]
            self.assertEqual(later[len(later) // 2 :], self.later)
            return first

    def test_an_exception(self) -> None:
        first = self.check("def f():\n    raise ValueError('at import')\nf()\n", "ValueError: at import")
        self.assertEqual(
            [line for line in first if line.strip("~^ ")],
            [
                "WSGI0110: Unable to execute Python script file 'APP'.",
                "WSGI0174: ValueError exception raised processing WSGI script 'APP' "
                "for main interpreter of daemon process 'host:80'.",
                "Traceback (most recent call last):",
                '  File "APP", line 3, in <module>',
                "    f()",
                '  File "APP", line 2, in f',
                "    raise ValueError('at import')",
                "ValueError: at import",
            ],
        )
        self.assertEqual(
            self.later[:2],
            [
                "WSGI0109: Unable to execute Python script file 'APP'.",
                "WSGI0174: [script /srv/htdocs/] ValueError exception raised processing "
                "WSGI script 'APP' for main interpreter of daemon process 'host:80'.",
            ],
        )

    def test_a_syntax_error(self) -> None:
        first = self.check("def application(:\n", "SyntaxError: ")
        self.assertIn('  File "APP", line 1', first)
        self.assertTrue(first[-1].startswith("SyntaxError: "))

    def test_an_exit(self) -> None:
        first = self.check("import sys\nsys.exit(3)\n", "SystemExit: 3")
        self.assertEqual(
            first[0], "WSGI0108: SystemExit exception raised when doing exec of Python script file 'APP'."
        )
        self.assertEqual(
            self.later[0],
            "WSGI0107: SystemExit exception raised when doing exec of Python script file 'APP'.",
        )

    def test_a_missing_callable(self) -> None:
        first = self.check("x = 1\n", "AttributeError: ", missing=True)
        self.assertEqual(first[-1], "AttributeError: module '__wsgi__' has no attribute 'application'")

    def test_a_missing_script(self) -> None:
        with FakeSupervisor() as worker:
            self.assertFalse(worker.wait_message("ready")["loaded"])
            self.assertEqual(worker.get().outcome, 1)
            worker.wait_log("FileNotFoundError: [Errno 2] No such file or directory: '%s'" % worker.script)
            worker.write("app.py", HELLO % "there")
            self.assertEqual(worker.get().body, b"there")

    def test_text_printed_while_a_request_loads_belongs_to_no_request(self) -> None:
        with FakeSupervisor("print('loading')\n1/0\n") as worker:
            worker.get()
            worker.wait_lines("loading", 2)
            self.assertFalse(
                [e for e in worker.log() if e.text == "loading" and e.fields and "r" in e.fields]
            )

    def test_only_one_request_loads(self) -> None:
        with FakeSupervisor("1/0\n", threads=4) as worker:
            worker.write(
                "app.py", "import time\nprint('once')\ntime.sleep(0.1)\n" + HELLO % "loaded"
            )
            for peer in worker.requests.values():
                peer.request()
            for peer in worker.requests.values():
                self.assertEqual(peer.response().body, b"loaded")
            worker.wait_lines("once", 1)


class Reloading(unittest.TestCase):
    def touch(self, worker: FakeSupervisor, name: str = "app.py") -> None:
        os.utime(os.path.join(worker.folder, name), (1, 1))

    def test_a_changed_script_gives_the_request_back(self) -> None:
        with FakeSupervisor(HELLO % "one", scriptReloading=True) as worker:
            self.assertEqual(worker.get().body, b"one")
            self.touch(worker)
            for _ in range(2):
                self.assertEqual(worker.get().kinds, ["RETRY"])
            worker.one.request(method="POST", kind=p.BODY_FRAMES)
            self.assertEqual(worker.one.response().kinds, ["RETRY"])

    def test_a_script_that_went_away_counts_as_changed(self) -> None:
        with FakeSupervisor(HELLO % "one", scriptReloading=True) as worker:
            os.unlink(worker.script)
            self.assertEqual(worker.get().kinds, ["RETRY"])

    def test_without_script_reloading_nothing_is_noticed(self) -> None:
        with FakeSupervisor(HELLO % "one") as worker:
            self.touch(worker)
            self.assertEqual(worker.get().body, b"one")

    def test_a_module_is_watched_by_its_file(self) -> None:
        with FakeSupervisor(
            files={"web.py": HELLO % "one"}, script=None, module="web", scriptReloading=True
        ) as worker:
            self.assertEqual(worker.get().body, b"one")
            self.touch(worker, "web.py")
            self.assertEqual(worker.get().kinds, ["RETRY"])

    def test_a_change_while_it_loads_is_noticed(self) -> None:
        source = "import os\nos.utime(__file__, (5, 5))\n"
        with FakeSupervisor(source + HELLO % "one", scriptReloading=True) as worker:
            self.assertEqual(worker.get().kinds, ["RETRY"])


class LoadedFiles(unittest.TestCase):
    def test_what_imports_load_and_miss(self) -> None:
        source = (
            "import json, decimal, pack.deep, sub_only\n"
            "try:\n    import not_there\nexcept ImportError:\n    pass\n"
            "try:\n    import pack.neither\nexcept ImportError:\n    pass\n"
        )
        files = {
            "pack/__init__.py": "",
            "pack/deep.py": "from . import leaf\n",
            "pack/leaf.py": "",
            "lib/sub_only.py": "",
        }
        with FakeSupervisor(source + HELLO % "x", files=files, reportFiles=True) as worker:
            self.assertFalse(worker.wait_message("ready")["loaded"])
            worker.write("sub_only.py", "")
            self.assertEqual(worker.get().body, b"x")
            worker.wait_message("loaded")
            got = worker.files()
            at = lambda *names: os.path.join(worker.folder, *names)  # noqa: E731
            for name in ("app.py", "pack/__init__.py", "pack/deep.py", "pack/leaf.py"):
                path = at(*name.split("/"))
                self.assertEqual(got.get(path), os.stat(path).st_mtime_ns, name)
            for path in (
                at("not_there.py"),
                at("not_there", "__init__.py"),
                at("pack", "neither.py"),
                at("pack", "neither", "__init__.py"),
            ):
                self.assertIn(path, got)
                self.assertIsNone(got[path])
            library = os.path.dirname(os.__file__)
            self.assertFalse(
                [f for f in got if f.startswith(library + "/") and "site-packages" not in f]
            )
            self.assertFalse([f for f in got if "modwsgi_dev_worker" in f])

    def test_a_name_that_is_found_later_is_reported_again(self) -> None:
        """It was missing at first, then there: its time has to be known."""
        with FakeSupervisor("import late\n" + HELLO % "x", reportFiles=True) as worker:
            path = os.path.join(worker.folder, "late.py")
            worker.write("late.py", "")
            self.assertEqual(worker.get().body, b"x")
            worker.wait_message("loaded")
            self.assertEqual(worker.files()[path], os.stat(path).st_mtime_ns)

    def test_a_file_is_known_before_it_ends_the_process(self) -> None:
        with FakeSupervisor(
            "import fatal\n", files={"fatal.py": "import os\nos._exit(3)\n"}, wait=False, reportFiles=True
        ) as worker:
            self.assertEqual(worker.wait_exit(), 3)
            self.assertIsNotNone(worker.wait_file("fatal.py"))

    def test_files_loaded_during_a_request(self) -> None:
        source = (
            "def application(e, s):\n    import lazy\n    s('200 OK', [])\n    return [b'x']\n"
        )
        with FakeSupervisor(source, files={"lazy.py": ""}, reportFiles=True) as worker:
            worker.get()
            self.assertIsNotNone(worker.wait_file("lazy.py"))

    def test_files_of_other_loaders(self) -> None:
        source = (
            "import importlib.util, sys\n"
            "spec = importlib.util.spec_from_file_location('odd', __file__[:-6] + 'odd.txt.py')\n"
            "module = importlib.util.module_from_spec(spec)\n"
            "sys.modules['odd'] = module\n"
            "spec.loader.exec_module(module)\n"
        )
        with FakeSupervisor(
            source + HELLO % "x", files={"odd.txt.py": ""}, reportFiles=True
        ) as worker:
            self.assertIn(os.path.join(worker.folder, "odd.txt.py"), worker.files())

    def test_files_of_other_loaders_during_a_request(self) -> None:
        source = (
            "import importlib.util, sys\n"
            "def application(e, s):\n"
            "    spec = importlib.util.spec_from_file_location('odd', __file__[:-6] + 'odd.txt.py')\n"
            "    sys.modules['odd'] = importlib.util.module_from_spec(spec)\n"
            "    s('200 OK', [])\n"
            "    return [b'x']\n"
        )
        with FakeSupervisor(source, files={"odd.txt.py": ""}, reportFiles=True) as worker:
            worker.get()
            self.assertIsNotNone(worker.wait_file("odd.txt.py"))

    def test_the_file_of_a_syntax_error(self) -> None:
        with FakeSupervisor(
            "exec(compile('(', '%s', 'exec'))\n" % __file__, reportFiles=True
        ) as worker:
            self.assertIn(__file__, worker.files())

    def test_a_compiled_module_stands_for_its_source(self) -> None:
        source = (
            "import importlib.machinery, importlib.util, os, py_compile, sys\n"
            "here = os.path.dirname(__file__)\n"
            "path = py_compile.compile(here + '/comp.py', here + '/comp.pyc')\n"
            "loader = importlib.machinery.SourcelessFileLoader('comp', path)\n"
            "spec = importlib.util.spec_from_file_location('comp', path, loader=loader)\n"
            "sys.modules['comp'] = importlib.util.module_from_spec(spec)\n"
        )
        with FakeSupervisor(
            source + HELLO % "x", files={"comp.py": ""}, reportFiles=True
        ) as worker:
            self.assertIsNotNone(worker.wait_file("comp.py"))
            self.assertFalse([path for path in worker.files() if path.endswith(".pyc")])

    def test_namespace_packages_are_no_files(self) -> None:
        with FakeSupervisor(
            "import space\nimport space.inside\n" + HELLO % "x",
            files={"space/inside.py": ""},
            reportFiles=True,
        ) as worker:
            self.assertIn(os.path.join(worker.folder, "space", "inside.py"), worker.files())
            self.assertTrue(all(f.endswith(".py") for f in worker.files()), worker.files())

    def test_nothing_is_reported_without_being_asked(self) -> None:
        with FakeSupervisor("import pack\n" + HELLO % "x", files={"pack.py": ""}) as worker:
            worker.get()
            self.assertEqual(worker.files(), {})


if __name__ == "__main__":
    unittest.main()

"""What the application sees of its process: account, locale, title, __main__, the packages of mod_wsgi."""

import json
import os
import pwd
import sys
import unittest
from os.path import abspath, dirname, join
from typing import Any

from fake_supervisor import FakeSupervisor

sys.path.insert(0, join(dirname(dirname(dirname(abspath(__file__)))), "python"))
from modwsgi_dev_worker.process_title import fit_title  # noqa: E402

SOURCE = r'''
import json, os, sys, threading
import mod_wsgi
def application(environ, start_response):
    ns = dict(globals(), environ=environ)
    exec(environ["wsgi.input"].read().decode(), ns)
    start_response("200 OK", [])
    return [json.dumps(ns.get("result")).encode()]
'''


class WorldCase(unittest.TestCase):
    def open(self, **options: Any) -> FakeSupervisor:
        worker = FakeSupervisor(SOURCE, **options)
        self.addCleanup(worker.close)
        return worker

    def run_in(self, worker: FakeSupervisor, code: str) -> Any:
        response = worker.post("/", code.encode())
        self.assertEqual(response.status, "200 OK", worker.log_dump())
        return json.loads(response.body)


class Process(WorldCase):
    def test_the_account_names_itself(self) -> None:
        environment = {"HOME": "/nowhere", "USER": "somebody", "LOGNAME": "somebody"}
        worker = self.open(environment=environment)
        account = pwd.getpwuid(os.getuid())
        names = ("HOME", "USER", "LOGNAME")
        seen = self.run_in(worker, "result = [os.environ.get(n) for n in %r]" % (names,))
        self.assertEqual(seen, [account.pw_dir, account.pw_name, account.pw_name])

    def test_a_name_that_is_not_there_is_not_added(self) -> None:
        if "USERNAME" not in os.environ:
            self.assertFalse(self.run_in(self.open(), "result = 'USERNAME' in os.environ"))

    def test_all_categories_of_the_locale(self) -> None:
        worker = self.open(processEnviron={"LC_ALL": "C.UTF-8"})
        code = "import locale; result = locale.setlocale(locale.LC_ALL)"
        self.assertEqual(self.run_in(worker, code), "C.UTF-8")

    def test_a_locale_that_is_not_there_does_no_harm(self) -> None:
        worker = self.open(processEnviron={"LC_ALL": "xx_XX.UTF-8"})
        self.assertEqual(self.run_in(worker, "result = 1"), 1)

    def test_main_is_empty(self) -> None:
        code = "m = sys.modules['__main__']\n"
        code += "result = [m.__loader__.__name__, m.__builtins__.__name__, hasattr(m, 'Worker')]"
        self.assertEqual(self.run_in(self.open(), code), ["BuiltinImporter", "builtins", False])

    @unittest.skipUnless(os.path.exists("/proc/self/mem"), "only where the kernel shows the memory")
    def test_the_title(self) -> None:
        worker = self.open(title="(wsgi:a-group)")
        with open("/proc/%d/cmdline" % worker.process.pid, "rb") as file:
            self.assertEqual(file.read().rstrip(b"\0"), b"(wsgi:a-group)")

    def test_fit_title(self) -> None:
        rows = [(b"abc", 6, b"abc\0\0\0"), (b"abc", 4, b"abc\0"), (b"abc", 3, b"ab\0"), (b"abc", 0, b"")]
        for title, size, fitted in rows:
            with self.subTest(size):
                self.assertEqual(fit_title(title, size), fitted)

    def test_an_orphaned_interpreter_runs_no_exit_functions(self) -> None:
        code = "import atexit; atexit.register(lambda: print('exit function'))\n"
        code += "mod_wsgi.subscribe_shutdown(lambda name, **fields: print('subscriber'))"
        for orphaned, lines in ((True, ["subscriber"]), (False, ["subscriber", "exit function"])):
            with self.subTest(orphaned):
                worker = self.open(orphanInterpreter=orphaned)
                self.run_in(worker, code)
                self.assertEqual(worker.shutdown(), 0)
                self.assertEqual(worker.lines(), lines)


class Packages(WorldCase):
    def test_dir_shows_what_applications_use(self) -> None:
        code = "result = [n for n in dir(mod_wsgi) if n.startswith('_') and not n.endswith('__')]\n"
        code += "result += ['express' in dir(mod_wsgi), '__getattr__' in dir(mod_wsgi)]"
        self.assertEqual(self.run_in(self.open(), code), [True, False])

    def test_express_is_there_without_import(self) -> None:
        self.assertEqual(
            self.run_in(self.open(), "result = mod_wsgi.express.__name__"), "mod_wsgi.express"
        )

    def test_server_warns(self) -> None:
        code = (
            "import warnings\n"
            "with warnings.catch_warnings(record=True) as caught:\n"
            "    warnings.simplefilter('always')\n"
            "    import mod_wsgi.server\n"
            "result = [[w.category.__name__, w.filename] for w in caught]"
        )
        self.assertEqual(self.run_in(self.open(), code), [["FutureWarning", "<string>"]])

    def test_track_changes_reports_the_file_once(self) -> None:
        worker = self.open(reportFiles=True, files={"data.txt": "x"})
        code = "import mod_wsgi.express.reloader as r\nr.track_changes('data.txt')\n" * 2
        self.run_in(worker, code)
        path = os.path.join(worker.folder, "data.txt")
        self.assertEqual(worker.wait_file("data.txt"), os.stat(path).st_mtime_ns)

    def test_the_monitor_ends_the_process(self) -> None:
        worker = self.open(files={"data.txt": "x"})
        code = (
            "import mod_wsgi.express.reloader as r\n"
            "r._times[os.path.abspath('data.txt')] = 1.0  # as if looked at before it changed\n"
            "r.track_changes(os.path.abspath('data.txt'))\nr.start_reloader(0.01)\nr.start_reloader()"
        )
        self.run_in(worker, code)
        self.assertEqual(worker.wait_message("stopping")["reason"], "shutdown_signal")
        self.assertEqual(worker.shutdown(), 0)
        texts = [line.partition("): ")[2] for line in worker.lines()]
        changed = 'Change detected to "%s".' % os.path.join(worker.folder, "data.txt")
        self.assertEqual(texts, ["Starting change monitor.", changed, "Triggering process restart."])


if __name__ == "__main__":
    unittest.main()

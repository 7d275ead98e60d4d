"""Debug mode: what is put around the application, and what stays as it is outside of it."""

import os
import pstats
import signal
import tempfile
import unittest
from typing import Any, Dict, List

from fake_supervisor import FakeSupervisor, p

SOURCE = (
    "import atexit, os, sys\n"
    "atexit.register(print, 'at exit')\n"
    "def application(environ, start_response):\n"
    "    path = environ['PATH_INFO']\n"
    "    if path == '/raise':\n"
    "        raise ValueError('in the call')\n"
    "    write = start_response('200 OK', [('X-Path', path)])\n"
    "    if path == '/write':\n"
    "        write(b'written ')\n"
    "    if path == '/iterate':\n"
    "        return iterate()\n"
    "    if path == '/times':\n"
    "        names = ('queue_start', 'daemon_start')\n"
    "        return [repr([environ['mod_wsgi.' + name] for name in names]).encode()]\n"
    "    print('printed', path)\n"
    "    sys.stderr.write('error\\n')\n"
    "    return [environ['wsgi.input'].read(), b'.']\n"
    "def iterate():\n"
    "    yield b'first'\n"
    "    raise KeyError('in the iteration')\n"
)
KINDS = ["iheaders", "icontent", "oheaders", "ocontent", "oaexcept", "orexcept", "ofexcept"]


class DebugMode(unittest.TestCase):
    def start(self, files: Any = None, **tools: Any) -> FakeSupervisor:
        options: Dict[str, Any] = {
            "debugger": False,
            "startup": False,
            "coverage": None,
            "profiler": None,
            "recorder": None,
        }
        options.update(tools)
        worker = FakeSupervisor(
            SOURCE,
            files=files,
            environment={"MODWSGI_DEV_TERMINAL": "1"},
            debug=options,
            processGroup="",
        )
        self.addCleanup(worker.close)
        return worker

    def folder(self) -> str:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def plain(self, worker: FakeSupervisor) -> str:
        """What came on the descriptors without being a record: the terminal."""
        return "".join(entry.text for entry in worker.log() if entry.fields is None)

    def test_standard_output_is_the_terminal_and_the_log_stays_the_log(self) -> None:
        worker = self.start()
        self.assertEqual(worker.get("/a").body, b".")
        worker.wait_log("error")
        self.assertEqual(worker.shutdown(), 0)
        self.assertIn("printed /a\n", self.plain(worker))
        self.assertIn("at exit\n", self.plain(worker))
        self.assertEqual(worker.lines(), ["error"])

    def test_requests_have_no_queue(self) -> None:
        self.assertEqual(self.start().get("/times").body, b"[0.0, 0.0]")

    def test_SIGINT_is_left_to_the_supervisor(self) -> None:
        worker = self.start()
        os.kill(worker.process.pid, signal.SIGINT)
        self.assertEqual(worker.get().body, b".")
        self.assertEqual(worker.shutdown(), 0)

    def test_the_lifeline_ends_the_worker_and_leaves_its_group(self) -> None:
        source = (
            "import subprocess\n"
            "quiet = subprocess.DEVNULL\n"
            "CHILD = subprocess.Popen(['sleep', '60'], stdout=quiet, stderr=quiet)\n"
            "def application(environ, start_response):\n"
            "    start_response('200 OK', [])\n"
            "    return [str(CHILD.pid).encode()]\n"
        )
        worker = self.start({"app.py": source})
        child = int(worker.get().body)
        self.addCleanup(os.kill, child, signal.SIGKILL)
        assert worker.lifeline is not None
        worker.lifeline.sock.close()
        self.assertEqual(worker.wait_exit(), -signal.SIGKILL)
        os.kill(child, 0)  # raises where it is gone

    def test_the_debugger_prompts_and_the_exception_goes_on(self) -> None:
        worker = self.start(debugger=True)
        self.assertEqual(worker.get("/raise").outcome, p.OUTCOME_FAILED_BEFORE_HEAD)
        self.assertEqual(worker.get("/iterate").outcome, p.OUTCOME_FAILED_AFTER_HEAD)
        worker.shutdown()
        terminal = self.plain(worker)
        self.assertEqual(terminal.count("(Pdb) "), 2)
        self.assertIn("-> raise ValueError('in the call')", terminal)
        self.assertIn("-> raise KeyError('in the iteration')", terminal)
        self.assertIn("ValueError: in the call", worker.lines())

    def test_a_profile_is_written_at_the_end(self) -> None:
        folder = self.folder()
        worker = self.start(profiler=folder)
        worker.get()
        self.assertEqual(os.listdir(folder), [])
        worker.shutdown()
        (name,) = os.listdir(folder)
        self.assertRegex(name, r"^\d{16}-%d\.pstats$" % worker.process.pid)
        stats: Any = pstats.Stats(os.path.join(folder, name))
        self.assertIn(worker.script, [path for path, _, _ in stats.stats])

    def test_coverage_runs_from_before_the_application_to_the_end(self) -> None:
        stub = (
            "class Coverage:\n"
            "    def start(self): print('covers')\n"
            "    def stop(self): print('covered')\n"
            "    def html_report(self, directory): print('report in', directory)\n"
        )
        worker = self.start({"coverage.py": stub}, coverage="/folder")
        worker.shutdown()
        self.assertEqual(self.plain(worker), "covers\nat exit\ncovered\nreport in /folder\n")

    def test_without_coverage_the_application_is_not_loaded(self) -> None:
        worker = self.start({"coverage.py": "raise ImportError('no coverage')\n"}, coverage="/x")
        self.assertEqual(worker.get().outcome, p.OUTCOME_FAILED_BEFORE_HEAD)
        self.assertIn("ImportError: no coverage", worker.lines())

    def recorded(self, folder: str, number: int) -> Dict[str, str]:
        """The text of each file of a request."""
        texts = {}
        for name in os.listdir(folder):
            stem, kind = name.split(".")
            if stem.endswith("-%d" % number):
                with open(os.path.join(folder, name)) as file:
                    texts[kind] = file.read()
        return texts

    def test_a_request_is_recorded(self) -> None:
        folder = self.folder()
        worker = self.start(recorder=folder)
        response = worker.post("/b", b"sent")
        self.assertEqual(response.body, b"sent.")
        files = self.recorded(folder, 1)
        self.assertEqual(sorted(files), sorted(KINDS))
        self.assertIn("'PATH_INFO': '/b'", files.pop("iheaders"))
        self.assertEqual(files.pop("icontent"), "sent")
        self.assertEqual(files.pop("oheaders"), "('200 OK', [('X-Path', '/b')])\n")
        self.assertEqual(files.pop("ocontent"), "sent.")
        self.assertEqual(set(files.values()), {""})

    def test_exceptions_and_written_blocks_are_recorded(self) -> None:
        folder = self.folder()
        worker = self.start(recorder=folder)
        paths: List[str] = ["/raise", "/iterate", "/write"]
        for path in paths:
            worker.get(path)
        call, iteration, written = (self.recorded(folder, number) for number in (1, 2, 3))
        self.assertTrue(call["oaexcept"].endswith("ValueError: in the call\n"))
        self.assertEqual(call["oheaders"], "")
        self.assertTrue(iteration["orexcept"].endswith("KeyError: 'in the iteration'\n"))
        self.assertEqual(iteration["ocontent"], "first")
        self.assertEqual(written["ocontent"], "written .")


class OutsideOfDebugMode(unittest.TestCase):
    def test_nothing_of_it_is_imported(self) -> None:
        source = (
            "import sys\n"
            "NAMES = ('pdb', 'cProfile', 'coverage', 'modwsgi_dev_worker.debug_mode')\n"
            "SEEN = [name for name in NAMES if name in sys.modules]\n"
            "def application(environ, start_response):\n"
            "    start_response('200 OK', [])\n"
            "    return [repr(SEEN).encode()]\n"
        )
        worker = FakeSupervisor(source)
        self.addCleanup(worker.close)
        self.assertEqual(worker.get().body, b"[]")


if __name__ == "__main__":
    unittest.main()

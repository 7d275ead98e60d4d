"""The process around the application: its world, signals, and the ways it ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from typing import Any

from fake_supervisor import DEADLINE, ENTRY, FakeSupervisor, p
from modwsgi_dev_worker.stack_signal import STACK_SIGNAL

EVAL = r'''
import atexit, json, os, signal, sys, threading, time
import mod_wsgi
GATE = threading.Event()
AT_IMPORT = {"argv": list(sys.argv), "path": list(sys.path), "cwd": os.getcwd(),
             "main": dict((k, repr(v)) for k, v in vars(sys.modules["__main__"]).items()),
             "modules": sorted(sys.modules), "environ": dict(os.environ)}
def application(environ, start_response):
    if environ["PATH_INFO"] == "/gate":
        print("at the gate")
        GATE.wait(20)
        result = "passed"
    elif environ["PATH_INFO"] == "/open":
        GATE.set()
        result = None
    else:
        ns = dict(globals(), environ=environ)
        exec(environ["wsgi.input"].read().decode(), ns)
        result = ns.get("result")
    start_response("200 OK", [])
    return [json.dumps(result).encode()]
'''


class ProcessCase(unittest.TestCase):
    def start(self, source: str = EVAL, **options: Any) -> FakeSupervisor:
        worker = FakeSupervisor(source, **options)
        self.addCleanup(worker.close)
        return worker

    def run_in(self, worker: FakeSupervisor, code: str) -> Any:
        """Run code inside of the application; the value of its name `result`."""
        response = worker.post("/", code.encode())
        self.assertEqual(response.status, "200 OK", worker.log_dump())
        return json.loads(response.body)


class World(ProcessCase):
    def test_as_the_script_sees_it(self) -> None:
        worker = self.start(processEnviron={"MOD_WSGI_EXPRESS": "true", "FROM_CONFIGURE": "caf\xe9"})
        got = self.run_in(worker, "result = AT_IMPORT")
        self.assertEqual(got["argv"], ["mod_wsgi"])
        self.assertEqual(got["cwd"], worker.folder)
        self.assertEqual(got["path"].count(worker.folder), 1)
        self.assertEqual(got["path"][0], worker.folder)
        self.assertNotIn("", got["path"])
        self.assertFalse([entry for entry in got["path"] if "modwsgi" in entry[-20:]])
        self.assertFalse(set(got["main"]) & {"__file__", "__path__", "__cached__"})
        self.assertEqual(got["main"]["__spec__"], "None")
        self.assertEqual(got["main"]["__name__"], "'__main__'")
        self.assertEqual(got["environ"]["FROM_CONFIGURE"], "caf\xe9")
        self.assertFalse([name for name in got["environ"] if name.startswith("MODWSGI_DEV_")])

    def test_little_is_imported_before_the_application(self) -> None:
        worker = self.start("import sys\nSEEN = sorted(sys.modules)\n" + EVAL)
        names = self.run_in(worker, "result = SEEN")
        unwanted = {
            "logging", "inspect", "ctypes", "asyncio", "traceback", "socket", "typing", "warnings",
            "select", "threading", "signal", "subprocess", "selectors", "tempfile",
        }  # fmt: skip
        code = "import sys; print(*sys.modules)"
        plain = subprocess.check_output([sys.executable, "-c", code]).decode().split()
        self.assertEqual(sorted((unwanted & set(names)) - set(plain)), [])

    def test_modules_of_the_user_are_not_shadowed(self) -> None:
        """Names of our files are no modules on the search path."""
        worker = self.start(files={"protocol.py": "MINE = 1\n", "worker.py": "MINE = 2\n"})
        self.assertEqual(
            self.run_in(worker, "import protocol, worker; result = [protocol.MINE, worker.MINE]"),
            [1, 2],
        )
        self.assertEqual(
            self.run_in(worker, "import mod_wsgi.express; result = mod_wsgi.express.__name__"),
            "mod_wsgi.express",
        )

    def test_PYTHONPATH_stays_the_users(self) -> None:
        worker = self.start(environment={"PYTHONPATH": "/tmp/one:/tmp/two"})
        path = self.run_in(worker, "result = sys.path")
        self.assertEqual(path[:3], [worker.folder, "/tmp/one", "/tmp/two"])
        self.assertEqual(
            self.run_in(worker, "result = os.environ['PYTHONPATH']"), "/tmp/one:/tmp/two"
        )

    def test_python_path_comes_second_with_what_pth_files_add(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            first, second, more = (os.path.join(folder, n) for n in ("first", "second", "more"))
            for name in (first, second, more):
                os.mkdir(name)
            with open(os.path.join(first, "x.pth"), "w") as file:
                file.write("../more\nimport sys; sys.pth_was_run = True\n")
            worker = self.start(pythonPath=[first, second])
            path = self.run_in(worker, "result = sys.path + [sys.pth_was_run]")
            self.assertEqual(path[:4], [worker.folder, first, more, second])
            self.assertEqual(path[-1], True)

    def test_warnings_filters_and_switch_interval(self) -> None:
        worker = self.start(pythonWarnings=["error::UserWarning"], switchInterval=0.25)
        code = (
            "import warnings\n"
            "try:\n    warnings.warn('x')\n    result = 'no'\n"
            "except UserWarning:\n    result = 'raised'\n"
            "result = [result, sys.getswitchinterval(), sys.warnoptions]\n"
        )
        self.assertEqual(self.run_in(worker, code), ["raised", 0.25, ["error::UserWarning"]])

    def test_standard_input_is_at_its_end(self) -> None:
        self.assertEqual(self.run_in(self.start(), "result = sys.stdin.read()"), "")

    def test_request_threads_are_no_threads_of_threading(self) -> None:
        worker = self.start(
            "import json\n"
            "def application(environ, start_response):\n"
            "    ns = {}\n"
            "    exec(environ['wsgi.input'].read().decode(), ns)\n"
            "    start_response('200 OK', [])\n"
            "    return [json.dumps(ns['result']).encode()]\n"
        )
        code = (
            "import threading\n"
            "t = threading.current_thread()\n"
            "result = [type(t).__name__, t.daemon, threading.main_thread().name, "
            "threading.main_thread().ident != t.ident]\n"
        )
        self.assertEqual(self.run_in(worker, code), ["_DummyThread", True, "MainThread", True])

    def test_child_processes_work(self) -> None:
        code = (
            "import subprocess\n"
            "c = subprocess.run(['sh', '-c', 'cat; echo out; exit 3'], stdout=subprocess.PIPE)\n"
            "result = [c.returncode, c.stdout.decode()]\n"
        )
        self.assertEqual(self.run_in(self.start(), code), [3, "out\n"])

    def test_multiprocessing_works(self) -> None:
        worker = self.start(
            files={"work.py": "def double(n):\n    print('in child')\n    return 2 * n\n"}
        )
        for method in ("fork", "spawn"):
            code = (
                "import multiprocessing, work\n"
                "with multiprocessing.get_context(%r).Pool(1) as pool:\n"
                "    result = pool.map(work.double, [1, 2])\n" % method
            )
            self.assertEqual(self.run_in(worker, code), [2, 4], method)
        self.assertEqual(self.run_in(worker, "result = 'still there'"), "still there")

    def test_a_forked_child_does_not_disturb_the_channel(self) -> None:
        worker = self.start()
        code = (
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    os.kill(os.getpid(), signal.SIGTERM)\n"
            "    os._exit(9)\n"
            "result = os.waitpid(pid, 0)[1]\n"
        )
        self.assertEqual(self.run_in(worker, code), signal.SIGTERM)
        self.assertEqual(self.run_in(worker, "result = 'still there'"), "still there")
        self.assertFalse([m for m in worker.messages if m["type"] == "stopping"])


    def test_a_forked_child_that_outlives_the_worker_does_not_hold_the_channel(self) -> None:
        worker = self.start()
        code = (
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    os.setsid()\n"
            "    os.close(1); os.close(2)\n"
            "    time.sleep(60)\n"
            "    os._exit(0)\n"
            "result = pid\n"
        )
        child = self.run_in(worker, code)
        self.addCleanup(os.kill, child, signal.SIGKILL)
        self.assertEqual(worker.shutdown(), 0)
        with self.assertRaises(EOFError):
            worker.threads[1].receive()
        os.kill(child, 0)  # it is there

    def test_a_forked_child_can_log_while_other_threads_do(self) -> None:
        """The lock of the log may be held by a thread that the child does not have."""
        worker = self.start(
            EVAL + "def chatter():\n"
            "    while True:\n"
            "        print('chatter')\n"
            "        time.sleep(0)\n"
            "threading.Thread(target=chatter, daemon=True).start()\n"
        )
        code = (
            "for n in range(50):\n"
            "    pid = os.fork()\n"
            "    if pid == 0:\n"
            "        print('child')\n"
            "        os._exit(0)\n"
            "    os.waitpid(pid, 0)\n"
            "result = 'done'\n"
        )
        self.assertEqual(self.run_in(worker, code), "done")


class SignalsSeen(ProcessCase):
    CODE = (
        "def h(*a): pass\n"
        "names = ('TERM', 'INT', 'HUP', 'USR1', 'USR2', 'PIPE', 'CHLD')\n"
        "numbers = [getattr(signal, 'SIG' + n) for n in names]\n"
        "before = [repr(signal.getsignal(n)) for n in numbers]\n"
        "given = [signal.signal(n, h) is h for n in numbers]\n"
        "after = [repr(signal.getsignal(n)) for n in numbers]\n"
        "result = [before, all(given), before == after, signal.signal(signal.SIGTERM, signal.SIG_IGN)"
        " is signal.SIG_IGN]\n"
    )

    def test_handlers_cannot_be_installed_or_seen(self) -> None:
        got = self.run_in(self.start(), self.CODE)
        hidden = ["None"] * 5
        self.assertEqual(got[0][:5], hidden)
        self.assertIn("SIG_IGN", got[0][5])
        self.assertIn("SIG_DFL", got[0][6])
        self.assertEqual(got[1:], [True, True, True])

    def test_also_if_signal_is_imported_before(self) -> None:
        """A .pth file of an installed package may do that."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
                file.write("import signal, threading\n")
            worker = self.start(environment={"PYTHONPATH": folder})
            self.assertIn("sitecustomize", self.run_in(worker, "result = list(sys.modules)"))
            self.assertEqual(self.run_in(worker, self.CODE)[1:], [True, True, True])


class Ends(ProcessCase):
    EXIT = EVAL + (
        "atexit.register(lambda: print('at exit', end=''))\n"
        "mod_wsgi.subscribe_shutdown(lambda name, **kw: print(name, sorted(kw.items())))\n"
    )

    def test_shutdown_waits_for_the_request_in_progress(self) -> None:
        source = self.EXIT + (
            "def application(e, s):\n"
            "    s('200 OK', [])\n"
            "    yield b'one'\n"
            "    e['wsgi.input'].read()\n"
            "    yield b'two'\n"
        )
        worker = self.start(source)
        worker.one.request(method="POST", kind=p.BODY_FRAMES)
        self.assertEqual(worker.one.receive()[0], p.CONTINUE)
        self.assertEqual(worker.one.receive()[0], p.RESPONSE)
        worker.tell("shutdown", reason="shutdown_signal")
        worker.wait_log("process_stopping")
        self.assertTrue(worker.one.quiet(0.2))
        worker.one.send(p.BODY_END)
        self.assertEqual(worker.one.response().outcome, 0)
        self.assertEqual(worker.wait_exit(), 0)
        self.assertEqual(worker.lines()[-1], "at exit")

    def test_signals_end_it_in_order(self) -> None:
        for number, reason in (
            (signal.SIGTERM, "shutdown_signal"),
            (signal.SIGINT, "shutdown_signal"),
            (signal.SIGUSR1, "graceful_signal"),
            (signal.SIGXCPU, "cpu_time_limit"),
        ):
            worker = self.start(self.EXIT)
            os.kill(worker.process.pid, number)
            self.assertEqual(worker.wait_message("stopping")["reason"], reason)
            worker.wait_log("process_stopping [('shutdown_reason', '%s')]" % reason)
            self.assertEqual(worker.get().kinds, ["RETRY"])
            self.assertEqual(worker.shutdown(), 0)
            self.assertEqual(worker.lines()[-1], "at exit")
            self.assertEqual(sum("process_stopping" in line for line in worker.lines()), 1)

    def test_without_an_answer_it_goes_after_the_shutdown_timeout(self) -> None:
        worker = self.start(self.EXIT, shutdownTimeout=0.2)
        os.kill(worker.process.pid, signal.SIGTERM)
        worker.wait_message("stopping")
        self.assertEqual(worker.wait_exit(), 0)

    def test_a_signal_while_it_loads_ends_it(self) -> None:
        source = self.EXIT + "import time\nprint('loading')\ntime.sleep(60)\n"
        for order in ("signal", "message"):
            worker = self.start(source, wait=False)
            worker.wait_log("loading")
            if order == "signal":
                os.kill(worker.process.pid, signal.SIGTERM)
                worker.wait_message("stopping")
            self.assertEqual(worker.shutdown(), 0)
            self.assertEqual(worker.lines()[-1], "at exit")
            self.assertFalse([m for m in worker.messages if m["type"] == "ready"])
            self.assertFalse([line for line in worker.lines() if "WSGI01" in line])

    def test_a_signal_that_another_thread_gets_ends_it_too(self) -> None:
        """The interpreter then only notes it: nothing wakes up the main thread."""
        hit = "signal.pthread_kill(threading.get_ident(), signal.SIGTERM)"
        worker = self.start(self.EXIT)
        worker.one.request("/", method="POST", body=hit.encode())
        worker.wait_message("stopping")
        self.assertEqual(worker.one.response().body, b"null")
        self.assertEqual(worker.shutdown(), 0)
        source = self.EXIT + "threading.Timer(0.2, lambda: %s).start()\ntime.sleep(60)\n" % hit
        worker = self.start(source, wait=False)
        worker.wait_message("stopping")
        self.assertEqual(worker.shutdown(), 0)

    def test_it_waits_for_threads_that_are_no_daemons(self) -> None:
        source = self.EXIT + (
            "def run():\n    GATE.wait(20)\n    print('thread done')\n"
            "threading.Thread(target=run).start()\n"
            "mod_wsgi.subscribe_shutdown(lambda name, **kw: GATE.set())\n"
        )
        worker = self.start(source)
        self.assertEqual(worker.shutdown(), 0)
        self.assertEqual(worker.lines()[-2:], ["thread done", "at exit"])

    def test_it_does_not_wait_longer_than_the_shutdown_timeout(self) -> None:
        for extra in (
            "threading.Thread(target=lambda: time.sleep(60)).start()\n",
            "atexit.register(lambda: time.sleep(60))\n",
        ):
            worker = self.start(EVAL + extra, shutdownTimeout=0.2)
            self.assertEqual(worker.shutdown(), 1)

    def test_HUP_and_USR2_are_only_published(self) -> None:
        source = EVAL + (
            "mod_wsgi.subscribe_signals(lambda name, **kw: print('S', name, sorted(kw.items())))\n"
            "mod_wsgi.subscribe_events(lambda name, **kw: name[:7] == 'process' and print('E', name))\n"
        )
        worker = self.start(source)
        for name in ("SIGHUP", "SIGUSR2"):
            number = int(getattr(signal, name))
            os.kill(worker.process.pid, number)
            worker.wait_log("S process_signal [('signame', '%s'), ('signum', %d)]" % (name, number))
        worker.wait_lines("E process_signal", 2)
        self.assertEqual(self.run_in(worker, "result = os.getpid()"), worker.process.pid)

    def test_the_end_of_the_control_connection_ends_it(self) -> None:
        worker = self.start(self.EXIT)
        assert worker.control is not None
        worker.control.sock.shutdown(2)
        self.assertEqual(worker.wait_exit(), 1)

    def test_also_while_it_loads(self) -> None:
        worker = self.start("import time\nprint('loading')\ntime.sleep(60)\n", wait=False)
        worker.wait_log("loading")
        assert worker.control is not None
        worker.control.sock.shutdown(2)
        self.assertEqual(worker.wait_exit(), 1)

    def test_a_message_that_is_none_ends_it_with_a_reason(self) -> None:
        worker = self.start()
        assert worker.control is not None
        worker.control.send(p.MESSAGE, b'{"no":"type"}')
        self.assertEqual(worker.wait_exit(), 1)
        self.assertIn("ProtocolError: Message without type", "\n".join(worker.lines()))

    def test_a_frame_that_is_no_message_ends_it_with_a_reason(self) -> None:
        worker = self.start()
        assert worker.control is not None
        worker.control.send(p.DATA, b'{"type":"shutdown"}')
        self.assertEqual(worker.wait_exit(), 1)
        self.assertIn("DATA on the control connection", "\n".join(worker.lines()))

    def test_a_crash_leaves_a_trace(self) -> None:
        worker = self.start()
        worker.one.request(
            "/", method="POST", body=b"import ctypes; ctypes.string_at(0)"
        )
        self.assertEqual(worker.wait_exit(), -signal.SIGSEGV)
        self.assertIn("Segmentation fault", "".join(e.text for e in worker.log()))


class Orders(ProcessCase):
    def test_stacks_are_written_with_their_requests(self) -> None:
        worker = self.start(threads=2)
        worker.one.request("/gate", REQUEST_URI="/gate", mod_wsgi__request_id="THE ID")
        worker.wait_log("at the gate")
        worker.tell("stacks", numbers=None)
        worker.wait_message("stacks-written")
        entry = worker.wait_log("Stack of GET /gate in thread ")
        assert entry.fields is not None
        self.assertEqual(entry.fields["q"], "THE ID")
        worker.wait_log(", in application")
        self.assertFalse([e for e in worker.log() if "_wait_for_the_end" in e.text])
        worker.tell("stacks", numbers=[77])
        worker.wait_message("stacks-written")
        self.assertEqual(sum("Stack of GET" in e.text for e in worker.log()), 1)
        worker.requests[2].get("/open")

    def test_stacks_are_written_while_it_loads(self) -> None:
        worker = self.start("import time\nprint('loading')\ntime.sleep(60)\n", wait=False)
        worker.wait_log("loading")
        worker.tell("stacks", numbers=None)
        worker.wait_log(" in <module>")

    def test_a_signal_has_stacks_written_while_Python_does_not_run(self) -> None:
        source = "import ctypes\nprint('holding')\nctypes.PyDLL(None).sleep(60)\n"
        worker = self.start(source, wait=False)
        worker.wait_log("holding")
        os.kill(worker.process.pid, STACK_SIGNAL)
        worker.wait_log("most recent call first")
        worker.wait_log(" in <module>")
        worker.process.kill()

    def test_ping_is_answered_during_requests(self) -> None:
        worker = self.start()
        worker.one.request("/gate")
        worker.wait_log("at the gate")
        worker.tell("ping")
        worker.wait_message("pong")

    INTERRUPTED = EVAL + (
        "def busy():\n"
        "    print('busy')\n"
        "    while True:\n"
        "        time.sleep(0.01)\n"
        "def application(e, s):\n"
        "    path = e['PATH_INFO']\n"
        "    if path == '/late':\n"
        "        s('200 OK', [])\n"
        "        return late()\n"
        "    if path == '/catch':\n"
        "        try:\n"
        "            busy()\n"
        "        except BaseException as x:\n"
        "            s('200 OK', [])\n"
        "            return [type(x).__name__.encode()]\n"
        "    if path == '/busy':\n"
        "        busy()\n"
        "    s('200 OK', [])\n"
        "    return [b'fine']\n"
        "def late():\n"
        "    yield b'some'\n"
        "    busy()\n"
    )

    def interrupt(self, path: str) -> Any:
        worker = self.worker
        worker.one.request(path)
        self.count += 1
        worker.wait_lines("busy", self.count)
        worker.tell("interrupt", number=4711)
        if path == "/busy":
            self.assertTrue(worker.one.quiet(0.1))
        worker.tell("interrupt", number=worker.one.number)
        return worker.one.response()

    def test_interrupt_raises_RequestTimeout_in_the_request(self) -> None:
        self.worker = self.start(self.INTERRUPTED)
        self.count = 0
        self.assertEqual(self.interrupt("/busy").outcome, 3)
        entry = self.worker.wait_log("Request interrupted by RequestTimeout; thread recovered.")
        assert entry.fields is not None
        self.assertEqual(entry.fields["l"], "info")
        self.assertEqual(self.interrupt("/catch").body, b"RequestTimeout")
        late = self.interrupt("/late")
        self.assertEqual((late.body, late.outcome), (b"some", 2))
        self.worker.tell("interrupt", number=self.worker.one.number)
        self.assertEqual(self.worker.get("/fine").body, b"fine")
        self.assertFalse([line for line in self.worker.lines() if "WSGI01" in line])


class Start(unittest.TestCase):
    def test_without_its_variables_it_says_so(self) -> None:
        done = subprocess.run(
            [sys.executable, ENTRY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"MODWSGI_DEV_CHANNEL is not set", done.stdout)

    def test_hellos(self) -> None:
        with FakeSupervisor(EVAL, threads=3) as worker:
            roles = sorted((h["role"], h.get("thread", 0)) for h in worker.hellos)
            self.assertEqual(
                roles,
                [("control", 0), ("intake", 0), ("lifeline", 0)] + [("thread", n) for n in (1, 2, 3)],
            )
            self.assertEqual({h["worker"] for h in worker.hellos}, {3})


if __name__ == "__main__":
    unittest.main()

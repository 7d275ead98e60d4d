"""When the supervisor dies, the worker and its children die with it, whatever they are doing."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import unittest

from fake_supervisor import DEADLINE, FakeSupervisor

HERE = os.path.dirname(os.path.abspath(__file__))

# Run as a process of its own, which the test kills: starts a worker and prints the process ids.
SUPERVISOR = """
import sys
sys.path.insert(0, {here!r})
from fake_supervisor import FakeSupervisor
worker = FakeSupervisor({source!r}, wait=False)
for line in {marks!r}:
    worker.wait_log(line)
child = next(e.text for e in worker.log() if e.text.startswith("child ")).split()[1]
print(worker.process.pid, child, worker.folder, flush=True)
sys.stdin.read()
"""

HOLDS_LOCK = """
import ctypes, subprocess, sys
child = subprocess.Popen(["sleep", "1000"])
print("child", child.pid)
library = ctypes.PyDLL(None)  # calls made through it keep the interpreter's lock
print("holding")
library.sleep(1000)
"""

STOPPED = """
import os, signal, subprocess
child = subprocess.Popen(["sleep", "1000"])
print("child", child.pid)
print("holding")
os.kill(os.getpid(), signal.SIGSTOP)
"""


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@unittest.skipUnless(sys.platform == "linux", "the kernel of Linux does it")
class Lifeline(unittest.TestCase):
    def check(self, source: str) -> None:
        code = SUPERVISOR.format(here=HERE, source=textwrap.dedent(source), marks=["child ", "holding"])
        supervisor = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert supervisor.stdin and supervisor.stdout
        try:
            worker, child, folder = supervisor.stdout.readline().decode().split()
            pids = [int(worker), int(child)]
            self.assertEqual([alive(pid) for pid in pids], [True, True])
            supervisor.send_signal(signal.SIGKILL)
            supervisor.wait()
            end = time.monotonic() + DEADLINE
            while any(alive(pid) for pid in pids) and time.monotonic() < end:
                time.sleep(0.005)
            taken = time.monotonic() - end + DEADLINE
            self.assertEqual([alive(pid) for pid in pids], [False, False])
            self.assertLess(taken, 1)
            shutil.rmtree(folder)
        finally:
            supervisor.kill()
            supervisor.wait()
            supervisor.stdin.close()
            supervisor.stdout.close()

    def test_a_worker_inside_of_C_code_that_holds_the_lock(self) -> None:
        self.check(HOLDS_LOCK)

    def test_a_stopped_worker(self) -> None:
        self.check(STOPPED)

    def test_closing_the_lifeline_alone_is_enough(self) -> None:
        with FakeSupervisor(HOLDS_LOCK, wait=False) as worker:
            worker.wait_log("holding")
            assert worker.lifeline is not None
            worker.lifeline.sock.close()
            self.assertEqual(worker.wait_exit(), -signal.SIGKILL)

    def test_a_forked_child_does_not_keep_it_open_or_fire_it(self) -> None:
        source = (
            "import os\n"
            "def application(e, s):\n"
            "    pid = os.fork()\n"
            "    if not pid:\n"
            "        os._exit(0)\n"
            "    os.waitpid(pid, 0)\n"
            "    s('200 OK', [])\n"
            "    return [b'alive']\n"
        )
        with FakeSupervisor(source) as worker:
            for _ in range(3):
                self.assertEqual(worker.get().body, b"alive")


if __name__ == "__main__":
    unittest.main()

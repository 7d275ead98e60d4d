"""The template: a process that has imported what all workers have in common, and becomes workers by forking.

It has one thread, and loads nothing of the project. What it is told and tells is in docs/protocol.md, The template.
"""

import _signal
import gc
import os
import select
import sys
from time import time

from .connection import Channel, ConnectionLost
from .filled_pools import fill_pools
from .given_versions import give_versions
from .kept_code import KeptCode
from .lifeline import hold_lifeline
from .loaded_files import LoadedFiles
from .preload import Preload, names_in
from .process_title import show_title
from .process_world import prepare_process
from .worker import Worker

if False:
    from typing import Any, Dict, List, Optional, Set


class Template:
    """All that belongs to this process."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.control = channel.connect("template")
        self.files = LoadedFiles(self._collect, True)
        self.found: "List[Any]" = []  # files for each worker to report
        self.running: "Dict[int, int]" = {}  # process number of a worker, and the descriptor of its output or -1
        self.told: "Set[int]" = set()  # workers that have ended, and wait to be reaped

    def run(self) -> None:
        """Live until the supervisor wants no more workers; does not return."""
        order = self.control.receive_message()
        configuration = order["configuration"]
        self.lifeline = hold_lifeline(self.channel, alone=False)
        prepare_process(configuration)
        self.files.watch_imports()
        self.configuration = configuration
        title = configuration.get("title", "")
        show_title(title and title[:-1] + " template)")
        started = time()
        self.preload = preload = Preload(order["refused"], self.files.is_installed)
        conditions = self.files.conditions
        assert conditions is not None
        wanted = names_in(order["imports"])
        self.files.kept = KeptCode()
        # First, so that the names which are in it lie side by side: workers that run it count their references to them.
        self.files.kept.keep(sorted(wanted.intersection(order["refused"])), self.files)
        preload.import_all(order["imports"], conditions)
        if preload.offenders:
            self._send({"type": "offenders", "offenders": preload.offenders})
            os._exit(0)
        self.files.kept.keep(sorted(preload.wanted), self.files)
        self.files.be_shared(self.found)
        self.missing_folders = missing_folders()
        self._settle_memory()
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        _signal.signal(_signal.SIGCHLD, lambda number, frame: None)
        _signal.set_wakeup_fd(wake)
        self.own = (woken, wake)
        self._send(
            {
                "type": "warm",
                "modules": sum(name in sys.modules for name in preload.wanted),
                "files": self.found,
                "seconds": time() - started,
            }
        )
        while True:
            ready, _, _ = select.select([self.control.sock, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._tell_exits()
            if self.control.sock in ready:
                self._obey(self.control.receive_message())

    def _settle_memory(self) -> None:
        """What workers do not touch they share; what they touch they have an own copy of, with all that lies beside it."""
        give_versions()
        gc.collect()
        if sys.version_info < (3, 12):
            # The entries, which change all the time, count the references to their names.
            sys._clear_type_cache()
        self.filling = fill_pools()
        gc.freeze()

    def _collect(self, files: "List[Any]") -> None:
        """Files of installed packages, and those of the project that they looked for in vain.

        What the project has is refused, and is for the workers to load.
        """
        self.found += [
            file for file in files if file[1] is None or self.files.is_installed(file[0])
        ]

    def _send(self, message: "Dict[str, Any]") -> None:
        try:
            self.control.send_message(message)
        except ConnectionLost:
            os._exit(1)

    def _obey(self, message: "Dict[str, Any]") -> None:
        kind = message["type"]
        if kind == "fork":
            self._fork(message)
        elif kind == "opened":
            descriptor, self.running[message["pid"]] = self.running[message["pid"]], -1
            os.close(descriptor)
        elif kind == "reap":
            self.running.pop(message["pid"], None)
            self.told.discard(message["pid"])
            os.waitpid(message["pid"], 0)

    def _fork(self, order: "Dict[str, Any]") -> None:
        output, write = os.pipe()
        gate, opener = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(opener)
                os.read(gate, 1)  # nothing comes: its end is the sign that the supervisor was told
                os.close(gate)
                os.close(output)
                self._become_worker(order, write)
            finally:
                os._exit(1)
        os.close(write)
        os.close(gate)
        self.running[pid] = output
        self._send({"type": "forked", "worker": order["worker"], "pid": pid, "output": output})
        os.close(opener)

    def _become_worker(self, order: "Dict[str, Any]", write: int) -> None:
        """In the child: nothing of the template stays but its modules."""
        _signal.set_wakeup_fd(-1)
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        os.setsid()
        os.dup2(write, 1)
        os.dup2(write, 2)
        for descriptor in (write, *self.own, *(one for one in self.running.values() if one >= 0)):
            os.close(descriptor)
        self.control.close()
        self.lifeline.close()
        show_title(self.configuration.get("title", ""))
        # The folder may be another one by now, under the same path.
        os.chdir(self.configuration["workingDirectory"])
        for folder in self.missing_folders:
            sys.path_importer_cache.pop(folder, None)  # Python looks again
        self.preload.generators.seed()
        channel = Channel(order["channel"], self.channel.secret, order["worker"])
        worker = Worker(channel, order["begun"])
        worker.run(self)

    def _tell_exits(self) -> None:
        for pid in [one for one in self.running if one not in self.told]:
            found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                self.told.add(pid)
                by_itself = found.si_code == os.CLD_EXITED
                end = "code" if by_itself else "signal"
                self._send({"type": "exited", "pid": pid, end: found.si_status})


def missing_folders() -> "List[str]":
    """Entries of sys.path that were not there when Python looked."""
    return [folder for folder, finder in sys.path_importer_cache.items() if finder is None]

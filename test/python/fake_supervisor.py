"""A supervisor for tests: listens on a Unix socket, starts a real worker process and drives it.

Every wait has a deadline and is for an event (a frame, a message, a log entry, the end of the
process). On failure the log of the worker is part of the error.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(ROOT, "python", "modwsgi_dev_worker")
ENTRY = os.path.join(PACKAGE, "__main__.py")
if os.path.dirname(PACKAGE) not in sys.path:
    sys.path.insert(0, os.path.dirname(PACKAGE))

from modwsgi_dev_worker import protocol as p  # noqa: E402

DEADLINE = 15.0
SECRET = "5ecret"
# What a thread can say first about a request. It names the request.
FIRST_FRAMES = (p.CONTINUE, p.RESPONSE, p.END, p.RETRY)

ENVIRON = {
    "HTTP_HOST": "127.0.0.1:8000",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_ADDR": "127.0.0.1",
    "SERVER_PORT": "8000",
    "REMOTE_ADDR": "127.0.0.1",
    "REMOTE_PORT": "40000",
    "DOCUMENT_ROOT": "/srv/htdocs",
    "REQUEST_SCHEME": "http",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REQUEST_METHOD": "GET",
    "QUERY_STRING": "",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "REQUEST_URI": "/",
    "SCRIPT_FILENAME": "/srv/htdocs/",
    "mod_wsgi.request_start": "1700000000.250000",
    "mod_wsgi.queue_start": "1700000000.500000",
    "mod_wsgi.script_name": "",
    "mod_wsgi.path_info": "/",
    "mod_wsgi.server_pid": "77",
}


class Response(NamedTuple):
    """What a worker answered: outcome None means that END was implied (flag 2)."""

    status: Optional[str]
    headers: List[Tuple[str, str]]
    body: bytes
    outcome: Optional[int]
    flags: Optional[int]
    frames: List[Tuple[str, bytes]]

    def header(self, name: str) -> Optional[str]:
        values = [value for key, value in self.headers if key == name]
        return values[-1] if values else None

    @property
    def kinds(self) -> List[str]:
        return [name for name, _ in self.frames]


class Entry(NamedTuple):
    """One piece of the log: a record (fields), or text that is no record (fields None)."""

    fields: Optional[Dict[str, Any]]
    text: str


def parse_log(data: bytes) -> List[Entry]:
    """Lines of records, and plain text, of a log stream, in order; the parts of a long text are joined."""
    entries: List[Entry] = []
    mark = b"\x1e" + SECRET.encode() + b"\x1f"
    open_parts: Dict[Tuple[int, int], Entry] = {}
    while data:
        start = data.find(mark)
        if start != 0:
            plain, data = (data, b"") if start < 0 else (data[:start], data[start:])
            entries.append(Entry(None, plain.decode("utf-8", "replace")))
            continue
        end = data.find(b"\n")
        if end < 0:
            break
        raw, data = data[: end + 1], data[end + 1 :]
        assert len(raw) <= 4096, "record of %d bytes" % len(raw)
        fields = json.loads(raw[len(mark) :].decode("ascii"))
        key = (fields["i"], fields["s"])
        before = open_parts.pop(key, None)
        entry = Entry(fields, (before.text if before else "") + fields["x"])
        if fields.get("m"):
            open_parts[key] = entry
        else:
            entries += [Entry(fields, line) for line in entry.text.split("\n")]
    return entries


class Peer:
    """The supervisor's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        sock.settimeout(DEADLINE)
        self.decoder = p.FrameDecoder()
        self.frames: List[Tuple[int, bytes]] = []

    def send(self, frame_type: int, payload: bytes = b"") -> None:
        self.sock.sendall(p.encode_frame(frame_type, payload))

    def receive(self) -> Tuple[int, bytes]:
        """The next frame; EOFError at the end of the stream."""
        while not self.frames:
            data = self.sock.recv(1 << 18)
            if not data:
                raise EOFError("the worker closed the connection")
            self.frames += self.decoder.feed(data)
        return self.frames.pop(0)

    def look(self) -> None:
        """Take in what has arrived, without taking a frame."""
        data = self.sock.recv(1 << 18)
        if not data:
            raise EOFError("the worker closed the connection")
        self.frames += self.decoder.feed(data)

    def quiet(self, seconds: float) -> bool:
        """Whether nothing arrives for so long (the one place where time has to pass)."""
        if self.frames:
            return False
        self.sock.settimeout(seconds)
        try:
            self.sock.recv(1, socket.MSG_PEEK)
            return False
        except socket.timeout:
            return True
        finally:
            self.sock.settimeout(DEADLINE)


class RequestPeer:
    """The front's end of one request at a time: given through the intake, answered by whichever thread
    takes it, whose connection is its own from the first frame to the last."""

    count = 0

    def __init__(self, worker: "FakeSupervisor") -> None:
        self.worker = worker
        self.number = 0
        self.thread: Optional[Peer] = None

    @property
    def sock(self) -> socket.socket:
        """The connection of the thread that has the request; the only thread has it before it says so."""
        return self._bound().sock

    def _bound(self) -> Peer:
        if self.thread is None:
            assert len(self.worker.threads) == 1, "no thread has taken the request yet"
            return self.worker.threads[1]
        return self.thread

    def send(self, frame_type: int, payload: bytes = b"") -> None:
        """Send a frame about the request to the thread that has it."""
        if frame_type == p.ABORT and len(payload) == 1:
            payload = p.NUMBER.pack(self.number) + payload
        self._bound().send(frame_type, payload)

    def receive(self) -> Tuple[int, bytes]:
        """The next frame about the request; where a request number is all that precedes the rest of the
        payload, it is compared and taken off."""
        if self.thread is None:
            self.thread = self.worker.thread_with(self.number)
        kind, payload = self.thread.receive()
        if kind in FIRST_FRAMES:
            assert p.NUMBER.unpack_from(payload)[0] == self.number, (kind, payload)
            if kind != p.RESPONSE:
                payload = payload[p.NUMBER.size :]
        return kind, payload

    def quiet(self, seconds: float) -> bool:
        """Whether nothing comes about the request for so long."""
        if self.thread is not None:
            return self.thread.quiet(seconds)
        peers = self.worker.threads.values()
        return not select.select([peer.sock for peer in peers], [], [], seconds)[0]

    def request(self, path: str = "/", **options: Any) -> None:
        """Send REQUEST."""
        self.worker.intake.sock.sendall(self.frame(path, **options))

    def frame(
        self,
        path: str = "/",
        method: str = "GET",
        body: Optional[bytes] = None,
        kind: Optional[int] = None,
        **environ: str
    ) -> bytes:
        """The bytes of REQUEST, to be sent next. A body makes it kind 1, unless kind says otherwise."""
        if kind is None:
            kind = p.BODY_NONE if body is None else p.BODY_WHOLE
        RequestPeer.count += 1
        path, _, query = path.partition("?")
        pairs = dict(ENVIRON, REQUEST_METHOD=method, PATH_INFO=path, QUERY_STRING=query)
        pairs["REQUEST_URI"] = path
        pairs["SCRIPT_FILENAME"] = "/srv/htdocs" + path
        pairs["mod_wsgi.script_name"] = path
        pairs["mod_wsgi.path_info"] = ""
        pairs["mod_wsgi.request_id"] = "id%d" % RequestPeer.count
        pairs.update({key.replace("__", "."): value for key, value in environ.items()})
        if body is not None:
            pairs["CONTENT_LENGTH"] = str(len(body))
        if kind != p.BODY_WHOLE:
            body = b""
        self.number = self.worker.next_number()
        self.thread = None
        payload = p.encode_request(self.number, kind, pairs.items(), body or b"")
        return p.encode_frame(p.REQUEST, payload)

    def response(self) -> Response:
        """Collect frames up to the end of the response."""
        frames: List[Tuple[str, bytes]] = []
        status: Optional[str] = None
        headers: List[Tuple[str, str]] = []
        body: List[bytes] = []
        outcome: Optional[int] = None
        flags: Optional[int] = None
        while True:
            kind, payload = self.receive()
            frames.append((p.FRAME_TYPES[kind], payload))
            if kind == p.RESPONSE:
                _, flags, status, headers, block = p.decode_response(payload)
                body.append(block)
                if flags & p.RESPONSE_ENDS:
                    break
            elif kind == p.DATA:
                body.append(payload)
            elif kind == p.END:
                outcome = payload[0]
                break
            elif kind == p.RETRY:
                break
        return Response(status, headers, b"".join(body), outcome, flags, frames)

    def get(self, path: str = "/", **options: Any) -> Response:
        """Send a request and collect its response."""
        self.request(path, **options)
        return self.response()

    def post(self, path: str, body: bytes, **options: Any) -> Response:
        """A POST whose body is in the REQUEST frame."""
        return self.get(path, method="POST", body=body, **options)


class FakeSupervisor:
    """One worker process and the supervisor's ends of its connections."""

    def __init__(
        self,
        source: Optional[str] = None,
        threads: int = 1,
        python: Optional[str] = None,
        files: Optional[Dict[str, str]] = None,
        environment: Optional[Dict[str, str]] = None,
        arguments: Tuple[str, ...] = (),
        wait: bool = True,
        **configuration: Any
    ) -> None:
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="modwsgi-dev-test-"))
        self.script = os.path.join(self.folder, "app.py")
        self.messages: List[Dict[str, Any]] = []
        self.threads: Dict[int, Peer] = {}
        self.requests = {number: RequestPeer(self) for number in range(1, threads + 1)}
        self.numbers = 0
        self.wakes = True  # whether `wake` is sent while an answer is awaited
        self.hellos: List[Dict[str, Any]] = []
        self.control: Optional[Peer] = None
        self.lifeline: Optional[Peer] = None
        self.intake: Any = None
        self._changed = threading.Condition()
        self._log = b""
        self._log_ended = False
        self._control_ended = False
        if source is not None:
            self.write("app.py", source)
        for name, text in (files or {}).items():
            self.write(name, text)
        self.configuration = dict(
            {
                "type": "configure",
                "script": self.script,
                "module": None,
                "paste": None,
                "callable": "application",
                "threads": threads,
                "multiprocess": False,
                "multithread": threads > 1,
                "runOnce": False,
                "workingDirectory": self.folder,
                "pythonPath": [],
                "pythonWarnings": [],
                "switchInterval": None,
                "environ": {"SERVER_SOFTWARE": "Apache", "mod_wsgi.process_group": "host:80"},
                "processEnviron": {"MOD_WSGI_EXPRESS": "true"},
                "processGroup": "host:80",
                "applicationGroup": "",
                "maximumProcesses": 1,
                "scriptReloading": False,
                "reportFiles": False,
                "shutdownTimeout": 5,
                "debug": None,
            },
            **configuration
        )
        # As the front has it: a key that all requests share.
        shared: Dict[str, Any] = {"wsgi.url_scheme": "http"}
        shared.update(self.configuration["environ"])
        self.configuration["environ"] = shared
        path = os.path.join(self.folder, "channel")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(threads + 3)
        listener.settimeout(DEADLINE)
        self.begun_path = os.path.join(self.folder, "begun")
        with open(self.begun_path, "wb") as begun:
            begun.write(bytes(4 * threads))
        variables = dict(os.environ, **(environment or {}))
        variables.update(
            MODWSGI_DEV_CHANNEL=path,
            MODWSGI_DEV_SECRET=SECRET,
            MODWSGI_DEV_WORKER="3",
            MODWSGI_DEV_BEGUN=self.begun_path,
        )
        # Node gives its children one end of a socket pair, not a pipe.
        self._log_socket, other = socket.socketpair()
        self.process = subprocess.Popen(
            [python or sys.executable, *arguments, ENTRY],
            env=variables,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        other.close()
        threading.Thread(target=self._read_log, daemon=True).start()
        with listener:
            self._accept(listener, threads)
        if wait:
            self.wait_message("ready")

    # ---- set up

    def write(self, name: str, text: Union[str, bytes], mtime: Optional[float] = None) -> str:
        """Write a file into the worker's folder; give it a date if mtime says so."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path

    def _accept(self, listener: socket.socket, threads: int) -> None:
        # Control and lifeline, and what takes requests but for a service.
        while len(self.hellos) < (2 if self.configuration.get("service") else threads + 3):
            try:
                sock, _ = listener.accept()
            except socket.timeout:
                raise AssertionError("The worker did not connect. " + self.log_dump())
            peer = Peer(sock)
            kind, payload = peer.receive()
            assert kind == p.HELLO, kind
            hello = p.decode_json(payload)
            self.hellos.append(hello)
            assert hello["version"] == p.VERSION and hello["secret"] == SECRET, hello
            if hello["role"] == "control":
                self.control = peer
                peer.send(p.MESSAGE, p.encode_json(self.configuration))
                threading.Thread(target=self._read_control, args=(peer,), daemon=True).start()
            elif hello["role"] == "lifeline":
                self.lifeline = peer
            elif hello["role"] == "intake":
                self.intake = peer
            else:
                self.threads[hello["thread"]] = peer

    def next_number(self) -> int:
        """The number of the next request of this worker."""
        self.numbers += 1
        return self.numbers

    def thread_with(self, number: int) -> Peer:
        """The connection on which the first frame about a request comes, waiting for it."""
        end = time.monotonic() + DEADLINE
        while True:
            for peer in self.threads.values():
                kind, payload = peer.frames[0] if peer.frames else (0, b"")
                if kind in FIRST_FRAMES and p.NUMBER.unpack_from(payload)[0] == number:
                    return peer
            unread = [peer.sock for peer in self.threads.values() if not peer.frames]
            readable, _, _ = select.select(unread, [], [], 0.1)
            if not readable:
                if time.monotonic() > end:
                    raise AssertionError("Nobody answers request %d. " % number + self.log_dump())
                if self.wakes:
                    self.tell("wake")  # as the front does when nothing is answered for a while
            for peer in self.threads.values():
                if peer.sock in readable:
                    peer.look()

    def begun(self) -> List[int]:
        """The numbers in the slots of the threads."""
        with open(self.begun_path, "rb") as begun:
            data = begun.read()
        return [p.NUMBER.unpack_from(data, at)[0] for at in range(0, len(data), 4)]

    def _read_log(self) -> None:
        while True:
            try:
                data = self._log_socket.recv(65536)
            except OSError:  # closed by close()
                return
            with self._changed:
                if data:
                    self._log += data
                else:
                    self._log_ended = True
                self._changed.notify_all()
            if not data:
                return

    def _read_control(self, peer: Peer) -> None:
        peer.sock.settimeout(None)
        while True:
            try:
                _, payload = peer.receive()
            except (EOFError, OSError):
                with self._changed:
                    self._control_ended = True
                    self._changed.notify_all()
                return
            with self._changed:
                self.messages.append(p.decode_json(payload))
                self._changed.notify_all()

    # ---- what came

    def _wait(self, find: Callable[[], Any], what: str, deadline: float) -> Any:
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                found = find()
                if found:
                    return found
                left = end - time.monotonic()
                if left <= 0 or (self._log_ended and self._control_ended):
                    raise AssertionError("No %s. %s" % (what, self.log_dump()))
                self._changed.wait(left)

    def wait_message(self, kind: str, deadline: float = DEADLINE) -> Dict[str, Any]:
        """The first message of this type, waiting for it."""
        return self._wait(
            lambda: next((m for m in self.messages if m["type"] == kind), None),
            "message %r" % kind,
            deadline,
        )

    def wait_log(self, text: str, deadline: float = DEADLINE) -> Entry:
        """The first log entry that contains text, waiting for it."""
        return self._wait(
            lambda: next((e for e in self.log() if text in e.text), None),
            "log entry with %r" % text,
            deadline,
        )

    def wait_count(self, text: str, count: int) -> None:
        """Wait until at least so many records have this text."""
        self._wait(lambda: self.lines().count(text) >= count, "%d lines %r" % (count, text), DEADLINE)

    def wait_lines(self, text: str, count: int) -> None:
        """Wait until exactly so many records have this text."""
        self._wait(lambda: self.lines().count(text) >= count, "%d lines %r" % (count, text), DEADLINE)
        assert self.lines().count(text) == count, self.log_dump()

    def log(self) -> List[Entry]:
        """The log so far."""
        return parse_log(self._log)

    def lines(self, stream: Optional[int] = None) -> List[str]:
        """Texts of the records so far, of one stream if given."""
        return [
            e.text
            for e in self.log()
            if e.fields is not None and stream in (None, e.fields["s"])
        ]

    def wait_file(self, name: str) -> Optional[int]:
        """The reported time of a file in the worker's folder, waiting for the report."""
        path = os.path.join(self.folder, *name.split("/"))
        self._wait(lambda: path in self.files(), "report of %s" % path, DEADLINE)
        return self.files()[path]

    def log_dump(self) -> str:
        """The log as text, for error messages."""
        return "Log of the worker:\n" + "\n".join(
            ("   | " if e.fields is None else "  > ") + e.text for e in self.log()
        )

    def files(self) -> Dict[str, Optional[int]]:
        """All files reported so far."""
        return {
            path: mtime
            for message in self.messages
            if message["type"] == "files"
            for path, mtime, *_ in message["files"]
        }

    # ---- orders

    @property
    def one(self) -> RequestPeer:
        """The connection of the first request thread."""
        return self.requests[1]

    def get(self, path: str = "/", **options: Any) -> Response:
        return self.one.get(path, **options)

    def post(self, path: str, body: bytes, **options: Any) -> Response:
        return self.one.post(path, body, **options)

    def tell(self, kind: str, **fields: Any) -> None:
        """Send a control message."""
        assert self.control is not None
        self.control.send(p.MESSAGE, p.encode_json(dict(fields, type=kind)))

    def shutdown(self, reason: str = "shutdown_signal") -> int:
        """Ask the worker to leave and return its exit status."""
        self.tell("shutdown", reason=reason)
        return self.wait_exit()

    def wait_exit(self, deadline: float = DEADLINE) -> int:
        """The exit status of the worker, waiting for it and for the end of its log."""
        try:
            status = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise AssertionError("The worker does not end. " + self.log_dump())
        self._wait(lambda: self._log_ended, "end of the log", DEADLINE)
        return status

    def peak_memory(self) -> int:
        """The largest resident size of the worker so far in MiB; 0 where there is no /proc."""
        try:
            with open("/proc/%d/status" % self.process.pid) as file:
                return next(int(l.split()[1]) // 1024 for l in file if l.startswith("VmHWM"))
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """End what is left of the worker's process group and remove the folder."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        for peer in (self.control, self.lifeline, self.intake, *self.threads.values()):
            if peer is not None:
                peer.sock.close()
        self._log_socket.shutdown(socket.SHUT_RDWR)
        self._log_socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "FakeSupervisor":
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()

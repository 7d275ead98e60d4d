"""The process whose scripts decide on access."""

import os
import unittest
from typing import Any, Dict, Tuple

from fake_supervisor import FakeSupervisor

SCRIPT = r'''
import sys
import mod_wsgi
KEPT = []
def allow_access(environ, host):
    path = environ["PATH_INFO"]
    if path == "/about":
        print(sorted(environ), host, repr(mod_wsgi.process_group))
        environ["wsgi.errors"].write("to errors")
    if path == "/data":
        mod_wsgi.request_data()
    if path == "/keep":
        KEPT.append(environ)
    if path == "/kept":
        environ = KEPT[0]
        for call in (environ["mod_ssl.is_https"], lambda: environ["wsgi.errors"].write("x")):
            try:
                call()
            except RuntimeError as error:
                print("late:", error)
    return {"/deny": False, "/none": None, "/one": 1}.get(path, True)
def check_password(environ, user, password):
    assert "HTTP_AUTHORIZATION" not in environ and not [k for k in environ if k.startswith("modwsgi_dev")]
    return {"none": None, "no": False, "other": "\u20ac", "nul": "\0", "odd": 2}.get(user, password == "pw")
def get_realm_hash(environ, user, realm):
    return {"none": None, "bytes": b"b\0x", "odd": True, "euro": "\u20ac", "empty": ""}.get(user, "h" + realm)
def groups_for_user(environ, user):
    return {"none": None, "odd": ["a", 1], "euro": ["\u20ac"]}.get(user, (n for n in ["x", "A"] if user != "out"))
'''
ACCESS = {
    "groupName": "a",
    "documentRoot": "/srv/htdocs",
    "besideApplication": False,
}  # type: Dict[str, Any]


class Access(unittest.TestCase):
    def setUp(self) -> None:
        # Relative to the working directory: where that lies is known later.
        self.worker = FakeSupervisor(
            SCRIPT,
            script=None,
            scriptReloading=True,
            processGroup="",
            access=dict(ACCESS, host="app.py", user="app.py", group="app.py"),
        )
        self.addCleanup(self.worker.close)

    def ask(self, checks: str, path: str = "/", **words: str) -> Tuple[bytes, ...]:
        """What is decided."""
        own = {"modwsgi_dev__" + key: value for key, value in words.items()}
        peer = self.worker.requests[1]
        answer = peer.get(path, modwsgi_dev__checks=checks, **own)
        self.assertEqual((answer.status, answer.flags), ("200 OK", 3))
        return tuple(answer.body.split(b"\0"))

    def test_host(self) -> None:
        answers = [self.ask("host", path)[0] for path in ("/", "/none", "/deny", "/one", "/data")]
        self.assertEqual(
            answers, [b"granted", b"granted", b"forbidden", b"forbidden", b"forbidden"]
        )
        entry = self.worker.wait_log("WSGI0055")
        self.assertEqual(entry.fields["c"], "127.0.0.1:40000")  # type: ignore[index]
        self.worker.wait_log("RuntimeError: no active request for thread")

    def test_password(self) -> None:
        for user, decided in (
            ("me", (b"granted", b"me")),
            ("no", (b"mismatch",)),
            ("none", (b"unknown",)),
            ("other", (b"granted", b"\xe2\x82\xac")),
            ("nul", (b"failed",)),
            ("odd", (b"failed",)),
        ):
            self.assertEqual(self.ask("password", user=user, password="pw"), decided)
        self.assertEqual(self.ask("password", user="me", password=""), (b"mismatch",))

    def test_hash(self) -> None:
        for user, decided in (
            ("me", (b"hash", b"hr")),
            ("bytes", (b"hash", b"b")),
            ("none", (b"unknown",)),
            ("odd", (b"failed",)),
            ("euro", (b"failed",)),
            ("empty", (b"failed",)),
        ):
            self.assertEqual(self.ask("hash", user=user, realm="r"), decided)

    def test_group(self) -> None:
        for user, decided in (
            ("me", (b"granted", b"me")),
            ("m\xfc", (b"granted", b"m\xfc")),
            ("out", (b"outside",)),
            ("none", (b"outside",)),
            ("odd", (b"outside",)),
            ("euro", (b"outside",)),
        ):
            self.assertEqual(self.ask("group", user=user), decided)
        self.worker.wait_log("User is not a member of any groups.")

    def test_all_in_one_go_stop_at_the_first_that_refuses(self) -> None:
        words = {"user": "me", "password": "pw"}
        self.assertEqual(self.ask("host password group", **words), (b"granted", b"me"))
        self.assertEqual(self.ask("host password group", "/deny", **words), (b"forbidden",))
        words["user"] = "other"
        self.assertEqual(self.ask("host password group", **words)[1], b"\xe2\x82\xac")

    def test_what_a_script_sees(self) -> None:
        self.ask("host", "/about", user="me")
        line = self.worker.wait_log("['DOCUMENT_ROOT'").text
        self.assertNotIn("SCRIPT_FILENAME", line)
        self.assertNotIn("modwsgi_dev", line)
        self.assertTrue(line.endswith("127.0.0.1 ''"), line)
        entry = self.worker.wait_log("to errors")
        self.assertEqual(entry.fields["p"], "/srv/htdocs/about")  # type: ignore[index]
        self.assertNotIn("c", self.worker.wait_log("['DOCUMENT_ROOT'").fields)  # type: ignore[arg-type]

    def test_what_belongs_to_a_call_ends_with_it(self) -> None:
        self.ask("host", "/keep")
        self.ask("host", "/kept")
        self.worker.wait_log("late: request object has expired")
        self.worker.wait_log("late: write() called on wsgi.errors after request completed")

    def test_a_changed_script_counts_at_once(self) -> None:
        self.assertEqual(self.ask("host"), (b"granted", b""))
        for text, decided in (
            ("def allow_access(environ, host): return False", (b"forbidden",)),
            ("def allow_access(", (b"forbidden",)),
            ("raise SystemExit", (b"forbidden",)),
            ("def allow_access(environ, host): return True", (b"granted", b"")),
        ):
            self.worker.write("app.py", text)
            self.assertEqual(self.ask("host"), decided)
        os.unlink(self.worker.script)
        self.assertEqual(self.ask("host"), (b"forbidden",))
        self.assertEqual(self.ask("password", user="me", password="pw"), (b"failed",))


class WithoutReloading(unittest.TestCase):
    def test_a_script_stays_what_it_was(self) -> None:
        worker = FakeSupervisor(
            "def allow_access(environ, host): return True",
            script=None,
            scriptReloading=False,
            processGroup="",
            access=dict(ACCESS, host="app.py", user=None, group=None),
        )
        self.addCleanup(worker.close)
        ask = worker.requests[1].get
        self.assertEqual(ask(modwsgi_dev__checks="host").body, b"granted\0")
        worker.write("app.py", "def allow_access(environ, host): return False", mtime=1)
        self.assertEqual(ask(modwsgi_dev__checks="host").body, b"granted\0")

"""The scripts that decide on access: --host-access-script, --auth-user-script and --auth-group-script.

Loaded when they are first asked, and again when their file has another time than before; called with an
environ of their own. The words of the log are those of mod_wsgi's wsgi_auth.c.
"""

import os
import sys
from _thread import RLock

import mod_wsgi

from .access_answers import (
    ALLOW_ACCESS,
    CHECK_PASSWORD,
    FAILED,
    FORBIDDEN,
    GET_REALM_HASH,
    GRANTED,
    OUTSIDE,
)
from .access_request import AccessRequest, shown
from .error_report import place, report_request_error
from .script_module import compile_script, module_name, run_script

if False:
    from types import ModuleType
    from typing import Any, Callable, Dict, List, Optional

    from .access_answers import Question
    from .loaded_files import LoadedFiles

_UNREADABLE = "WSGI0105: Could not read or compile WSGI script '%s' for %s."
_LEAVES = "WSGI0107: SystemExit exception raised when doing exec of Python script file '%s'."
_UNUSABLE = "WSGI0109: Unable to execute Python script file '%s'."


class AccessScripts:
    """The scripts, and the calls of their functions."""

    def __init__(self, configuration: "Dict[str, Any]", files: "LoadedFiles") -> None:
        access = configuration["access"]
        self.host: "Optional[str]" = access["host"]
        self.user: "Optional[str]" = access["user"]
        self.group: "Optional[str]" = access["group"]
        self.group_name = os.fsencode(access["groupName"]).lower()
        self.reloading = bool(configuration["scriptReloading"])
        self.files = files
        self.base_environ: "Dict[str, Any]" = {
            "DOCUMENT_ROOT": access["documentRoot"],
            "SERVER_ADMIN": "[no address given]",
            "SERVER_SIGNATURE": "",
            "SERVER_SOFTWARE": "Apache",
            "mod_wsgi.application_group": "",
            "mod_wsgi.process_group": "",
            "mod_wsgi.version": mod_wsgi.version,
        }
        paths = (self.host, self.user, self.group)
        self._names = {path: module_name(path) for path in paths if path is not None}
        self._lock = RLock()

    def decide(self, text: str) -> bytes:
        """What becomes of a request, whose environ this text is, with what is to be asked (docs/protocol.md)."""
        request = AccessRequest(text, self.base_environ)
        if "host" in request.checks and not self.allows_host(request):
            return FORBIDDEN
        user = request.user
        if "hash" in request.checks:
            return self.realm_hash(request, user)
        if "password" in request.checks:
            outcome = self.check_password(request, user)
            if not outcome.startswith(GRANTED):
                return outcome
            user = outcome[len(GRANTED) + 1 :].decode("latin-1")
        if "group" in request.checks and not self.in_group(request, user):
            return OUTSIDE
        return GRANTED + b"\0" + user.encode("latin-1")

    # ---- the questions

    def allows_host(self, request: "AccessRequest") -> bool:
        """allow_access(environ, host): True and None allow."""
        if self._ask(request, ALLOW_ACCESS, self.host, request.host):
            return True
        request.complain(
            "WSGI0057: Client denied by server configuration: '%s'." % shown(request.script)
        )
        return False

    def check_password(self, request: "AccessRequest", user: str) -> bytes:
        """check_password(environ, user, password): True, False, None, or a user name."""
        return self._ask(request, CHECK_PASSWORD, self.user, user, request.password) or FAILED

    def realm_hash(self, request: "AccessRequest", user: str) -> bytes:
        """get_realm_hash(environ, user, realm): the MD5 of user:realm:password, or None."""
        return self._ask(request, GET_REALM_HASH, self.user, user, request.realm) or FAILED

    def in_group(self, request: "AccessRequest", user: str) -> bool:
        """groups_for_user(environ, user): names, among which --auth-group has to be, in whatever case."""
        names = self._groups(request, user)
        if names is None:
            return False
        if names and self.group_name and self.group_name in names:
            return True
        why = "designated" if names else "any"
        text = (
            "WSGI00%d: Authorization of user '%s' to access '%s' failed. User is not a member of %s groups."
        )
        request.complain(text % (60 if names else 59, shown(user), shown(request.uri), why))
        return False

    def _groups(self, request: "AccessRequest", user: str) -> "Optional[List[bytes]]":
        path: "Any" = self.group
        function = self._function(
            path,
            "groups_for_user",
            request,
            "WSGI0052: Target WSGI group authentication script '%s' does not provide 'groups_for_user' callable.",
        )
        if function is None:
            return None
        names: "Optional[List[bytes]]" = None
        with request.call(path) as call:
            result = function(call.environ, user)
            try:
                items = iter(result)
            except TypeError:
                call.complain(
                    "WSGI0051: Result returned from 'groups_for_user' in '%s' is not iterable;"
                    " expected an iterable sequence of byte strings." % path
                )
                raise
            names = []
            for item in items:
                if isinstance(item, str):
                    try:
                        item = item.encode("latin-1")
                    except UnicodeEncodeError:
                        names = None
                        call.complain(
                            "WSGI0049: Item returned from 'groups_for_user' in '%s' is a string"
                            " containing characters that cannot be encoded as latin-1; expected a byte"
                            " string." % path
                        )
                        raise
                if not isinstance(item, bytes):
                    names = None
                    call.complain(
                        "WSGI0050: Item returned from 'groups_for_user' in '%s' is not a byte string."
                        % path
                    )
                    break
                names.append(item.partition(b"\0")[0].lower())
        return names

    def _ask(
        self, request: "AccessRequest", question: "Question", path: "Any", *arguments: str
    ) -> "Any":
        """The verdict; None where there is none, with the reason in the log."""
        function = self._function(path, question.name, request, question.missing)
        if function is not None:
            with request.call(path) as call:
                return question.verdict(call, function(call.environ, *arguments), *arguments)
        return None

    # ---- the scripts

    def _function(
        self, path: str, name: str, request: "AccessRequest", missing: str
    ) -> "Optional[Callable[..., Any]]":
        """A function of a script, None where it is not there, with the reason in the log."""
        module = self._module(path, request)
        if module is None:
            return None
        function = module.__dict__.get(name)
        if function is None:
            request.complain(missing % path)
        return function

    def _module(self, path: str, request: "AccessRequest") -> "Optional[ModuleType]":
        with self._lock:
            name = self._names[path]
            module = sys.modules.get(name)
            if module is not None and self.reloading and _has_changed(path, module):
                sys.modules.pop(name, None)
                module = None
            return module or self._load(name, path, request)

    def _load(self, name: str, path: str, request: "AccessRequest") -> "Optional[ModuleType]":
        remote, script, _ = request.origin()
        # Before it is read: a change in between is one.
        modified = _modified(path)
        self.files.add_file(path)
        try:
            code = compile_script(path)
        except BaseException as error:
            request.complain(_UNREADABLE % (path, place()))
            report_request_error(error, remote, script, None, path)
            return None
        try:
            module = run_script(name, path, code)
        except BaseException as error:
            leaves = isinstance(error, SystemExit)
            request.complain((_LEAVES if leaves else _UNUSABLE) % path)
            report_request_error(error, remote, script, None, path)
            return None
        finally:
            self.files.scan_modules()
        module.__mtime__ = modified or 0  # type: ignore[attr-defined]
        return module


def _modified(path: str) -> "Optional[int]":
    """Microseconds, as mod_wsgi has it; None: there is no such file."""
    try:
        return os.stat(path).st_mtime_ns // 1000
    except OSError:
        return None


def _has_changed(path: str, module: "ModuleType") -> bool:
    known = module.__dict__.get("__mtime__")
    return known is None or known != _modified(path)

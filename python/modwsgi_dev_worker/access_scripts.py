"""The scripts that decide on access: --host-access-script, --auth-user-script and --auth-group-script.

Loaded when they are first asked, and again when their file has another time than before; called with an
environ of their own. What an answer means, and the words of the log, are those of mod_wsgi's wsgi_auth.c.
"""

import os
import sys
from _thread import RLock

import mod_wsgi

from .access_request import AccessRequest, shown
from .error_report import place, report_request_error
from .script_module import compile_script, module_name, run_script

if False:
    from types import ModuleType
    from typing import Any, Callable, Dict, List, Optional

    from .loaded_files import LoadedFiles

# What is decided. GRANTED and HASH are followed by a value.
GRANTED = b"granted"
FORBIDDEN = b"forbidden"  # by the host script
MISMATCH = b"mismatch"  # of the password
UNKNOWN = b"unknown"  # user
OUTSIDE = b"outside"  # of the group
FAILED = b"failed"
HASH = b"hash"

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
        path: "Any" = self.host
        function = self._function(
            path,
            "allow_access",
            request,
            "WSGI0056: Target WSGI host access script '%s' does not provide 'allow_access' callable.",
        )
        result: "Any" = False
        if function is not None:
            with request.call(path) as call:
                result = function(call.environ, request.host)
                if result is not None and not isinstance(result, bool):
                    call.complain(
                        "WSGI0055: Result returned from 'allow_access' in '%s' must be a boolean or None."
                        % path
                    )
        if result is True or result is None:
            return True
        request.complain(
            "WSGI0057: Client denied by server configuration: '%s'." % shown(request.script)
        )
        return False

    def check_password(self, request: "AccessRequest", user: str) -> bytes:
        """check_password(environ, user, password): True, False, None, or a user name."""
        path: "Any" = self.user
        function = self._function(
            path,
            "check_password",
            request,
            "WSGI0043: Target WSGI user authentication script '%s' does not provide 'Basic' auth provider.",
        )
        outcome = FAILED
        if function is not None:
            with request.call(path) as call:
                result = function(call.environ, user, request.password)
                if result is None:
                    outcome = UNKNOWN
                elif result is True:
                    outcome = GRANTED + b"\0" + user.encode("latin-1")
                elif result is False:
                    outcome = MISMATCH
                elif isinstance(result, str):
                    name = result.encode("utf-8").partition(b"\0")[0]
                    if name:
                        outcome = GRANTED + b"\0" + name
                    else:
                        call.complain(
                            "WSGI0176: Basic auth provider returned empty user name string."
                        )
                else:
                    call.complain(
                        "WSGI0177: Basic auth provider must return True, False, None or user name"
                        " as string."
                    )
        return outcome

    def realm_hash(self, request: "AccessRequest", user: str) -> bytes:
        """get_realm_hash(environ, user, realm): the MD5 of user:realm:password, or None."""
        path: "Any" = self.user
        function = self._function(
            path,
            "get_realm_hash",
            request,
            "WSGI0046: Target WSGI user authentication script '%s' does not provide 'Digest' auth provider.",
        )
        outcome = FAILED
        if function is not None:
            with request.call(path) as call:
                result = function(call.environ, user, request.realm)
                if result is None:
                    return UNKNOWN
                if isinstance(result, str):
                    result = _latin1(result)
                if not isinstance(result, bytes):
                    call.complain(
                        "WSGI0179: Digest auth provider must return None or string object."
                    )
                elif not result.partition(b"\0")[0]:
                    call.complain("WSGI0178: Digest auth provider returned empty realm hash.")
                else:
                    outcome = HASH + b"\0" + result.partition(b"\0")[0]
        return outcome

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


def _latin1(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise TypeError(
            "Digest auth provider must return None or string object, value containing non 'latin-1'"
            " characters found"
        ) from error

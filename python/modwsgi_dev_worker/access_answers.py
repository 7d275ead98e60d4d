"""What the answers of the scripts that decide on access mean, in the words of mod_wsgi's wsgi_auth.c.

A verdict is called while the call of the script is not over: what it raises ends in the log like an error of the script.
"""

if False:
    from typing import Any, Callable

    from .access_request import AccessCall

# What is decided. GRANTED and HASH are followed by a value.
GRANTED = b"granted"
FORBIDDEN = b"forbidden"  # by the host script
MISMATCH = b"mismatch"  # of the password
UNKNOWN = b"unknown"  # user
OUTSIDE = b"outside"  # of the group
FAILED = b"failed"
HASH = b"hash"


class Question:
    """A function of a script: its name, what the log says where it is missing, and what its answer means."""

    def __init__(self, name: str, missing: str, verdict: "Callable[..., Any]") -> None:
        self.name = name
        self.missing = missing
        # Called with the call, the answer, and the arguments of the function behind its environ.
        self.verdict = verdict


def _host_verdict(call: "AccessCall", answer: "Any", host: str) -> bool:
    if answer is not None and not isinstance(answer, bool):
        call.complain(
            "WSGI0055: Result returned from 'allow_access' in '%s' must be a boolean or None." % call.path
        )
    return answer is True or answer is None


def _password_verdict(call: "AccessCall", answer: "Any", user: str, password: str) -> bytes:
    if answer is None:
        return UNKNOWN
    if answer is True:
        return GRANTED + b"\0" + user.encode("latin-1")
    if answer is False:
        return MISMATCH
    if not isinstance(answer, str):
        call.complain(
            "WSGI0177: Basic auth provider must return True, False, None or user name as string."
        )
        return FAILED
    name = answer.encode("utf-8").partition(b"\0")[0]
    if name:
        return GRANTED + b"\0" + name
    call.complain("WSGI0176: Basic auth provider returned empty user name string.")
    return FAILED


def _hash_verdict(call: "AccessCall", answer: "Any", user: str, realm: str) -> bytes:
    if answer is None:
        return UNKNOWN
    if isinstance(answer, str):
        answer = _latin1(answer)
    if not isinstance(answer, bytes):
        call.complain("WSGI0179: Digest auth provider must return None or string object.")
        return FAILED
    realm_hash = answer.partition(b"\0")[0]
    if realm_hash:
        return HASH + b"\0" + realm_hash
    call.complain("WSGI0178: Digest auth provider returned empty realm hash.")
    return FAILED


def _latin1(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise TypeError(
            "Digest auth provider must return None or string object, value containing non 'latin-1'"
            " characters found"
        ) from error


ALLOW_ACCESS = Question(
    "allow_access",
    "WSGI0056: Target WSGI host access script '%s' does not provide 'allow_access' callable.",
    _host_verdict,
)
CHECK_PASSWORD = Question(
    "check_password",
    "WSGI0043: Target WSGI user authentication script '%s' does not provide 'Basic' auth provider.",
    _password_verdict,
)
GET_REALM_HASH = Question(
    "get_realm_hash",
    "WSGI0046: Target WSGI user authentication script '%s' does not provide 'Digest' auth provider.",
    _hash_verdict,
)

"""The part of the WSGI environ that is the same for all requests of a process."""

import mod_wsgi

if False:
    from typing import Any, Dict

_ON = ("on", "1")


def make_base_environ(configuration: "Dict[str, Any]") -> "Dict[str, Any]":
    """The dictionary that every request starts from, out of the `configure` message.

    Text set by the user (--setenv) comes first, so that keys of the request, which are added later,
    and WSGI's own keys win over it. --setenv HTTPS=on makes the scheme https and is no key itself.
    """
    environ: "Dict[str, Any]" = dict(configuration["environ"])
    if str(environ.pop("HTTPS", "")).lower() in _ON:
        environ["wsgi.url_scheme"] = "https"
    environ.update(
        {
            "wsgi.version": (1, 0),
            "wsgi.multithread": bool(configuration["multithread"]),
            "wsgi.multiprocess": bool(configuration["multiprocess"]),
            "wsgi.run_once": bool(configuration["runOnce"]),
            "wsgi.input_terminated": True,
            "wsgi.file_wrapper": mod_wsgi.FileWrapper,
            "mod_wsgi.version": mod_wsgi.version,
        }
    )
    return environ

"""wsgiref.validate around an application: all that it asserts or warns of is told at /findings.

A framework may answer a failed assertion itself, the server may end a response because of one, and a warning or
an assertion in a destructor nobody sees; so they are noted where the validator makes them. Below /wrong/ are
applications that it has to object to: they show that it is listened to.
"""

import gc
import warnings
import wsgiref.validate

from frameworks.wrong import wrong_applications

findings = []


def validated(application):
    """The application within the validator, beside those that are wrong, and what was found."""
    listen()
    checked = wsgiref.validate.validator(application)
    wrong = {path: wsgiref.validate.validator(each) for path, each in wrong_applications.items()}

    def chosen(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/findings":
            return tell_findings(start_response)
        return wrong.get(path, checked)(environ, start_response)

    return chosen


def listen():
    """Notes warnings of the validator, and its assertions: all go through these two functions of it."""
    for name in ("assert_", "check_string_type"):
        setattr(wsgiref.validate, name, noting(getattr(wsgiref.validate, name)))
    warnings.simplefilter("always", wsgiref.validate.WSGIWarning)
    show = warnings.showwarning

    def note_warning(message, category, *more):
        if issubclass(category, wsgiref.validate.WSGIWarning):
            findings.append("WSGIWarning: %s" % message)
        else:
            show(message, category, *more)

    warnings.showwarning = note_warning


def noting(check):
    def noted(*args):
        try:
            return check(*args)
        except AssertionError as error:
            findings.append("AssertionError: %s" % error)
            raise

    return noted


def tell_findings(start_response):
    """One a line, and forgets them. Responses that nobody closed are found when they are destroyed."""
    gc.collect()
    body = "".join("%s\n" % finding for finding in findings).encode()
    del findings[:]
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

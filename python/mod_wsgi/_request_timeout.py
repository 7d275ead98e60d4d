"""RequestTimeout: what ends a request that ran over its time limit (--interrupt-timeout)."""


class RequestTimeout(BaseException):
    """Raised inside of a request's thread; no Exception, so that `except Exception` lets it pass."""


RequestTimeout.__module__ = "mod_wsgi"

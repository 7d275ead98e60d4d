"""Prints what a Django project's settings say about serving it, as one JSON object.

Run with the project's own Python, in the folder of manage.py. The settings module is the one that
DJANGO_SETTINGS_MODULE names, or else the default that manage.py gives that variable.
"""

import json
import os
import re
import sys


def settings_module():
    """The dotted name of the settings module, or None when nothing names it."""
    named = os.environ.get("DJANGO_SETTINGS_MODULE")
    if named:
        return named
    try:
        with open("manage.py", encoding="utf-8") as manage:
            text = manage.read()
    except OSError:
        return None
    found = re.search(r"""["']DJANGO_SETTINGS_MODULE["']\s*[,\]=)]+\s*["']([\w.]+)["']""", text)
    return found.group(1) if found else None


def parent_of_package(module):
    """The folder that holds the package of a settings module, as runmodwsgi takes it without BASE_DIR."""
    package = sys.modules[module.split(".")[0]]
    return os.path.dirname(os.path.dirname(os.path.abspath(package.__file__)))


def describe(module):
    """The settings that a server needs, as text, lists and None."""
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    from django.conf import settings

    application = settings.WSGI_APPLICATION
    base = getattr(settings, "BASE_DIR", None)
    return {
        "settingsModule": module,
        "wsgiApplication": application,
        "baseDirectory": str(base) if base is not None else parent_of_package(module),
        "staticUrl": str(settings.STATIC_URL or ""),
        "staticRoot": str(settings.STATIC_ROOT or ""),
        "middleware": list(getattr(settings, "MIDDLEWARE", None) or []),
    }


def main():
    # The folder of this script is no part of the project; its own folder is, as for manage.py.
    sys.path[0] = os.getcwd()
    module = settings_module()
    if module is None:
        sys.exit("no manage.py here, and DJANGO_SETTINGS_MODULE is not set")
    # Whatever the settings print belongs to the user, not to the answer.
    answer = sys.stdout
    sys.stdout = sys.stderr
    found = describe(module)
    answer.write(json.dumps(found))
    answer.flush()


if __name__ == "__main__":
    main()

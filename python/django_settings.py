"""Prints what a Django project says about serving it, as one JSON object.

Runs the manage.py of this folder, with the project's own Python and the arguments given here, as for its command
`runmodwsgi`: what manage.py does to variables and sys.path, --settings and --pythonpath, and the checks of the
project count as they do for that command. Without a manage.py it is `django-admin`, which wants the settings named.
"""

import json
import os
import runpy
import sys

if False:
    from typing import Any, Dict, List


class Answer:
    """What the command has found, once it was run."""

    def __init__(self, before: "Dict[str, str]") -> None:
        self.before = before
        self.found: "List[Dict[str, Any]]" = []

    def find(self) -> None:
        self.found.append(dict(describe(), environment=changes(self.before, dict(os.environ))))


def changes(before: "Dict[str, str]", after: "Dict[str, str]") -> "Dict[str, Any]":
    """Variables that are different afterwards; None for those that are gone."""
    names = set(before) | set(after)
    return {name: after.get(name) for name in names if before.get(name) != after.get(name)}


def parent_of_package(module: str) -> str:
    """The folder that holds the package of a settings module, as runmodwsgi takes it without BASE_DIR."""
    package = sys.modules[module.split(".")[0]]
    return os.path.dirname(os.path.dirname(os.path.abspath(package.__file__ or "")))


def describe() -> "Dict[str, Any]":
    """The settings that a server needs, as text, lists and None."""
    from django.conf import settings

    module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    base = getattr(settings, "BASE_DIR", None)
    return {
        "settingsModule": module,
        "wsgiApplication": settings.WSGI_APPLICATION,
        "baseDirectory": str(base) if base is not None else parent_of_package(module),
        "staticUrl": str(settings.STATIC_URL or ""),
        "staticRoot": str(settings.STATIC_ROOT or ""),
        "middleware": list(getattr(settings, "MIDDLEWARE", None) or []),
    }


def offer_command(answer: Answer) -> None:
    """Adds the command to those of Django; it replaces one of the same name."""
    from django.core import management

    class Command(management.BaseCommand):
        def handle(self, *args: object, **options: object) -> None:
            answer.find()

    known = management.get_commands
    management.get_commands = lambda: dict(known(), runmodwsgi=Command())


def run_command(arguments: "List[str]") -> None:
    """Runs manage.py, or what stands in for it."""
    sys.argv[:] = ["manage.py", "runmodwsgi"] + arguments
    if os.path.exists("manage.py"):
        runpy.run_path("manage.py", run_name="__main__")
        return
    named = any(argument.startswith("--settings") for argument in arguments)
    if not named and not os.environ.get("DJANGO_SETTINGS_MODULE"):
        sys.exit("no manage.py here, and DJANGO_SETTINGS_MODULE is not set")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def main() -> None:
    # The project's folder comes first, as for manage.py. The one of this script comes last, for the package mod_wsgi:
    # it may be among the applications of a project whose Python does not have it.
    sys.path.append(sys.path[0])
    sys.path[0] = os.getcwd()
    answer = Answer(dict(os.environ))
    # Whatever the project and its child processes print belongs to the user, not to the answer.
    sys.stdout.flush()
    told = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    offer_command(answer)
    try:
        run_command(sys.argv[1:])
    except SystemExit:
        if not answer.found:
            raise
    if not answer.found:
        sys.exit("manage.py runs no command of Django")
    with open(told, "w") as file:
        file.write(json.dumps(answer.found[0]))


if __name__ == "__main__":
    main()

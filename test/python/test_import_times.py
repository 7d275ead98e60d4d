"""Which imports of a load are slow, and that nobody notices that they are measured."""

import _frozen_importlib
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
import traceback
import types
import unittest
import zipfile
from typing import Any, Dict, List

from modwsgi_dev_worker import import_times
from modwsgi_dev_worker.import_times import ImportTimes
from modwsgi_dev_worker.loaded_files import LoadedFiles, ReportingFinder


# Some of these are a library of their own in every Python, and nobody has imported them.
EXTENSIONS = ("_lsprof", "_queue", "_bz2", "_lzma", "_sqlite3", "_ctypes", "_curses")


def is_extension(name: str) -> bool:
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    return spec is not None and type(spec.loader).__name__ == "ExtensionFileLoader"


class ImportTimesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(os.chdir, os.getcwd())
        self.before = set(sys.modules)
        # Modules take so long as they say, by the clock of the test.
        self.clock = types.ModuleType("test_clock")
        self.clock.now = 0.0  # type: ignore[attr-defined]
        sys.modules["test_clock"] = self.clock
        real = import_times.perf_counter
        import_times.perf_counter = lambda: self.clock.now  # type: ignore[attr-defined]
        self.addCleanup(setattr, import_times, "perf_counter", real)
        self.files = LoadedFiles(lambda files: None, True)
        finders, paths = list(sys.meta_path), list(sys.path)
        self.addCleanup(sys.meta_path.__setitem__, slice(None), finders)
        self.addCleanup(sys.path.__setitem__, slice(None), paths)
        self.addCleanup(self._forget)
        sys.path.insert(0, self.folder)
        self.files.watch_imports()
        self.times = ImportTimes()

    def _forget(self) -> None:
        for name in set(sys.modules) - self.before:
            del sys.modules[name]

    def write(self, name: str, *lines: str) -> str:
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("import test_clock\n" + "\n".join(lines) + "\n")
        return path

    def load(self, code: str) -> "Dict[str, Any]":
        """Runs code as a script whose imports are measured."""
        scope: "Dict[str, Any]" = {"__name__": "script"}
        self.files.times = self.times
        self.times.begin(os.path.join(self.folder, "script.py"))
        try:
            exec(compile("import test_clock\n" + code, "script.py", "exec"), scope)
        finally:
            self.times.end()
            self.files.times = None
        return scope

    def measured(self) -> "Dict[str, List[float]]":
        return {name: [own, whole] for name, own, whole in self.times.times}

    def test_own_time_and_that_with_what_is_imported(self) -> None:
        self.write("outer.py", "test_clock.now += 1", "import inner", "test_clock.now += 2")
        self.write("inner.py", "test_clock.now += 4", "from pack import part")
        self.write("pack/__init__.py", "test_clock.now += 8")
        self.write("pack/part.py", "test_clock.now += 16", "import outer")
        self.load("test_clock.now += 32\nimport outer\nimport outer\n")
        script = os.path.join(self.folder, "script.py")
        self.assertEqual(
            self.measured(),
            {
                "pack.part": [16, 16],
                "pack": [8, 8],
                "inner": [4, 28],
                "outer": [3, 31],
                script: [32, 63],
            },
        )

    def test_an_import_that_fails_counts_as_its_importers_own(self) -> None:
        self.write("outer.py", "try: import broken", "except NameError: test_clock.now += 2", "import inner")
        self.write("broken.py", "test_clock.now += 1", "import good", "undefined")
        self.write("good.py", "test_clock.now += 4")
        self.write("inner.py", "test_clock.now += 8")
        self.load("import outer\ntry: import absent\nexcept ImportError: test_clock.now += 16\n")
        measured = self.measured()
        self.assertEqual(measured["outer"], [3, 15])
        self.assertEqual(measured["good"], [4, 4])
        self.assertEqual(measured["inner"], [8, 8])
        self.assertEqual(measured[os.path.join(self.folder, "script.py")], [16, 31])
        self.assertNotIn("broken", measured)

    def test_a_load_that_fails(self) -> None:
        self.write("outer.py", "test_clock.now += 1", "import good", "undefined")
        self.write("good.py", "test_clock.now += 4")
        with self.assertRaises(NameError):
            self.load("import outer\n")
        self.assertEqual(self.measured(), {"good": [4, 4], os.path.join(self.folder, "script.py"): [1, 5]})

    def test_imports_of_other_threads_are_not_measured(self) -> None:
        self.write("outer.py", "test_clock.now += 1")
        self.write("other.py", "test_clock.now += 2")

        def wait_for_other() -> None:
            thread = threading.Thread(target=__import__, args=("other",))
            thread.start()
            thread.join()

        self.clock.wait_for_other = wait_for_other  # type: ignore[attr-defined]
        self.load("test_clock.wait_for_other()\nimport outer\n")
        self.assertEqual(self.measured(), {"outer": [1, 1], os.path.join(self.folder, "script.py"): [2, 3]})

    def test_nobody_sees_that_it_is_measured(self) -> None:
        self.write(
            "outer.py",
            "import importlib.util, sys",
            "seen = [type(__loader__), type(__spec__.loader), type(importlib.util.find_spec('inner').loader)]",
            "import inner",
            "frames, frame = [], sys._getframe()",
            "while frame: frames.append(frame.f_code.co_filename); frame = frame.f_back",
        )
        self.write("inner.py")
        self.write("broken.py", "import fails")
        self.write("fails.py", "undefined")
        loader = importlib.util.find_spec("inner").loader  # type: ignore[union-attr]
        scope = self.load(
            "import outer\nloaded = outer\ntry: import broken\nexcept NameError as error: failed = error\n"
        )
        self.assertEqual(scope["loaded"].seen, [type(loader)] * 3)
        own = os.path.dirname(import_times.__file__)
        self.assertEqual([path for path in scope["loaded"].frames if path.startswith(own)], [])
        places = [frame.filename for frame in traceback.extract_tb(scope["failed"].__traceback__)]
        self.assertEqual([os.path.basename(place) for place in places[1:]], ["broken.py", "fails.py"])

    def test_all_kinds_of_modules_are_loaded_as_ever(self) -> None:
        os.makedirs(os.path.join(self.folder, "space"))
        self.write("space/part.py", "VALUE = 1")
        self.write("again.py", "test_clock.again = getattr(test_clock, 'again', 0) + 1")
        self.write("lazy.py", "test_clock.now += 64", "VALUE = 2")
        with zipfile.ZipFile(os.path.join(self.folder, "some.zip"), "w") as archive:
            archive.writestr("zipped.py", "VALUE = 3\n")
        sys.path.insert(0, os.path.join(self.folder, "some.zip"))
        extension = next(name for name in EXTENSIONS if is_extension(name))
        self.load(
            "import importlib, importlib.util, space.part, zipped, again, sys, %s\n" % extension
            +
            "importlib.reload(again)\n"
            "spec = importlib.util.find_spec('lazy')\n"
            "spec.loader = importlib.util.LazyLoader(spec.loader)\n"
            "lazy = sys.modules['lazy'] = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(lazy)\n"
            "assert space.part.VALUE == 1 and lazy.VALUE == 2 and zipped.VALUE == 3\n"
            "assert %s.__loader__.__class__.__name__ == 'ExtensionFileLoader'\n" % extension
        )
        self.assertEqual(self.clock.again, 2)  # type: ignore[attr-defined]
        measured = self.measured()
        # Before Python 3.10 what comes out of an archive counts as its importer's own.
        for name in ("space", "space.part", "again", extension):
            self.assertIn(name, measured)
        # The one that is loaded late belongs to who needs it.
        self.assertEqual(measured[os.path.join(self.folder, "script.py")], [64, 64])

    def test_everything_is_as_before_afterwards(self) -> None:
        before = _frozen_importlib._verbose_message  # type: ignore[attr-defined]
        self.write("first.py")
        self.write("later.py")
        self.load("import first\n")
        self.assertIs(_frozen_importlib._verbose_message, before)  # type: ignore[attr-defined]
        __import__("later")
        self.assertNotIn("later", self.measured())

    def test_the_slowest_are_told_with_whose_they_are(self) -> None:
        self.write("mine.py", "test_clock.now += 2")
        self.write("installed.py", "test_clock.now += 4")
        self.write("quick.py")
        for number in range(12):
            self.write("part%d.py" % number, "test_clock.now += 1")
        self.load("import mine, installed, quick\n" + "".join("import part%d\n" % n for n in range(12)))
        os.chdir(self.folder)
        slowest = self.times.slowest(lambda path: path.endswith("installed.py"))
        self.assertEqual(slowest[:2], [("installed", 4, 4, False), ("mine", 2, 2, True)])
        self.assertEqual(len(slowest), 10)

    def test_what_takes_no_time_is_not_told(self) -> None:
        self.write("quick.py")
        self.load("import quick\ntest_clock.now += 1\n")
        os.chdir(self.folder)
        slowest = self.times.slowest(lambda path: False)
        self.assertEqual(slowest, [("script.py", 1, 1, True)])


class FinderTest(unittest.TestCase):
    def test_measures_nothing_unless_told_to(self) -> None:
        files = LoadedFiles(lambda files: None, True)
        self.assertIsNone(files.times)
        self.assertIsNotNone(ReportingFinder(files).find_spec("json"))


if __name__ == "__main__":
    unittest.main()

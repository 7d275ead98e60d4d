"""Code of installed modules that a template has at hand for its workers."""

import importlib.util
import os
import shutil
import sys
import tempfile
import unittest

from modwsgi_dev_worker.kept_code import KeptCode


class Files:
    """Of what is reported: which files, and which of them are of installed packages."""

    def __init__(self, installed):
        self.installed = installed
        self.reported = []

    def is_installed(self, path):
        return path.startswith(self.installed)

    def add_file(self, path):
        self.reported.append(path)


class KeptCodeTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        sys.path.insert(0, self.folder)
        self.addCleanup(sys.path.remove, self.folder)
        self.files = Files(self.folder)
        self.kept = KeptCode()

    def write(self, text):
        path = os.path.join(self.folder, "kept_for_workers.py")
        with open(path, "w") as file:
            file.write(text)
        return path

    def spec(self):
        importlib.invalidate_caches()
        return importlib.util.find_spec("kept_for_workers")

    def value(self):
        """What the module has when it is imported now."""
        spec = self.spec()
        self.kept.lend(spec)
        lent = "get_code" in vars(spec.loader)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.assertNotIn("get_code", vars(spec.loader))
        return lent, module.VALUE

    def test_is_run_in_place_of_the_file_and_its_file_reported(self):
        path = self.write("VALUE = 1")
        self.kept.keep(["kept_for_workers"], self.files)
        self.assertEqual(self.files.reported, [path])
        self.assertEqual(self.value(), (True, 1))
        self.assertEqual(self.value(), (True, 1))

    def test_counts_no_more_when_the_file_changes(self):
        self.write("VALUE = 1")
        self.kept.keep(["kept_for_workers"], self.files)
        self.write("VALUE = 'another'")
        self.assertEqual(self.value(), (False, "another"))

    def test_is_kept_of_installed_modules_only(self):
        self.write("VALUE = 1")
        self.files.installed = "/elsewhere"
        self.kept.keep(["kept_for_workers"], self.files)
        self.assertEqual(self.files.reported, [])
        self.assertEqual(self.value(), (False, 1))

    def test_is_kept_of_modules_of_packages_that_are_not_loaded(self):
        package = os.path.join(self.folder, "package_for_workers", "inner")
        os.makedirs(package)
        for folder in (os.path.dirname(package), package):
            with open(os.path.join(folder, "__init__.py"), "w") as file:
                file.write("raise AssertionError('imported')")
        path = os.path.join(package, "module.py")
        with open(path, "w") as file:
            file.write("VALUE = 1")
        importlib.invalidate_caches()
        self.kept.keep(["package_for_workers.inner.module"], self.files)
        self.assertEqual(self.files.reported, [path])

    def test_is_not_kept_below_packages_without_a_file_that_are_not_loaded(self):
        folder = os.path.join(self.folder, "package_for_workers", "no_file", "no_file_either")
        os.makedirs(folder)
        for path in (os.path.dirname(os.path.dirname(folder)), folder):
            with open(os.path.join(path, "module.py"), "w") as file:
                file.write("VALUE = 1")
        open(os.path.join(self.folder, "package_for_workers", "__init__.py"), "w").close()
        importlib.invalidate_caches()
        names = ["package_for_workers.no_file.no_file_either.module", "package_for_workers.module"]
        self.kept.keep(names, self.files)
        self.assertEqual([os.path.dirname(path) for path in self.files.reported][-1:], [
            os.path.join(self.folder, "package_for_workers")
        ])

    def test_is_kept_once(self):
        path = self.write("VALUE = 1")
        for _ in range(2):
            self.kept.keep(["kept_for_workers"], self.files)
        self.assertEqual(self.files.reported, [path])

    def test_is_not_kept_of_what_is_loaded_missing_or_wrong(self):
        self.write("VALUE = = 1")
        names = ["kept_for_workers", "os", "no_such_module", "no_such_package.module"]
        self.kept.keep(names, self.files)
        spec = self.spec()
        self.kept.lend(spec)
        self.assertNotIn("get_code", vars(spec.loader))


if __name__ == "__main__":
    unittest.main()

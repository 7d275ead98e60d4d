"""What a template gives out before it forks."""

import dis
import sys
import unittest
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
from unittest.mock import patch

from modwsgi_dev_worker.given_versions import give_version, give_versions


class Strict(type):
    """A type of types that does not want to be asked."""

    def __getattribute__(cls, name):
        raise AssertionError("%s was asked for %s" % (type.__getattribute__(cls, "__name__"), name))


class GivenVersions(unittest.TestCase):
    @unittest.skipIf(sys.version_info < (3, 11), "code is not specialized")
    def test_code_is_specialized_for_the_names_of_a_module(self):
        module = ModuleType("some")
        function = give_version(module.__dict__)
        instructions = dis.get_instructions(function, adaptive=True)
        self.assertIn("LOAD_GLOBAL_MODULE", [one.opname for one in instructions])
        self.assertEqual(function(), "some")

    def test_no_code_of_others_runs(self):
        class Asked(metaclass=Strict):
            pass

        spec = find_spec("colorsys")
        spec.loader = LazyLoader(spec.loader)
        lazy = module_from_spec(spec)
        spec.loader.exec_module(lazy)
        kind = type(lazy)
        odd = {"lazy": lazy, "object": object(), "none": None, "empty": ModuleType("empty")}
        odd["empty"].__dict__.clear()
        with patch.dict(sys.modules, odd):
            give_versions()
        self.assertIs(type(lazy), kind)
        self.assertIsNotNone(Asked)


if __name__ == "__main__":
    unittest.main()

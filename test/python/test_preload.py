"""What a template imports, what it does not, and how it finds out (preload.py). Each case is a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Dict, List, Sequence

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PROGRAM = """
import json, os, sys
order = json.loads(sys.argv[1])
sys.path[:0] = [order["package"], order["installed"], order["project"]]
from modwsgi_dev_worker.import_conditions import ImportConditions
from modwsgi_dev_worker.preload import Preload
if order["before"]:
    exec(order["before"])
installed = tuple(path for path in sys.path if path not in (order["project"], ""))
preload = Preload(order["refused"], lambda path: path.startswith(installed))
preload.import_all([(order["conditions"], order["names"])], ImportConditions())
result = {"offenders": preload.offenders, "loaded": [name for name in order["names"] if name in sys.modules]}
result["value"] = eval(order["look"])
print(json.dumps(result))
"""


@unittest.skipUnless(sys.platform == "linux", "there are templates on Linux only")
class PreloadTest(unittest.TestCase):
    def preload(
        self,
        names: Sequence[str],
        installed: Dict[str, str],
        project: Dict[str, str] = {},  # noqa: B006
        refused: Sequence[str] = (),
        look: str = "None",
        before: str = "",
        conditions: Dict[str, Any] = {"environ": {}, "path": None},  # noqa: B006
        library: Sequence[str] = (),
        **environ: str
    ) -> Any:
        """What becomes of the names; files are given by their path below each folder; look: what to evaluate then;
        library: modules of Python that workers have as well, with all that these need."""
        folder = os.path.realpath(tempfile.mkdtemp(prefix="modwsgi-dev-test-"))
        self.addCleanup(shutil.rmtree, folder)
        names = [*with_needs(library), *names]
        order = {"names": names, "refused": refused, "look": look, "before": before}
        order["conditions"] = conditions
        order["package"] = os.path.join(ROOT, "python")
        for kind, files in (("installed", installed), ("project", project)):
            order[kind] = os.path.join(folder, kind)
            os.mkdir(os.path.join(folder, kind))
            for name, text in files.items():
                path = os.path.join(folder, kind, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write(text)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(order)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ, **environ),
            timeout=60,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout.decode().splitlines()[-1])

    def assertClean(self, result: Any) -> None:
        self.assertEqual(result["offenders"], {})

    def test_imports_what_is_installed_in_the_order_of_the_names(self) -> None:
        append = "import sys; sys.order = getattr(sys, 'order', []) + [__name__]"
        files = {"b.py": append, "a.py": append, "p/__init__.py": append, "p/c.py": append}
        result = self.preload(["b", "p", "p.c", "a"], files, look="sys.order")
        self.assertClean(result)
        self.assertEqual(result["value"], ["b", "p", "p.c", "a"])

    def test_passes_over_what_is_not_there(self) -> None:
        result = self.preload(["gone", "a"], {"a.py": ""})
        self.assertClean(result)
        self.assertEqual(result["loaded"], ["a"])

    def test_never_imports_a_module_of_the_project(self) -> None:
        result = self.preload(["own"], {}, {"own.py": ""})
        self.assertClean(result)
        self.assertEqual(result["loaded"], [])

    def test_whoever_needs_the_project_is_an_offender_whether_it_bears_the_lack_or_not(self) -> None:
        files = {
            "outer.py": "import bears",
            "bears.py": "try:\n import own\nexcept ImportError:\n own = None",
            "fails.py": "import own",
            "other.py": "",
        }
        result = self.preload(["outer", "fails", "other"], files, {"own.py": ""})
        self.assertEqual(sorted(result["offenders"]), ["bears", "fails", "outer"])
        self.assertIn("own of the project", result["offenders"]["bears"])
        again = self.preload(
            ["outer", "bears", "fails", "other"],
            files,
            {"own.py": ""},
            refused=sorted(result["offenders"]),
        )
        self.assertClean(again)
        self.assertEqual(again["loaded"], ["other"])

    def test_a_package_of_the_project_that_another_finder_finds_is_refused(self) -> None:
        # As editable installs are found.
        finder = """
import importlib.util
class Editable:
    def find_spec(self, name, path=None, target=None):
        if name == "editable":
            return importlib.util.spec_from_file_location(name, order["project"] + "/src/editable.py")
sys.meta_path.append(Editable())
"""
        files = {"a.py": "try:\n import editable\nexcept ImportError:\n pass"}
        result = self.preload(["a"], files, {"src/editable.py": ""}, before=finder)
        self.assertEqual(list(result["offenders"]), ["a"])

    def test_a_namespace_package_is_one_of_those_that_are_installed(self) -> None:
        result = self.preload(["space.one"], {"space/one.py": ""})
        self.assertClean(result)
        self.assertEqual(result["loaded"], ["space.one"])

    def test_a_namespace_package_with_a_part_in_the_project_is_refused(self) -> None:
        result = self.preload(["space.one"], {"space/one.py": ""}, {"space/two.py": ""})
        self.assertEqual(result["loaded"], [])

    def test_an_import_that_fails_in_workers_too_is_no_offence(self) -> None:
        files = {
            "a.py": "try:\n import windows\nexcept ImportError:\n pass",
            "windows.py": "raise ImportError('another system')",
        }
        result = self.preload(["a"], files)
        self.assertClean(result)
        self.assertEqual(result["loaded"], ["a"])

    def test_an_import_that_fails_here_only_is_an_offence_of_all_who_wanted_it(self) -> None:
        files = {
            "a.py": "try:\n import b\nexcept RuntimeError:\n pass",
            "b.py": "raise RuntimeError('no settings')",
        }
        result = self.preload(["b", "a"], files)
        self.assertEqual(sorted(result["offenders"]), ["a", "b"])

    def test_whoever_needs_a_module_that_no_worker_has_is_an_offender(self) -> None:
        # Workers have it from elsewhere, or the application has something of its own under that name.
        result = self.preload(["a", "b"], {"a.py": "import other", "b.py": "", "other.py": ""})
        self.assertEqual(sorted(result["offenders"]), ["a", "other"])

    def test_modules_see_what_the_application_had_changed_for_them(self) -> None:
        files = {
            "a.py": "import os, sys\nseen = [os.environ.get('KNOB'), os.environ.get('HOME'), sys.path[-1]]",
            "b.py": "import os\nos.environ['OWN'] = 'of b'\nos.environ.setdefault('KNOB', 'of b')",
        }
        conditions = {
            "environ": {"KNOB": "1", "HOME": None},
            "path": [*sys.path, "/somewhere/else"],
        }
        look = """[sys.modules["a"].seen, os.environ.get("KNOB"), os.environ["HOME"], os.environ["OWN"],
            "/somewhere/else" in sys.path]"""
        # What is installed has to be found all the same.
        before = "order['conditions']['path'][:0] = sys.path"
        result = self.preload(
            ["a", "b"], files, look=look, before=before, conditions=conditions, HOME="/home/of/test"
        )
        self.assertClean(result)
        self.assertEqual(
            result["value"],
            [["1", None, "/somewhere/else"], None, "/home/of/test", "of b", False],
        )

    def test_a_module_that_starts_a_thread_is_an_offender(self) -> None:
        source = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
        files = {"outer.py": "import a", "a.py": source}
        result = self.preload(["outer", "a"], files, library=["threading"])
        self.assertEqual(result["offenders"], {"a": "starts a thread"})

    def test_a_thread_that_has_ended_or_ends_before_a_fork_is_none(self) -> None:
        files = {
            "ended.py": "import threading\nt = threading.Thread(target=len, args=('',))\nt.start(); t.join()",
            "forks.py": """
import os, threading
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
def end():
    if thread.is_alive():
        stop.set()
        thread.join()
os.register_at_fork(before=end)
""",
        }
        look = "__import__('threading').active_count()"
        result = self.preload(["ended", "forks"], files, look=look, library=["threading"])
        # A thread that was joined may be seen by the kernel for a moment more.
        self.assertNotIn("forks", result["offenders"])
        self.assertEqual(result["value"], 1)

    def test_a_module_that_keeps_a_descriptor_open_is_an_offender(self) -> None:
        files = {"a.py": "file = open(__file__)", "b.py": "open(__file__).close()"}
        result = self.preload(["a", "b"], files)
        self.assertEqual(result["offenders"], {"a": "keeps a file or socket open"})

    def test_a_module_that_changes_what_a_signal_does_is_an_offender(self) -> None:
        files = {
            "python.py": "import signal\nsignal.signal(signal.SIGINT, lambda *_: None)",
            "c.py": "import ctypes\nctypes.CDLL(None).signal(10, 1)",
            "mask.py": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [12])",
            "same.py": "import signal\nsignal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))",
        }
        names = ["python", "c", "mask", "same"]
        result = self.preload(names, files, library=["signal", "ctypes"])
        self.assertEqual(sorted(result["offenders"]), ["c", "mask", "python"])

    def test_a_module_that_asks_Django_for_a_setting_is_an_offender(self) -> None:
        source = """
import importlib, os
try:
    importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
except Exception:
    pass
"""
        look = "os.environ.get('DJANGO_SETTINGS_MODULE')"
        environ = dict(os.environ)
        environ.pop("DJANGO_SETTINGS_MODULE", None)
        files = {"a.py": source, "django/__init__.py": "", "django/conf.py": ""}
        names = ["django", "django.conf", "a"]
        result = self.preload(names, files, look=look, library=["importlib"])
        self.assertEqual(list(result["offenders"]), ["a"])
        self.assertEqual(result["value"], os.environ.get("DJANGO_SETTINGS_MODULE"))
        named = self.preload(
            ["a"],
            {"a.py": source},
            {"own.py": ""},
            look=look,
            library=["importlib"],
            DJANGO_SETTINGS_MODULE="own",
        )
        self.assertEqual(list(named["offenders"]), ["a"])
        self.assertEqual(named["value"], "own")

    def test_the_code_of_a_module_sees_its_own_loader(self) -> None:
        source = "seen = [type(__loader__).__name__, type(__spec__.loader).__name__, __loader__.get_source(__name__)[:4]]"
        result = self.preload(["a"], {"a.py": source}, look="sys.modules['a'].seen")
        self.assertEqual(result["value"], ["SourceFileLoader", "SourceFileLoader", "seen"])

    def test_the_search_for_modules_is_as_before_when_it_is_done(self) -> None:
        result = self.preload(["a"], {"a.py": ""}, look="[str(one) for one in sys.meta_path]")
        self.assertNotIn("Guard", " ".join(result["value"]))

    def test_generators_of_random_numbers_that_seed_themselves_are_seeded_anew(self) -> None:
        files = {
            "a.py": """
import random
own = random.Random()
given = random.Random(42)
later = random.Random()
later.seed(42)
def states():
    return [one.getstate()[1][:5] for one in (own, given, later)]
"""
        }
        seed = "preload.generators.seed()"
        states = "sys.modules['a'].states()"
        result = self.preload(["random", "a"], files, look="[%s, %s, %s]" % (states, seed, states))
        before, _, after = result["value"]
        self.assertNotEqual(before[0], after[0])
        self.assertEqual(before[1:], after[1:])

    def test_generators_of_numpy_that_seed_themselves_are_seeded_anew(self) -> None:
        files = dict(
            numpy_files,
            **{
                "a.py": """
from numpy.random.bit_generator import BitGenerator, SeedSequence
own = BitGenerator()
of_sequence = BitGenerator(SeedSequence())
given = BitGenerator(42)
later = BitGenerator()
later.seed_later(42)
def states():
    return [one.state for one in (own, of_sequence, given, later)]
"""
            }
        )
        seed = "preload.generators.seed()"
        states = "sys.modules['a'].states()"
        names = ["numpy", "numpy.random", "numpy.random.bit_generator", "a"]
        result = self.preload(names, files, look="[%s, %s, %s]" % (states, seed, states))
        self.assertEqual(result["offenders"], {})
        before, _, after = result["value"]
        self.assertNotEqual(before[0], after[0])
        self.assertNotEqual(before[1], after[1])
        self.assertEqual(before[2:], after[2:])

    def test_who_keeps_a_seed_of_numpy_is_left_to_the_workers(self) -> None:
        files = dict(
            numpy_files,
            **{
                "a.py": "from numpy.random.bit_generator import SeedSequence\nkept = SeedSequence()",
                "b.py": "from numpy.random.bit_generator import SeedSequence\nkept = SeedSequence(1)\nSeedSequence()",
                "c.py": """
from numpy.random.bit_generator import BitGenerator
class Own(BitGenerator):
    def __init__(self, needed):
        BitGenerator.__init__(self)
kept = Own(1)
""",
            }
        )
        names = ["numpy", "numpy.random", "numpy.random.bit_generator", "a", "b", "c"]
        result = self.preload(names, files)
        self.assertEqual(sorted(result["offenders"]), ["a", "c"])

    def test_the_class_of_generators_is_as_before_when_it_is_done(self) -> None:
        look = "sys.modules['random'].Random.seed.__qualname__"
        result = self.preload(["random"], {}, look=look)
        self.assertEqual(result["value"], "Random.seed")


# What numpy.random is, as far as it matters here.
numpy_files = {
    "numpy/__init__.py": "",
    "numpy/random/__init__.py": "from . import bit_generator\ndef seed(): pass",
    "numpy/random/bit_generator.py": """
import os

def randbits(count):
    return int.from_bytes(os.urandom(count // 8), "little")

class SeedSequence:
    def __init__(self, entropy=None):
        self.entropy = randbits(128) if entropy is None else entropy

class BitGenerator:
    def __init__(self, seed=None):
        self._seed_seq = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
        self.state = self._seed_seq.entropy

    def seed_later(self, seed):
        self._seed_seq, self.state = None, seed
""",
}


def with_needs(names: Sequence[str]) -> List[str]:
    """The names of what a Python has when it has imported these."""
    if not names:
        return []
    program = "import sys, %s; print(' '.join(name for name in sys.modules))" % ", ".join(names)
    return subprocess.check_output([sys.executable, "-c", program]).decode().split()


if __name__ == "__main__":
    unittest.main()

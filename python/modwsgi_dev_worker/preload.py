"""Imports modules for workers that are forked later, and only those that are the same for every worker.

Nothing of the project is imported: what comes from elsewhere than the standard library and installed packages is refused.
A module that cannot be had without the project, starts a thread, keeps a descriptor open or changes what a signal does is an
offender. What it has left behind cannot be undone, so that the process which found offenders is of no more use: the next
one refuses them from the start.
"""

import _signal
import gc
import os
import sys

if False:
    from types import ModuleType
    from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence, Set, Tuple

    from .import_conditions import Conditions, ImportConditions


SETTINGS_VARIABLE = "DJANGO_SETTINGS_MODULE"
SETTINGS = "the settings of the project"  # no module has this name


class Preload:
    """The modules that were imported, and those that must not be."""

    def __init__(self, refused: "Sequence[str]", is_common: "Callable[[str], bool]") -> None:
        """refused: names of modules; is_common: whether a file belongs to the standard library or an installed package."""
        self.refused = frozenset(refused) | {SETTINGS}
        self.wanted: "FrozenSet[str]" = frozenset()
        self.is_common = is_common
        self.offenders: "Dict[str, str]" = {}  # names of modules, and what they did
        self.running: "List[str]" = []  # modules whose code runs, the innermost last
        self.generators = Generators()
        self.state = State.now()

    def import_all(
        self,
        imports: "Sequence[Tuple[Conditions, Sequence[str]]]",
        conditions: "ImportConditions",
    ) -> None:
        """Import what can be; the rest is in `offenders`, or does not exist here.

        imports: names of what a worker has imported, and what it had changed for its imports by then.
        conditions: brings that about, and takes it back.
        """
        self.wanted = names_in(imports)
        if "random" in sys.modules:
            self.generators.start()
        guard = Guard(self)
        sys.meta_path.insert(0, guard)  # type: ignore[arg-type]
        # What asks Django for a setting is found out, whether it bears the answer or not.
        asks = "django.conf" in self.wanted and SETTINGS_VARIABLE not in os.environ
        if asks:
            os.environ[SETTINGS_VARIABLE] = SETTINGS
        try:
            for seen, names in imports:
                conditions.bring_about(seen)
                for name in names:
                    self._import(name)
        finally:
            conditions.take_back()
            sys.meta_path.remove(guard)  # type: ignore[arg-type]
            self.generators.stop()
            if asks:
                os.environ.pop(SETTINGS_VARIABLE, None)
        for name in self.generators.find_numpy():
            self.offenders.setdefault(name, "makes a generator of random numbers")

    def _import(self, name: str) -> None:
        if name in sys.modules or name in self.refused:
            return
        try:
            __import__(name)
        except Exception:
            pass  # noted, where it is not just missing

    def blame(self, what: str) -> None:
        """All modules whose code runs may be another than they would be in a worker."""
        for name in self.running:
            self.offenders.setdefault(name, what)

    def entered(self, name: str) -> None:
        self.look()
        self.running.append(name)

    def left(self) -> None:
        self.look()
        name = self.running.pop()
        if name == "random":
            self.generators.start()
        elif name == "numpy.random":
            self.generators.watch_numpy(self.running)

    def look(self) -> None:
        """Blame the innermost module for what has changed."""
        state = State.now()
        if state.threads > self.state.threads:
            # Threads of a library that knows how to fork (OpenBLAS, say) are gone after a fork, and come back when needed.
            fork_for_nothing()
            state = State.now()
        change = state.change_since(self.state)
        self.state = state
        if change is not None and self.running:
            self.offenders.setdefault(self.running[-1], change)


def names_in(imports: "Sequence[Tuple[Conditions, Sequence[str]]]") -> "FrozenSet[str]":
    """Of all modules that are ordered."""
    return frozenset(name for _, names in imports for name in names)


# Bits of the signals by which the threads of the C library talk to each other (signal(7), real-time signals).
LIBRARY_SIGNALS = sum(1 << number - 1 for number in range(32, getattr(_signal, "SIGRTMIN", 32)))


def fork_for_nothing() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


class State:
    """What an import must leave as it is."""

    def __init__(
        self,
        descriptors: "Set[str]",
        status: "Dict[str, str]",
        handlers: "Tuple[Any, ...]",
        children: "Set[str]",
    ) -> None:
        self.descriptors = descriptors
        self.threads = int(status.get("Threads", "1"))
        # What C code does with a signal, and what Python does.
        self.signals = [
            int(status.get(name, "0"), 16) & ~LIBRARY_SIGNALS for name in ("SigBlk", "SigIgn", "SigCgt")
        ]
        self.handlers = handlers
        self.children = children

    @classmethod
    def now(cls) -> "State":
        # The one that reads the directory is in it, with the same number each time.
        descriptors = set(os.listdir("/proc/self/fd"))
        with open("/proc/self/status") as lines:
            status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        handlers = tuple(map(_signal.getsignal, range(1, _signal.NSIG)))
        return cls(
            descriptors,
            {name: value.strip() for name, value in status.items()},
            handlers,
            _children(),
        )

    def change_since(self, before: "State") -> "Optional[str]":
        if self.threads > before.threads:
            return "starts a thread"
        if not self.children <= before.children:
            return "starts a process"
        if not self.descriptors <= before.descriptors:
            return "keeps a file or socket open"
        if (self.signals, self.handlers) != (before.signals, before.handlers):
            return "changes what a signal does"
        return None


def _children() -> "Set[str]":
    """Processes that this one has started; none where the kernel does not tell (proc(5), children)."""
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as file:
            return set(file.read().split())
    except OSError:
        return set()


class Generators:
    """Generators of random numbers that modules have made: a worker must not have the numbers of another one.

    One that was given a seed keeps it: whoever did so wants the same numbers in every process.
    """

    def __init__(self) -> None:
        self._seed: "Any" = None
        self._numpy_bits: "Any" = None
        self._numpy_seeds: "Dict[int, List[str]]" = {}  # that nobody gave, and which modules ran then
        self._numpy: "List[Any]" = []
        self._unseeded: "Dict[int, Any]" = {}

    def start(self) -> None:
        """The module random is there: note who seeds itself. Its own generator Python seeds anew in every fork."""
        Random = sys.modules["random"].Random
        self._seed = seed = Random.seed
        unseeded = self._unseeded

        def noted(generator: "Any", a: "Any" = None, version: int = 2) -> None:
            unseeded[id(generator)] = generator
            if a is not None:
                del unseeded[id(generator)]
            seed(generator, a, version)

        Random.seed = noted

    def watch_numpy(self, running: "List[str]") -> None:
        """numpy.random is there: note the seeds that it makes up for generators which are given none."""
        module = sys.modules.get("numpy.random.bit_generator")
        self._numpy_bits = bits = getattr(module, "randbits", None)
        if bits is None:
            return

        def noted(count: int) -> int:
            seed = bits(count)
            self._numpy_seeds[seed] = list(running)
            return seed

        module.randbits = noted  # type: ignore[union-attr]

    def find_numpy(self) -> "List[str]":
        """Find the generators that have these seeds. Gives the modules that have made what cannot be seeded anew."""
        if not self._numpy_seeds:
            return []
        module: "Any" = sys.modules["numpy.random.bit_generator"]
        owned, sequences = set(), []
        makers: "Set[str]" = set()
        # Not isinstance(): what pretends to be something else is asked then, and may load itself.
        for one in gc.get_objects():
            if issubclass(type(one), module.BitGenerator):
                sequence = one._seed_seq  # its property seed_seq came with NumPy 1.25
                if self._made_up(sequence):
                    owned.add(id(sequence))
                    self._numpy.append(one)
                    if not _can_be_seeded_anew(one):
                        makers.update(self._numpy_seeds[sequence.entropy])
            elif issubclass(type(one), module.SeedSequence) and self._made_up(one):
                sequences.append(one)
        for sequence in sequences:
            if id(sequence) not in owned:
                makers.update(self._numpy_seeds[sequence.entropy])
        return sorted(makers)

    def _made_up(self, sequence: "Any") -> bool:
        entropy = getattr(sequence, "entropy", None)  # those who were given a seed later have no sequence any more
        return type(entropy) is int and entropy in self._numpy_seeds

    def stop(self) -> None:
        if self._numpy_bits is not None:
            sys.modules["numpy.random.bit_generator"].randbits = self._numpy_bits  # type: ignore[attr-defined]
        if self._seed is not None:
            sys.modules["random"].Random.seed = self._seed  # type: ignore[attr-defined]

    def seed(self) -> None:
        """In a worker that was forked."""
        for generator in self._unseeded.values():
            generator.seed()
        numpy = sys.modules.get("numpy.random")
        if numpy is not None:
            numpy.seed()  # type: ignore[attr-defined]
        for generator in self._numpy:
            _seed_anew(generator)


def _seed_anew(generator: "Any") -> None:
    """A generator of NumPy: it goes on as one that has just been made."""
    generator.state = type(generator)().state


def _can_be_seeded_anew(generator: "Any") -> bool:
    try:
        _seed_anew(generator)
    except Exception:
        return False
    return True


class Guard:
    """First on sys.meta_path: finds what the others find, but for what must not be imported."""

    def __init__(self, preload: Preload) -> None:
        self._preload = preload

    def find_spec(
        self, name: str, path: "Optional[Sequence[str]]" = None, target: "Any" = None
    ) -> "Any":
        """A spec that is watched; None where others may find what they like. Raises ModuleNotFoundError."""
        preload = self._preload
        if name in preload.refused:
            self._refuse(name, "needs %s" % name)
        spec = self._find(name, path, target)
        if spec is None:
            return None
        if spec.origin is None or not spec.has_location:
            for folder in spec.submodule_search_locations or ():
                if not preload.is_common(os.path.join(folder, "")):
                    self._refuse(name, "needs %s, a part of which is the project's" % name)
            return None  # built in, frozen, or a package without a file
        # Whoever has found it: a finder of editable installs, say.
        if not preload.is_common(spec.origin):
            self._refuse(name, "needs %s of the project" % name)
        if spec.loader is not None:
            spec.loader = Watched(spec.loader, preload)
        return spec

    def _find(self, name: str, path: "Any", target: "Any") -> "Any":
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec is not None:
                return spec
        return None

    def _refuse(self, name: str, what: str) -> None:
        self._preload.blame(what)
        raise ModuleNotFoundError("No module named %r" % name, name=name)


class Watched:
    """A loader around that of a module, as long as the code of the module runs."""

    def __init__(self, loader: "Any", preload: Preload) -> None:
        self._loader = loader
        self._preload = preload

    def create_module(self, spec: "Any") -> "Optional[ModuleType]":
        spec.loader = self._loader
        try:
            return self._loader.create_module(spec)
        finally:
            spec.loader = self

    def exec_module(self, module: "ModuleType") -> None:
        spec = module.__spec__
        spec.loader = module.__loader__ = self._loader  # type: ignore[union-attr]
        preload = self._preload
        preload.entered(spec.name)  # type: ignore[union-attr]
        try:
            self._loader.exec_module(module)
        except BaseException:
            # One that fails in workers as well is none of those that are wanted.
            if spec.name in preload.wanted:  # type: ignore[union-attr]
                preload.blame("cannot be imported without the project")
            raise
        else:
            # No worker has it, or it has another one of that name.
            if spec.name not in preload.wanted:  # type: ignore[union-attr]
                preload.blame("needs %s, which workers have not" % spec.name)  # type: ignore[union-attr]
        finally:
            preload.left()

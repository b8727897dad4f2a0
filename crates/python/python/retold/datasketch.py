"""MinHash and MinHashLSH as the package datasketch (2.x) has them, with retold's speed.

    from retold.datasketch import MinHash, MinHashLSH

Hash values, digests and bands are those of datasketch, value for value: sketches of the two can be
compared, merged and put into one index. Like datasketch it needs numpy. What cannot be had is
refused with a sentence: GPUs, storage outside the process, weighted MinHash.
"""

from __future__ import annotations

import copy
import functools
import pickle
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterable
from typing import Any

try:
    import numpy as np
except ImportError as error:
    raise ImportError(
        "retold.datasketch needs numpy, as datasketch does: pip install numpy"
    ) from error

from retold._retold import Permutations, sha1_hashes

__all__ = [
    "MinHash",
    "MinHashLSH",
    "MinHashLSHDeletionSession",
    "MinHashLSHInsertionSession",
    "sha1_hash32",
    "sha1_hash64",
]

_MERSENNE_PRIME = (1 << 61) - 1
_DTYPES = {"affine32": np.uint32, "affine64": np.uint64, "legacy": np.uint64}
_MAX = {"affine32": (1 << 32) - 1, "affine64": (1 << 64) - 1, "legacy": (1 << 32) - 1}


def sha1_hash32(data: bytes) -> int:
    """The first four bytes of the SHA-1 digest."""
    return sha1_hashes([bytes(data)])[0] & 0xFFFFFFFF


def sha1_hash64(data: bytes) -> int:
    """The first eight bytes of the SHA-1 digest."""
    return sha1_hashes([bytes(data)])[0]


@functools.lru_cache(maxsize=64)
def _seeded(num_perm: int, seed: int, scheme: str) -> Any:
    """The permutations that datasketch draws for a seed: two rows, `a` and `b`."""
    draw = np.random.RandomState(seed)
    if scheme == "legacy":
        high = np.uint64(_MERSENNE_PRIME)
        pairs = [
            (draw.randint(1, high, dtype=np.uint64), draw.randint(0, high, dtype=np.uint64))
            for _ in range(num_perm)
        ]
        drawn = np.array(pairs, dtype=np.uint64).T
    else:
        width, dtype = (32, np.uint32) if scheme == "affine32" else (64, np.uint64)
        a = draw.randint(0, 1 << (width - 1), num_perm, dtype=dtype) * dtype(2) + dtype(1)
        drawn = np.array([a, draw.randint(0, 1 << width, num_perm, dtype=dtype)])
    drawn.setflags(write=False)
    return drawn


@functools.lru_cache(maxsize=64)
def _compiled(scheme: str, a: bytes, b: bytes) -> Permutations:
    return Permutations(scheme, a, b)


class MinHash:
    """A signature of a set, which estimates its Jaccard index with others.

    ``num_perm`` values; the same ``seed`` and ``scheme`` are needed to compare. ``hashfunc`` takes
    a value and gives a whole number of 32 bits (64 with ``affine64``); the default is SHA-1, which
    is computed without Python, any other is called for each value. An empty set has only maxima.
    """

    def __init__(
        self,
        num_perm: int = 128,
        seed: int = 1,
        gpu_mode: str = "disable",
        hashfunc: Callable[[Any], int] | None = None,
        hashobj: object | None = None,
        hashvalues: Any = None,
        permutations: Any = None,
        scheme: str | None = None,
    ) -> None:
        if scheme is None:
            if hashvalues is not None or permutations is not None:
                raise ValueError(
                    "scheme must be specified explicitly with hashvalues or permutations: that of "
                    "the MinHash they came from, 'legacy' for those of datasketch before 2.0.0"
                )
            scheme = "affine32"
        if scheme not in _DTYPES:
            raise ValueError(f"scheme must be one of affine32, affine64, legacy, got {scheme!r}")
        if gpu_mode not in ("disable", "detect"):
            raise ValueError("gpu_mode='always' cannot be had: retold computes on the processor")
        if hashobj is not None:
            warnings.warn(
                "hashobj is deprecated, use hashfunc instead.", DeprecationWarning, stacklevel=2
            )
        if hashfunc is not None and not callable(hashfunc):
            raise ValueError("The hashfunc must be a callable.")
        if hashvalues is not None:
            num_perm = len(hashvalues)
        if num_perm < 1:
            raise ValueError("num_perm must be positive")
        if num_perm > 1 << 32:
            raise ValueError("Cannot have more than 4294967296 permutation functions")
        self.scheme = scheme
        self.seed = seed
        self.num_perm = num_perm
        self._gpu_mode = gpu_mode
        default = sha1_hash64 if scheme == "affine64" else sha1_hash32
        self.hashfunc: Callable[[Any], int] = default if hashfunc is None else hashfunc
        if hashvalues is None:
            self.hashvalues = self._maxima()
        else:
            self.hashvalues = self._array(hashvalues, "hash values")
        self.permutations = (
            _seeded(num_perm, seed, scheme) if permutations is None else self._given(permutations)
        )
        if len(self) != len(self.permutations[0]):
            raise ValueError("Numbers of hash values and permutations mismatch")

    def _maxima(self) -> Any:
        return np.full(self.num_perm, _MAX[self.scheme], dtype=_DTYPES[self.scheme])

    def _array(self, values: Any, what: str) -> Any:
        """An array of the scheme's type, without loss."""
        if isinstance(values, np.ndarray) and values.dtype == _DTYPES[self.scheme]:
            return values.copy()
        numbers = [int(value) for value in values]
        most = (
            _MAX[self.scheme] if what == "hash values" or self.scheme != "legacy" else (1 << 64) - 1
        )
        if any(not 0 <= number <= most for number in numbers):
            raise ValueError(f"{what} out of range for scheme {self.scheme!r}")
        return np.array(numbers, dtype=_DTYPES[self.scheme])

    def _given(self, permutations: Any) -> Any:
        a, b = (self._array(part, "permutation parameters") for part in permutations)
        if self.scheme != "legacy" and np.any(a & _DTYPES[self.scheme](1) == 0):
            raise ValueError(
                f"all `a` permutation parameters must be odd for scheme {self.scheme!r}"
            )
        return np.array([a, b])

    def _permute(self) -> Permutations:
        a, b = self.permutations
        return _compiled(self.scheme, a.tobytes(), b.tobytes())

    def _is_sha1(self) -> bool:
        return self.hashfunc is (sha1_hash64 if self.scheme == "affine64" else sha1_hash32)

    def _hashes(self, values: Iterable[Any]) -> list[int]:
        hashes = [int(self.hashfunc(value)) for value in values]
        # The legacy scheme of datasketch takes 64 bits, too.
        most = _MAX["affine64"] if self.scheme == "legacy" else _MAX[self.scheme]
        for value in hashes:
            if not 0 <= value <= most:
                raise ValueError(
                    f"hashfunc returned a value out of range for scheme {self.scheme!r}: {value}. "
                    "Use a hash function of the scheme's width, or scheme='affine64' for 64 bits."
                )
        return hashes

    def update(self, b: Any) -> None:
        """Adds a value to the set: bytes, unless there is a ``hashfunc`` of one's own."""
        self.update_batch([b])

    def update_batch(self, b: Iterable[Any]) -> None:
        """Adds many values to the set, which is much faster than one by one."""
        current = self.hashvalues.tobytes()
        if self._is_sha1():
            lowered = self._permute().update(current, [_bytes(value) for value in b])
        else:
            lowered = self._permute().update_hashes(current, self._hashes(b))
        self.hashvalues = np.frombuffer(lowered, dtype=_DTYPES[self.scheme]).copy()

    def _check(self, other: MinHash, what: str) -> None:
        if getattr(other, "scheme", None) != self.scheme:
            raise ValueError(f"Cannot {what} MinHash with different permutation schemes")
        if other.seed != self.seed:
            raise ValueError(f"Cannot {what} MinHash with different seeds")
        if len(self) != len(other):
            raise ValueError(
                f"Cannot {what} MinHash with different numbers of permutation functions"
            )

    def jaccard(self, other: MinHash) -> float:
        """Estimates the Jaccard index; standard error ``sqrt(J * (1 - J) / num_perm)``."""
        self._check(other, "compute Jaccard given")
        return float(np.count_nonzero(self.hashvalues == other.hashvalues)) / len(self)

    def count(self) -> float:
        """Estimates how many different values there are."""
        return float(len(self) / np.sum(self.hashvalues / float(_MAX[self.scheme])) - 1.0)

    def merge(self, other: MinHash) -> None:
        """Makes this the MinHash of both sets together."""
        self._check(other, "merge")
        self.hashvalues = np.minimum(other.hashvalues, self.hashvalues)

    def digest(self) -> Any:
        """A copy of the hash values."""
        return copy.copy(self.hashvalues)

    def is_empty(self) -> bool:
        """Whether nothing was added."""
        return not np.any(self.hashvalues != _MAX[self.scheme])

    def clear(self) -> None:
        """Makes it that of the empty set."""
        self.hashvalues = self._maxima()

    def copy(self) -> MinHash:
        """Another one of the same set."""
        other = copy.copy(self)
        other.hashvalues = self.digest()
        return other

    def __len__(self) -> int:
        return len(self.hashvalues)

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other)
            and self.scheme == other.scheme
            and self.seed == other.seed
            and np.array_equal(self.hashvalues, other.hashvalues)
        )

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def union(cls, *mhs: MinHash) -> MinHash:
        """The MinHash of all these sets together."""
        if len(mhs) < 2:
            raise ValueError("Cannot union less than 2 MinHash")
        first = mhs[0]
        if any(
            first.seed != m.seed or len(first) != len(m) or first.scheme != m.scheme for m in mhs
        ):
            raise ValueError(
                "The unioning MinHash must have the same seed, number of permutation functions "
                "and scheme"
            )
        union = first.copy()
        union.hashvalues = np.minimum.reduce([m.hashvalues for m in mhs])
        return union

    @classmethod
    def bulk(cls, b: Iterable[Iterable[Any]], **minhash_kwargs: Any) -> list[MinHash]:
        """A MinHash for each set, on all cores."""
        empty = cls(**minhash_kwargs)
        if not empty._is_sha1():
            return list(cls.generator(b, **minhash_kwargs))
        sets = [[_bytes(value) for value in values] for values in b]
        made = []
        for values in empty._permute().bulk(empty.hashvalues.tobytes(), sets):
            one = copy.copy(empty)
            one.hashvalues = np.frombuffer(values, dtype=_DTYPES[empty.scheme]).copy()
            made.append(one)
        return made

    @classmethod
    def generator(
        cls, b: Iterable[Iterable[Any]], **minhash_kwargs: Any
    ) -> Generator[MinHash, None, None]:
        """A MinHash for each set, one after the other."""
        empty = cls(**minhash_kwargs)
        for values in b:
            one = empty.copy()
            one.update_batch(values)
            yield one

    def __setstate__(self, state: dict[str, Any]) -> None:
        state.setdefault("scheme", "legacy")
        self.__dict__.update(state)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        raise TypeError("Strings must be encoded before hashing")
    # As hashlib takes what has a buffer.
    return memoryview(value).tobytes()


#: Points at which the error of a choice of bands is integrated (Simpson's rule).
_POINTS = 257


def _area(probability: Any, start: float, end: float) -> float:
    points = np.linspace(start, end, _POINTS)
    weights = np.ones(_POINTS)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return float((weights * probability(points)).sum() * (end - start) / (_POINTS - 1) / 3)


@functools.lru_cache(maxsize=256)
def _optimal_param(
    threshold: float, num_perm: int, fp_weight: float, fn_weight: float
) -> tuple[int, int]:
    """The bands and rows with the least weighted false positives and negatives."""
    least, best = float("inf"), (0, 0)
    for b in range(1, num_perm + 1):
        for r in range(1, num_perm // b + 1):
            false_positive = _area(lambda s: 1 - (1 - s**r) ** b, 0.0, threshold)
            false_negative = _area(lambda s: (1 - s**r) ** b, threshold, 1.0)
            error = false_positive * fp_weight + false_negative * fn_weight
            if error < least:
                least, best = error, (b, r)
    return best


class MinHashLSH:
    """An index of MinHash that finds the sets whose Jaccard index is likely above ``threshold``.

    ``params`` are bands and rows, where they are not to follow from ``threshold`` and ``weights``
    (of false positives and negatives). Keys are any hashable values.
    """

    def __init__(
        self,
        threshold: float = 0.9,
        num_perm: int = 128,
        weights: tuple[float, float] = (0.5, 0.5),
        params: tuple[int, int] | None = None,
        storage_config: dict[str, Any] | None = None,
        prepickle: bool | None = None,
        hashfunc: Callable[[bytes], bytes] | None = None,
    ) -> None:
        kind = (storage_config or {"type": "dict"}).get("type")
        if kind != "dict":
            raise ValueError(
                f"storage of type {kind!r} cannot be had: this index is in the memory of the "
                "process; pickle it to keep it"
            )
        if not 0.0 <= threshold <= 1.0:
            raise ValueError("threshold must be in [0.0, 1.0]")
        if num_perm < 2:
            raise ValueError("Too few permutation functions")
        if any(not 0.0 <= weight <= 1.0 for weight in weights):
            raise ValueError("Weight must be in [0.0, 1.0]")
        if sum(weights) != 1.0:
            raise ValueError("Weights must sum to 1.0")
        self.h = num_perm
        if params is not None:
            self.b, self.r = params
            if self.b * self.r > num_perm:
                raise ValueError(
                    f"The product of b and r in params is {self.b} * {self.r} = {self.b * self.r} "
                    f"-- it must be less than num_perm {num_perm}. "
                    "Did you forget to specify num_perm?"
                )
        else:
            self.b, self.r = _optimal_param(threshold, num_perm, *weights)
        if self.b < 2:
            raise ValueError("The number of bands are too small (b < 2)")
        self.prepickle = bool(prepickle)
        self.hashfunc = hashfunc
        self.buffer_size = 50000
        self.hashranges = [(band * self.r, (band + 1) * self.r) for band in range(self.b)]
        self.hashtables: list[dict[bytes, set[Hashable]]] = [{} for _ in range(self.b)]
        self.keys: dict[Hashable, list[bytes]] = {}
        self._minhash_scheme: str | None = None

    def _bands(self, minhash: Any) -> list[bytes]:
        """The key of each band; an error if the MinHash does not fit this index."""
        if len(minhash) != self.h:
            raise ValueError(f"Expecting minhash with length {self.h}, got {len(minhash)}")
        scheme = getattr(minhash, "scheme", None)
        if scheme is None:
            raise TypeError(
                f"{type(minhash).__name__} cannot be had in this index: it takes MinHash, "
                "of retold or datasketch"
            )
        if self._minhash_scheme not in (None, scheme):
            raise ValueError(
                f"MinHash scheme {scheme!r} does not match scheme {self._minhash_scheme!r} of the "
                "MinHash previously given to this index"
            )
        values = minhash.hashvalues
        whole, size = values.byteswap().tobytes(), values.itemsize * self.r
        bands = [whole[band * size : (band + 1) * size] for band in range(self.b)]
        return bands if self.hashfunc is None else [self.hashfunc(band) for band in bands]

    def _key(self, key: Hashable) -> Hashable:
        return pickle.dumps(key) if self.prepickle else key

    def _shown(self, keys: Iterable[Any]) -> list[Hashable]:
        return [pickle.loads(key) for key in keys] if self.prepickle else list(keys)

    def insert(self, key: Hashable, minhash: Any, check_duplication: bool = True) -> None:
        """Adds a set by a key of its own; an error if the key is there and that is checked."""
        bands, key = self._bands(minhash), self._key(key)
        if check_duplication and key in self.keys:
            raise ValueError("The given key already exists")
        self._minhash_scheme = minhash.scheme
        self._add(key, bands)

    def _add(self, key: Hashable, bands: list[bytes]) -> None:
        self.keys[key] = bands
        for band, table in zip(bands, self.hashtables):
            table.setdefault(band, set()).add(key)

    def query(self, minhash: Any) -> list[Hashable]:
        """The keys of sets that share a band with this one, each once, in no order."""
        found: set[Hashable] = set()
        for band, table in zip(self._bands(minhash), self.hashtables):
            found.update(table.get(band, ()))
        return self._shown(found)

    def _query_b(self, minhash: Any, b: int) -> set[Hashable]:
        """As :meth:`query`, by the first ``b`` bands only."""
        if b > len(self.hashtables):
            raise ValueError("b must be less or equal to the number of hash tables")
        found: set[Hashable] = set()
        for band, table in zip(self._bands(minhash)[:b], self.hashtables):
            found.update(table.get(band, ()))
        return set(self._shown(found))

    def add_to_query_buffer(self, minhash: Any) -> None:
        """Refused: buffers are for storage outside the process."""
        raise NotImplementedError(
            "query buffers cannot be had: they save round trips to a database, and there is none"
        )

    collect_query_buffer = add_to_query_buffer

    def __contains__(self, key: Hashable) -> bool:
        return self._key(key) in self.keys

    def remove(self, key: Hashable) -> None:
        """Removes a set; an error if its key is not there."""
        key = self._key(key)
        if key not in self.keys:
            raise ValueError("The given key does not exist")
        for band, table in zip(self.keys.pop(key), self.hashtables):
            members = table[band]
            members.discard(key)
            if not members:
                del table[band]

    def merge(self, other: MinHashLSH, check_overlap: bool = False) -> None:
        """Adds all sets of another index of the same parameters."""
        if type(self) is not type(other):
            raise ValueError(f"Cannot merge type MinHashLSH and type {type(other).__name__}.")
        if (self.h, self.b, self.r) != (other.h, other.b, other.r):
            raise ValueError("Cannot merge MinHashLSH with different initialization parameters.")
        known = {self._minhash_scheme, other._minhash_scheme} - {None}
        if len(known) > 1:
            raise ValueError(
                f"Cannot merge MinHashLSH indexed with MinHash scheme {other._minhash_scheme!r} "
                f"into one indexed with scheme {self._minhash_scheme!r}"
            )
        if check_overlap and not self.keys.keys().isdisjoint(other.keys):
            raise ValueError("The keys are overlapping, duplicate key exists.")
        self._minhash_scheme = self._minhash_scheme or other._minhash_scheme
        for key, bands in other.keys.items():
            self._add(key, bands)

    def is_empty(self) -> bool:
        """Whether there is no set."""
        return not self.keys

    def insertion_session(self, buffer_size: int = 50000) -> MinHashLSHInsertionSession:
        """A context in which to add many sets. Nothing is buffered: each is there at once."""
        return MinHashLSHInsertionSession(self, buffer_size)

    def deletion_session(self, buffer_size: int = 50000) -> MinHashLSHDeletionSession:
        """A context in which to remove many sets. Nothing is buffered."""
        return MinHashLSHDeletionSession(self, buffer_size)

    def get_counts(self) -> list[dict[bytes, int]]:
        """For each band, how many keys each bucket has."""
        return [{band: len(keys) for band, keys in table.items()} for table in self.hashtables]

    def get_subset_counts(self, *keys: Hashable) -> list[dict[bytes, int]]:
        """The same, of these keys only."""
        counts: list[Counter[bytes]] = [Counter() for _ in range(self.b)]
        for key in set(keys):
            for band, counter in zip(self.keys.get(self._key(key), ()), counts):
                counter[band] += 1
        return [dict(counter) for counter in counts]


class _Session:
    def __init__(self, lsh: MinHashLSH, buffer_size: int) -> None:
        self.lsh = lsh
        self.lsh.buffer_size = buffer_size

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is left to do."""


class MinHashLSHInsertionSession(_Session):
    """Adds many sets to an index."""

    def insert(self, key: Hashable, minhash: Any, check_duplication: bool = True) -> None:
        """As :meth:`MinHashLSH.insert`."""
        self.lsh.insert(key, minhash, check_duplication)


class MinHashLSHDeletionSession(_Session):
    """Removes many sets from an index."""

    def remove(self, key: Hashable) -> None:
        """As :meth:`MinHashLSH.remove`."""
        self.lsh.remove(key)

"""MinHash and MinHashLSH beside those of datasketch."""

from __future__ import annotations

import pickle

import datasketch
import numpy
import pytest
from hypothesis import given, settings, strategies
from retold.datasketch import MinHash, MinHashLSH, sha1_hash32, sha1_hash64

SCHEMES = ["affine32", "affine64", "legacy"]
SETS = strategies.lists(strategies.binary(max_size=12), max_size=30)


@settings(max_examples=40, deadline=None)
@given(
    SETS,
    strategies.sampled_from(SCHEMES),
    strategies.integers(0, 2**32 - 1),
    strategies.sampled_from([1, 7, 128]),
)
def test_hash_values_are_those_of_datasketch(values, scheme, seed, num_perm):
    ours = MinHash(num_perm=num_perm, seed=seed, scheme=scheme)
    theirs = datasketch.MinHash(num_perm=num_perm, seed=seed, scheme=scheme)
    ours.update_batch(values)
    theirs.update_batch(values)
    one = MinHash(num_perm=num_perm, seed=seed, scheme=scheme)
    for value in values:
        one.update(value)
    assert ours.digest().dtype == theirs.digest().dtype
    assert numpy.array_equal(ours.digest(), theirs.digest()) and one == ours
    assert numpy.array_equal(ours.permutations, theirs.permutations)
    assert ours.count() == theirs.count() and ours.is_empty() == theirs.is_empty()
    assert ours.jaccard(theirs) == 1.0 == theirs.jaccard(ours)


def test_other_hash_functions():
    for scheme, hashfunc in (
        ("affine32", lambda value: value * 3),
        ("affine64", lambda value: value << 40),
    ):
        ours = MinHash(hashfunc=hashfunc, scheme=scheme)
        theirs = datasketch.MinHash(hashfunc=hashfunc, scheme=scheme)
        ours.update_batch(range(20))
        theirs.update_batch(range(20))
        assert numpy.array_equal(ours.digest(), theirs.digest())
    with pytest.raises(ValueError, match="out of range"):
        MinHash(hashfunc=lambda _: 1 << 32).update(b"")
    assert [sha1_hash32(b"x"), sha1_hash64(b"x")] == [
        datasketch.hashfunc.sha1_hash32(b"x"),
        datasketch.hashfunc.sha1_hash64(b"x"),
    ]


def of(*values: str, **settings: object) -> MinHash:
    made = MinHash(**settings)
    made.update_batch(value.encode() for value in values)
    return made


def test_merging_copying_pickling():
    a, b = of("a", "b"), of("b", "c")
    both = of("a", "b", "c")
    assert MinHash.union(a, b) == both
    merged = a.copy()
    merged.merge(b)
    assert merged == both and a == of("a", "b")
    assert pickle.loads(pickle.dumps(both)) == both
    a.clear()
    assert a.is_empty() and a == MinHash()
    again = MinHash(hashvalues=b.hashvalues, permutations=b.permutations, scheme=b.scheme)
    assert again == b and len(again) == 128
    with pytest.raises(TypeError):
        hash(b)
    sets = [[b"a", b"b"], [], [b"c"]]
    assert MinHash.bulk(sets, num_perm=64) == list(MinHash.generator(sets, num_perm=64))


@pytest.mark.parametrize("other", [{"seed": 2}, {"num_perm": 64}, {"scheme": "legacy"}])
def test_unlike_sketches_are_refused(other):
    for step in (MinHash.jaccard, MinHash.merge, MinHash.union):
        with pytest.raises(ValueError):
            step(of("a"), of("a", **other))


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_perm": 0},
        {"hashfunc": 1},
        {"scheme": "none"},
        {"hashvalues": [1, 2]},
        {"hashvalues": [1 << 40], "scheme": "affine32"},
        {"gpu_mode": "always"},
    ],
)
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError):
        MinHash(**wrong)


def test_bands_are_chosen_as_datasketch_chooses_them():
    for threshold in (0.1, 0.5, 0.7, 0.9):
        for num_perm in (32, 64, 128, 256) if threshold == 0.5 else (64, 128):
            ours = MinHashLSH(threshold=threshold, num_perm=num_perm)
            theirs = datasketch.MinHashLSH(threshold=threshold, num_perm=num_perm)
            assert (ours.b, ours.r) == (theirs.b, theirs.r)


@settings(max_examples=20, deadline=None)
@given(
    strategies.lists(
        strategies.sets(strategies.integers(0, 30).map(lambda n: str(n).encode()), max_size=12),
        min_size=1,
        max_size=15,
    )
)
def test_an_index_finds_what_datasketch_finds(sets):
    ours, theirs = MinHashLSH(threshold=0.4), datasketch.MinHashLSH(threshold=0.4)
    made = MinHash.bulk(sets)
    with ours.insertion_session() as session:
        for key, minhash in enumerate(made):
            session.insert(key, minhash)
            theirs.insert(key, minhash)
    for minhash in made:
        assert sorted(ours.query(minhash)) == sorted(theirs.query(minhash))
    assert sorted(map(sorted, (t.items() for t in ours.get_counts()))) == sorted(
        map(sorted, (t.items() for t in theirs.get_counts()))
    )
    with ours.deletion_session() as session:
        for key in range(len(made)):
            session.remove(key)
    assert ours.is_empty() and ours.query(made[0]) == []


def test_an_index():
    lsh = MinHashLSH(threshold=0.5, num_perm=16, params=(4, 4))
    a, b = of("a", "b", num_perm=16), of("x", num_perm=16)
    lsh.insert("a", a)
    lsh.insert(("any", "key"), b)
    assert "a" in lsh and "b" not in lsh and lsh.query(a) == ["a"]
    with pytest.raises(ValueError, match="already exists"):
        lsh.insert("a", a)
    other = MinHashLSH(threshold=0.5, num_perm=16, params=(4, 4))
    other.insert("c", a)
    with pytest.raises(ValueError, match="scheme"):
        other.insert("d", of("a", num_perm=16, scheme="legacy"))
    lsh.merge(other, check_overlap=True)
    assert sorted(lsh.query(a)) == ["a", "c"]
    with pytest.raises(ValueError, match="overlapping"):
        lsh.merge(other, check_overlap=True)
    assert pickle.loads(pickle.dumps(lsh)).query(b) == [("any", "key")]
    lsh.remove("a")
    with pytest.raises(ValueError, match="does not exist"):
        lsh.remove("a")
    pickled = MinHashLSH(num_perm=16, params=(4, 4), prepickle=True)
    pickled.insert("a", a)
    assert "a" in pickled and pickled.query(a) == ["a"]
    with pytest.raises(ValueError, match="length"):
        lsh.query(of("a"))


def test_what_cannot_be_had_is_said():
    for kind in ("redis", "cassandra", "aioredis"):
        with pytest.raises(ValueError, match="cannot be had"):
            MinHashLSH(storage_config={"type": kind})
    with pytest.raises(NotImplementedError, match="cannot be had"):
        MinHashLSH().add_to_query_buffer(of("a"))
    weighted = datasketch.WeightedMinHashGenerator(3).minhash([1, 2, 3])
    with pytest.raises(TypeError, match="cannot be had"):
        MinHashLSH(num_perm=len(weighted)).insert("w", weighted)

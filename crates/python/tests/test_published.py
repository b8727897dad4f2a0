"""datasketch's own tests of `MinHash` and `MinHashLSH`, run on those of retold.

They are in its source distribution up to 1.7.0, and are not copied here: test.sh unpacks them, and
says where in RETOLD_DATASKETCH_TESTS.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT
from retold.datasketch import MinHash

PUBLISHED = os.environ.get("RETOLD_DATASKETCH_TESTS")
#: Tests that differ; docs/python.md says why.
DIFFERENT = {
    "test_minhash.TestMinHash.test_byte_tokens",
    "test_lsh.TestMinHashLSH.test_query_buffer",
    *(
        f"test_lsh.TestMinHashLSH.test_{name}_redis"
        for name in ("insert", "merge", "query", "query_buffer")
    ),
    *(
        f"test_lsh.TestWeightedMinHashLSH.test_{name}"
        for name in ("_H", "insert", "pickle", "query", "remove")
    ),
}
#: Puts retold's classes in the place of datasketch's, and what the tests import beside them.
PROGRAM = """
import sys, types, unittest, unittest.mock
import datasketch.b_bit_minhash, datasketch.weighted_minhash
import retold.datasketch as ours

def module(name, **members):
    sys.modules[name] = made = types.ModuleType(name)
    made.__dict__.update(members)
    return made

for name in ("minhash", "lsh"):
    sys.modules["datasketch." + name] = ours
    setattr(datasketch, name, ours)
def fake_hash_func(value):
    return value
fake_hash_func.__module__ = "test.utils"
module("test", utils=module("test.utils", fake_hash_func=fake_hash_func))
module("mockredis", mock_redis_client=None, mock_strict_redis_client=None)
sys.modules["mock"] = unittest.mock
sys.path.insert(0, sys.argv[1])
import test_lsh, test_minhash
assert test_minhash.minhash.MinHash is test_lsh.MinHash is ours.MinHash
assert test_lsh.MinHashLSH is ours.MinHashLSH
load = unittest.defaultTestLoader.loadTestsFromModule
result = unittest.TestResult()
unittest.TestSuite([load(test_minhash), load(test_lsh)]).run(result)
print(result.testsRun)
for test, _ in result.failures + result.errors:
    print(test.id())
"""


@pytest.mark.skipif(not PUBLISHED, reason="datasketch's own tests are not at hand")
def test_its_own_tests_pass_but_for_those_that_are_listed():
    line = [sys.executable, "-c", PROGRAM, str(pathlib.Path(str(PUBLISHED)).resolve())]
    said = subprocess.run(line, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    run, *different = said.stdout.split()
    assert int(run) == 38 and set(different) == DIFFERENT, said.stderr


def test_those_that_differ_are_in_the_documentation():
    text = (ROOT / "docs" / "python.md").read_text("utf-8")
    for test in DIFFERENT:
        assert f"`{test.rsplit('.', 1)[1]}`" in text, test


def test_the_values_of_earlier_versions_are_those_of_the_legacy_scheme():
    # What `test_byte_tokens` expects of the default, which is another scheme since datasketch 2.
    minhash = MinHash(4, 1, scheme="legacy")
    minhash.update(b"Hello")
    assert minhash.hashvalues.tolist() == [734825475, 960773806, 359816889, 342714745]

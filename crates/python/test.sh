#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh environment with nothing else, then adds what the tests need and runs them.
#
# test.sh [PROFILE]: the profile to build with, `release` unless it is said. CI has built the packages below this one
# with that profile already, so what is left to compile is this package and the bindings.
set -euo pipefail
cd "$(dirname "$0")"
profile="${1:-release}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# Nothing of the caller's gets in.
unset PYTHONPATH PYTHONHOME

# Builds with what the tests are pinned to.
python3 -m venv "$folder/build"
"$folder/build/bin/pip" install --quiet "$(grep '^maturin==' tests/requirements.txt)"
CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../../target}" \
    "$folder/build/bin/maturin" build --quiet --profile "$profile" --out "$folder/wheels"
wheel=("$folder"/wheels/*.whl)
size="$(stat -c %s "${wheel[0]}")"
printf '%s: %d KiB\n' "$(basename "${wheel[0]}")" "$((size / 1024))"
# Small enough for any index, and a sign if something slips in.
[ "$size" -le $((25 << 20)) ]

# In an environment with nothing else.
python3 -m venv --without-pip "$folder/alone"
"$folder/build/bin/pip" --python "$folder/alone/bin/python" install --quiet --no-index --no-deps "${wheel[0]}"
"$folder/alone/bin/python" -I -c "
import importlib.metadata
import retold
assert [of.name for of in importlib.metadata.distributions()] == ['retold']
assert retold.scan(['one two three four five six', 'one two three four five six']).pairs[0]['relation'] == 'identical'
"
"$folder/alone/bin/retold" --version

# With the frames of others.
python3 -m venv "$folder/tests"
"$folder/tests/bin/pip" install --quiet --requirement tests/requirements.txt
"$folder/tests/bin/pip" install --quiet --no-index --no-deps "${wheel[0]}"
"$folder/tests/bin/retold" --version
# datasketch's own tests, which are in its source distribution up to this version.
published="datasketch-1.7.0"
if "$folder/tests/bin/pip" download --quiet --no-deps --no-binary datasketch --dest "$folder" "${published/-/==}"; then
    python3 -m tarfile --extract "$folder/$published.tar.gz" "$folder"
    export RETOLD_DATASKETCH_TESTS="$folder/$published/test"
else
    printf "datasketch's own tests: skipped, its source distribution cannot be had\n"
fi
"$folder/tests/bin/python" -X dev -m pytest -q -p no:cacheprovider tests

# For interpreters without a lock, where there is one: they need wheels of their own.
for python in python3.14t python3.15t; do
    command -v "$python" >/dev/null || continue
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../../target}" "$folder/build/bin/maturin" build --quiet \
        --profile "$profile" --interpreter "$python" --out "$folder/free-threaded"
    "$python" -m venv "$folder/$python"
    "$folder/$python/bin/pip" install --quiet "$(grep '^pytest==' tests/requirements.txt)" \
        "$(grep '^hypothesis==' tests/requirements.txt)"
    "$folder/$python/bin/pip" install --quiet --no-index --no-deps "$folder"/free-threaded/*-"${python/python3./cp3}"-*.whl
    "$folder/$python/bin/python" -X dev -X gil=0 -m pytest -q -p no:cacheprovider tests/test_runs.py tests/test_compare.py
done

# They are there now: what the command writes joins with what it read, in each of them. Built by `cargo test` before.
cd ../..
PATH="$folder/tests/bin:$PATH" RETOLD_JOINS=all \
    cargo test --quiet --locked --test cli fields::outputs_join_with_the_input_without_a_cast

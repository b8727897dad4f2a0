"""The package as a whole: stubs, documentation, what is in the wheel."""

from __future__ import annotations

import ast
import doctest
import importlib.metadata
import inspect
import pathlib
import re
import subprocess
import sys

import pytest
import retold
from conftest import ROOT
from retold import _retold, batch

PACKAGE = pathlib.Path(retold.__file__).parent
STUBS = ast.parse((PACKAGE / "_retold.pyi").read_text("utf-8"))
#: What every object has, and what comes with equality.
INHERITED = set(dir(object)) | {
    "__module__",
    "__ge__",
    "__gt__",
    "__le__",
    "__lt__",
    "__ne__",
    "__repr__",
}


def members(node: ast.ClassDef) -> set[str]:
    return {item.name for item in node.body if isinstance(item, ast.FunctionDef)}


def test_the_stubs_have_what_the_module_has():
    classes = {node.name: node for node in STUBS.body if isinstance(node, ast.ClassDef)}
    functions = {node.name: node for node in STUBS.body if isinstance(node, ast.FunctionDef)}
    public = {name: value for name, value in vars(_retold).items() if not name.startswith("__")}
    assert {name for name, value in public.items() if inspect.isclass(value)} == classes.keys()
    assert {name for name, value in public.items() if inspect.isroutine(value)} == functions.keys()
    assert public.keys() - classes.keys() - functions.keys() == {"VERSION", "ABOUT_COLUMNS"}
    for name, node in classes.items():
        there = {member for member in vars(public[name]) if member not in INHERITED}
        assert there == members(node) - INHERITED - {"__new__"}, name


def test_the_signatures_of_the_stubs_are_those_of_the_module():
    functions = [(_retold, node) for node in STUBS.body if isinstance(node, ast.FunctionDef)]
    for node in STUBS.body:
        if isinstance(node, ast.ClassDef):
            methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            functions += [
                (getattr(_retold, node.name), item)
                for item in methods
                if not item.name.startswith("__")
            ]
    for owner, node in functions:
        if any(getattr(decorator, "id", "") == "property" for decorator in node.decorator_list):
            assert not callable(inspect.getattr_static(owner, node.name)), node.name
            continue
        there = inspect.signature(getattr(owner, node.name)).parameters
        assert list(there) == [argument.arg for argument in node.args.args], node.name
        optional = [
            parameter.default is not inspect.Parameter.empty for parameter in there.values()
        ]
        assert sum(optional) == len(node.args.defaults), node.name


def test_mypy_finds_the_stubs_to_be_those_of_the_module(tmp_path):
    line = [sys.executable, "-m", "mypy.stubtest", "retold._retold", "--concise"]
    said = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (0, ""), said.stderr


def test_everything_is_documented():
    for module in (retold, batch):
        for name in module.__all__:
            assert inspect.getdoc(getattr(module, name)), name
    for kind in (value for value in vars(_retold).values() if inspect.isclass(value)):
        for name, member in vars(kind).items():
            if not name.startswith("__"):
                assert member.__doc__, f"{kind.__name__}.{name}"


@pytest.mark.parametrize("module", [retold, batch], ids=lambda module: module.__name__)
def test_the_examples_of_the_modules(module):
    results = doctest.testmod(module)
    assert results.attempted and not results.failed


def blocks(path: pathlib.Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", ["README.md", "docs/python.md"])
def test_the_examples_of_the_documents(path, tmp_path, monkeypatch):
    if not (ROOT / path).exists():
        pytest.skip("the documents are not here")
    monkeypatch.chdir(tmp_path)
    # What was made by one is used by the next.
    names: dict[str, object] = {}
    found = blocks(ROOT / path)
    assert found
    for block in found:
        exec(compile(block, path, "exec"), names)


def test_nothing_is_needed_at_run_time():
    assert importlib.metadata.requires("retold") is None
    assert importlib.metadata.version("retold") == retold.__version__
    scripts = importlib.metadata.entry_points(group="console_scripts", name="retold")
    assert [script.value for script in scripts] == ["retold._command:main"]
    assert (PACKAGE / "py.typed").exists()

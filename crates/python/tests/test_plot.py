"""Pictures: what is in them, and where they go."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import retold
from conftest import CELLO, RETOLD, STORY


def shapes(plot: retold.Plot, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(plot.svg)
    return [item for item in root.iter(f"{{http://www.w3.org/2000/svg}}{kind}") if item is not root]


def bars(plot: retold.Plot) -> list[str]:
    return [
        item[0].text for item in shapes(plot, "rect") if item.get("class") == "bar" and len(item)
    ]


@pytest.fixture(scope="module")
def found(seeds):
    return retold.scan(seeds)


def test_the_histogram_has_all_pairs(found):
    plot = found.plot()
    assert f"Similarity of {len(found.pairs)} pairs" in plot.svg
    assert sum(int(said.split(": ")[1].split()[0]) for said in bars(plot)) == len(found.pairs)
    assert plot._repr_svg_() == plot.svg and "bytes of SVG" in repr(plot)
    assert found.plot("similarity").svg == plot.svg


def test_clusters_are_counted(found):
    sizes: dict[int, int] = {}
    for cluster in found.clusters["cluster"]:
        sizes[cluster] = sizes.get(cluster, 0) + 1
    plot = found.plot("clusters")
    groups = [size for size in sizes.values() if size > 1]
    assert sum(int(said.split(": ")[1].split()[0]) for said in bars(plot)) == len(groups)


def test_the_matrix_is_of_one_cluster(found):
    largest = max(set(found.clusters["cluster"]), key=found.clusters["cluster"].count)
    members = {row["id"] for row in found.clusters if row["cluster"] == largest}
    within = [pair for pair in found.pairs if {pair["a"], pair["b"]} <= members]
    plot = found.plot("matrix", cluster=largest)
    assert len(bars(plot)) == 2 * len(within)
    first = within[0]
    said = f"{first['a']} and {first['b']}: {first['relation']}, {first['score']:.2f}"
    assert bars(plot).count(said) == 2
    with pytest.raises(retold.SettingError, match="no such cluster"):
        found.plot("matrix", cluster=10**6)
    with pytest.raises(retold.SettingError, match="kind="):
        found.plot("pie")
    with pytest.raises(retold.SettingError, match="one cluster"):
        found.plot("clusters", cluster=0)


def test_no_findings_are_a_picture_too():
    nothing = retold.scan([CELLO])
    for kind in ("similarity", "clusters", "matrix"):
        assert not bars(nothing.plot(kind))


def test_what_was_dropped_is_drawn():
    decided = retold.dedup([STORY, STORY, STORY + " Indeed.", CELLO])
    assert f"Similarity of {len(decided.dropped)} pairs" in decided.plot().svg


def test_hostile_ids_are_text():
    hostile = "]]></text><script>alert(1)</script><text a='\"&\x00\x1b\u202e"
    plot = retold.scan([{"id": hostile, "text": STORY}, {"id": "b", "text": RETOLD}]).plot("matrix")
    assert not shapes(plot, "script") and "<script" not in plot.svg
    assert "\u202e" not in plot.svg
    # Nothing is loaded.
    assert plot.svg.count("http") == 1


def test_nothing_is_overwritten_unasked(found, tmp_path):
    path = tmp_path / "plot.svg"
    path.write_text("a letter")
    with pytest.raises(retold.FileError, match="overwrite=True") as error:
        found.plot().save(path)
    assert error.value.file == str(path) and path.read_text() == "a letter"
    found.plot().save(path, overwrite=True)
    assert path.read_text("utf-8") == found.plot().svg
    found.plot("clusters").save(tmp_path / "new.svg")
    with pytest.raises(retold.FileError):
        found.plot().save(tmp_path / "no" / "folder.svg")

"""Blocks for datatrove, in its own executor and beside retold.dedup."""

from __future__ import annotations

import json

import pytest
import retold
from conftest import CELLO, RETOLD, STORY

pytest.importorskip("datatrove", reason="datatrove is not installed")

from datatrove.data import Document  # noqa: E402
from datatrove.executor import LocalPipelineExecutor  # noqa: E402
from datatrove.pipeline.readers import JsonlReader  # noqa: E402
from datatrove.pipeline.writers import JsonlWriter  # noqa: E402
from retold.datatrove import Decide, Filter, Signature  # noqa: E402


def documents(texts):
    return [Document(text=text, id=f"d{number}") for number, text in enumerate(texts)]


def deduplicated(folder, tasks, **settings):
    """What is kept of documents by task, each as its id."""
    signatures, decisions = (str(folder / name) for name in ("signatures", "decisions"))
    for rank, some in enumerate(tasks):
        Signature(signatures).run(iter(some), rank, len(tasks))
    Decide(signatures, decisions, **settings).run()
    return [
        [document.id for document in Filter(decisions).run(iter(some), rank, len(tasks))]
        for rank, some in enumerate(tasks)
    ]


def records(folder):
    files = sorted((folder / "decisions").glob("*.dropped.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_the_longest_of_near_duplicates_is_kept(tmp_path):
    first, second = documents([STORY, CELLO, ""]), documents([STORY + " Rain fell.", STORY.upper()])
    second = [Document(text=document.text, id=f"e{document.id}") for document in second]
    assert deduplicated(tmp_path, [first, second]) == [["d1", "d2"], ["ed0"]]
    dropped = records(tmp_path)
    assert [(of["id"], of["kept_id"], of["relation"]) for of in dropped] == [
        ("d0", "ed0", "near-duplicate"),
        ("ed1", "ed0", "near-duplicate"),
    ]
    assert all(0.7 <= of["jaccard"] < 1 and of["document"] in (0, 1) for of in dropped)


def test_rewrites_are_dropped_where_that_is_asked_for(tmp_path, seeds):
    texts = [seed["text"] for seed in seeds]
    kept = deduplicated(tmp_path / "copies", [documents(texts)])[0]
    fewer = deduplicated(tmp_path / "rewrites", [documents(texts)], rewrites=True)[0]
    assert set(fewer) < set(kept)
    relations = {of["relation"] for of in records(tmp_path / "rewrites")}
    assert relations & {"rewrite", "excerpt"}


@pytest.mark.parametrize("tasks", [1, 3])
def test_what_is_kept_does_not_depend_on_the_number_of_tasks(tmp_path, seeds, tasks):
    texts = [seed["text"] for seed in seeds]
    # Copies of different strengths, among them equal ones and one of another case.
    texts += [text + " Nobody asked." for text in texts] + texts[:3] + [texts[3].upper(), RETOLD]
    corpus = documents(texts)
    size = -(-len(corpus) // tasks)
    split = [corpus[start : start + size] for start in range(0, len(corpus), size)]
    kept = [id for some in deduplicated(tmp_path, split) for id in some]
    expected = retold.dedup([{"id": of.id, "text": of.text} for of in corpus]).kept
    assert kept == [of["id"] for of in expected]
    assert len(kept) < len(seeds) + 2


def test_the_blocks_run_in_its_executor(tmp_path):
    texts = [STORY, CELLO, "PORT – " + STORY, RETOLD]
    for number, some in enumerate([texts[:2], texts[2:]]):
        lines = [json.dumps({"id": f"{number}-{at}", "text": text}) for at, text in enumerate(some)]
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{number}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    signatures, decisions = str(tmp_path / "signatures"), str(tmp_path / "decisions")
    out = {name: JsonlWriter(str(tmp_path / name), compression=None) for name in ("kept", "gone")}
    reader = JsonlReader(str(tmp_path / "in"))
    pipelines = [
        (2, [reader, Signature(signatures)]),
        (1, [Decide(signatures, decisions)]),
        (2, [reader, Filter(decisions, out["gone"]), out["kept"]]),
    ]
    for tasks, pipeline in pipelines:
        logs = str(tmp_path / "logs" / str(id(pipeline)))
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=logs).run()

    def lines(name):
        files = sorted((tmp_path / name).glob("*.jsonl"))
        return [json.loads(line) for of in files for line in of.read_text("utf-8").splitlines()]

    assert [of["id"] for of in lines("kept")] == ["0-1", "1-0", "1-1"]
    gone = lines("gone")
    assert [of["id"] for of in gone] == ["0-0"]
    assert gone[0]["metadata"]["retold"]["kept_id"] == "1-0"


def test_other_documents_than_before_are_an_error(tmp_path):
    corpus = documents([STORY, STORY + " Rain fell.", CELLO])
    deduplicated(tmp_path, [corpus])
    decisions = str(tmp_path / "decisions")
    for others in (corpus[::-1], corpus[1:], []):
        with pytest.raises(retold.DataError, match="other documents"):
            list(Filter(decisions).run(iter(others)))


def test_missing_signatures_and_wrong_settings_are_errors(tmp_path):
    signatures, decisions = str(tmp_path / "signatures"), str(tmp_path / "decisions")
    Signature(signatures).run(iter(documents([STORY])), 1, 2)
    with pytest.raises(retold.DataError, match="missing"):
        Decide(signatures, decisions).run()
    Signature(signatures).run(iter([]), 0, 2)
    Decide(signatures, decisions).run()
    assert records(tmp_path) == []
    with pytest.raises(retold.Error):
        Decide(signatures, decisions, lanes=64).run()
    with pytest.raises(ValueError, match="jaccard"):
        Decide(signatures, decisions, jaccard=0)
    with pytest.raises(ValueError, match="one task"):
        Decide(signatures, decisions).run(None, 0, 2)

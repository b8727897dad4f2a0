"""What whole processes keep of a JSON Lines file with `id` and `text`.

pipelines.py NAME INPUT FOLDER NGRAM BANDS ROWS MODEL runs one; FOLDER is empty before. Then
pipelines.py NAME-kept FOLDER says what it kept: one id on each line. Only semhash has a MODEL.
"""

import json
import sys
from pathlib import Path


def text_dedup(path, folder, ngram, bands, rows, _model):
    """The command of text-dedup, as it is called: `python -m text_dedup.minhash …`."""
    from text_dedup.minhash import main

    main(
        [
            *("--path", "json", "--data_files", path, "--split", "train", "--column", "text"),
            *("--output", f"{folder}/kept", "--cache_dir", f"{folder}/cache", "--num_proc", "1"),
            *("--ngram", str(ngram), "--min_length", "1", "--num_perm", str(bands * rows)),
            *("--b", str(bands), "--r", str(rows), "--hash_func", "xxh3"),
        ],
        standalone_mode=False,
    )


def text_dedup_kept(folder):
    from datasets import load_from_disk

    return load_from_disk(f"{folder}/kept")["id"]


def datatrove(path, folder, ngram, bands, rows, _model):
    """Its four steps for near-duplicates, as its example has them."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    config = MinhashConfig(n_grams=ngram, num_buckets=bands, hashes_per_bucket=rows)
    read = JsonlReader(str(Path(path).parent), glob_pattern=Path(path).name)
    signatures, buckets, clusters = (f"{folder}/{name}" for name in ("sigs", "buckets", "clusters"))
    steps = [
        (1, [read, MinhashDedupSignature(signatures, config=config)]),
        (bands, [MinhashDedupBuckets(signatures, buckets, config=config)]),
        (1, [MinhashDedupCluster(buckets, clusters, config=config)]),
        (1, [read, MinhashDedupFilter(clusters), JsonlWriter(f"{folder}/kept", compression=None)]),
    ]
    for number, (tasks, pipeline) in enumerate(steps):
        logs = f"{folder}/logs/{number}"
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=logs).run()


def datatrove_kept(folder):
    for path in sorted(Path(folder, "kept").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                # Its writer leaves out what is 0.
                yield json.loads(line).get("id", 0)


def semhash(path, folder, _ngram, _bands, _rows, model):
    """Its own index and threshold, with vectors of a model that is at hand."""
    from model2vec import StaticModel
    from semhash import SemHash

    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    model = StaticModel.from_pretrained(model)
    index = SemHash.from_records(records, columns=["text"], model=model)
    with Path(folder, "kept").open("w") as kept:
        kept.writelines(f"{record['id']}\n" for record in index.self_deduplicate().selected)


def semhash_kept(folder):
    return Path(folder, "kept").read_text().split()


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    call = globals()[name.replace("-", "_")]
    if name.endswith("-kept"):
        for number in call(*rest):
            print(number)
    else:
        path, folder, *numbers, model = rest
        call(path, folder, *map(int, numbers), model)

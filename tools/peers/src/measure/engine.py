"""One engine on the texts of a JSON Lines file: candidate pairs, and seconds per stage.

engine.py NAME INPUT DOCS NGRAM BANDS ROWS PAIRS; a line of JSON on the standard output, pairs as
32-bit numbers to the file PAIRS.
"""

import array
import json
import re
import resource
import sys
import time

name, path, docs, ngram, bands, rows, out = sys.argv[1:]
docs, ngram, bands, rows = int(docs), int(ngram), int(bands), int(rows)
lanes = bands * rows

texts = []
with open(path, encoding="utf-8") as lines:
    for line in lines:
        if len(texts) == docs:
            break
        texts.append(json.loads(line)["text"])

words_of = re.compile(r"[\w']+").findall


def ngrams(text):
    words = words_of(text.lower())
    if len(words) < ngram:
        return [" ".join(words)]
    return list(map(" ".join, zip(*(words[at:] for at in range(ngram)))))


pairs = array.array("I")
if name == "datasketch":
    from datasketch import MinHash, MinHashLSH

    clock = time.perf_counter()
    empty = MinHash(num_perm=lanes)
    signatures = []
    for text in texts:
        signature = empty.copy()
        signature.update_batch([shingle.encode() for shingle in ngrams(text)])
        signatures.append(signature)
    sign = time.perf_counter() - clock
    clock = time.perf_counter()
    index = MinHashLSH(num_perm=lanes, params=(bands, rows))
    for number, signature in enumerate(signatures):
        for earlier in index.query(signature):
            pairs.extend((earlier, number))
        index.insert(number, signature, check_duplication=False)
    candidates = time.perf_counter() - clock
else:
    from rensa import RMinHash, RMinHashLSH

    clock = time.perf_counter()
    signatures = RMinHash.from_token_sets((ngrams(text) for text in texts), lanes, 1)
    sign = time.perf_counter() - clock
    clock = time.perf_counter()
    index = RMinHashLSH(0.7, lanes, bands)
    index.insert_many(signatures)
    for number, found in enumerate(index.query_all(signatures)):
        for earlier in found:
            if earlier < number:
                pairs.extend((earlier, number))
    candidates = time.perf_counter() - clock

with open(out, "wb") as file:
    pairs.tofile(file)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"sign": sign, "candidates": candidates, "peak_bytes": peak}))

"""One engine on the texts of a JSON Lines file: candidate pairs, and seconds per stage.

engine.py NAME INPUT WORDS NGRAM BANDS ROWS PAIRS; a line of JSON on the standard output, pairs as
32-bit numbers to the file PAIRS. WORDS is `shared` where the texts are words with a space between,
and `own` where they are texts.
"""

import array
import json
import re
import resource
import sys
import time

name, path, words, ngram, bands, rows, out = sys.argv[1:]
ngram, bands, rows = int(ngram), int(bands), int(rows)
lanes = bands * rows

with open(path, encoding="utf-8") as lines:
    texts = [json.loads(line)["text"] for line in lines]

find_words = re.compile(r"[\w']+").findall


def words_of(text):
    return text.split() if words == "shared" else find_words(text.lower())


def ngrams(text):
    words = words_of(text)
    if len(words) < ngram:
        return [" ".join(words)] if words else []
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
        if signature.is_empty():
            continue
        for earlier in index.query(signature):
            pairs.extend((earlier, number))
        index.insert(number, signature, check_duplication=False)
    candidates = time.perf_counter() - clock
else:
    from rensa import RMinHash, RMinHashLSH

    # To rensa all texts without words are alike.
    wordless = set()

    def token_sets():
        for number, text in enumerate(texts):
            tokens = ngrams(text)
            if not tokens:
                wordless.add(number)
            yield tokens

    clock = time.perf_counter()
    signatures = RMinHash.from_token_sets(token_sets(), lanes, 1)
    sign = time.perf_counter() - clock
    clock = time.perf_counter()
    index = RMinHashLSH(0.7, lanes, bands)
    index.insert_many(signatures)
    for number, found in enumerate(index.query_all(signatures)):
        if number in wordless:
            continue
        for earlier in found:
            if earlier < number:
                pairs.extend((earlier, number))
    candidates = time.perf_counter() - clock

with open(out, "wb") as file:
    pairs.tofile(file)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"sign": sign, "candidates": candidates, "peak_bytes": peak}))

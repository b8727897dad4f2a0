"""Makes an encoder that takes the time of semhash's default one, where that cannot be downloaded.

    python stand_in_model.py TEXTS.jsonl FOLDER

A model2vec model of the size of `minishlab/potion-base-8M`: a WordPiece tokenizer, uncased, of at
most 29,528 tokens, learned from the texts (field `text`), and a vector of 256 numbers for each
token. The vectors are random, and shorter the more frequent a token is, as that model's are. So it
says how long semhash takes, and nothing about what semhash finds.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy
from model2vec import StaticModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

TOKENS, DIMENSIONS = 29_528, 256
# Of smooth inverse frequency weighting, as model2vec has it.
SMOOTHING = 1e-4
# Texts that the tokenizer learns from.
LEARNED = 20_000


def tokenizer_of(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]"]
    trainer = trainers.WordPieceTrainer(
        vocab_size=TOKENS, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def vectors_of(tokenizer: Tokenizer, texts: list[str]) -> numpy.ndarray:
    counts: Counter[int] = Counter()
    for encoding in tokenizer.encode_batch(texts):
        counts.update(encoding.ids)
    frequency = numpy.array([counts[token] for token in range(tokenizer.get_vocab_size())])
    weights = SMOOTHING / (SMOOTHING + frequency / max(1, frequency.sum()))
    vectors = numpy.random.default_rng(1).normal(size=(len(weights), DIMENSIONS))
    return (vectors * weights[:, None]).astype(numpy.float32)


def main() -> None:
    source, folder = sys.argv[1:]
    with Path(source).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for _, line in zip(range(LEARNED), lines)]
    tokenizer = tokenizer_of(texts)
    model = StaticModel(vectors_of(tokenizer, texts), tokenizer, normalize=True)
    model.save_pretrained(folder)
    print(f"{tokenizer.get_vocab_size()} tokens, {DIMENSIONS} dimensions: {folder}")


if __name__ == "__main__":
    main()

"""From a prompt to what the network reads: words, their pretrained vectors, their caption indices.

    vocabulary = Vocabulary.load("models/sprite")
    encoded = vocabulary.encode(["red dragon", "iron axe"])   # vectors [2, 2, 100], words, mask [2, 2]

The same rules run in the generator, which is not Python: split on anything but a-z and 0-9 after
lower-casing, keep the first `max_words`, look each word up in two lists. A word that neither list
has stays a token (it takes its place and its position) with a zero vector.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Sequence

import numpy as np

MAX_WORDS = 32
WORDS_FILE = "words.txt"
CAPTION_WORDS_FILE = "caption-words.txt"
VECTORS_FILE = "word-vectors.bin"
VECTORS_ENCODING = "int8-rows"

_WORD = re.compile(r"[a-z0-9]+")


def split(text: str) -> list[str]:
    return _WORD.findall(text.lower())


class EncodedText(NamedTuple):
    """`vectors` float32 [B, L, D], `words` int64 [B, L] (0 = no residual), `mask` float32 [B, L]."""

    vectors: np.ndarray
    words: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """`vectors` is float32 [len(words), D]; row i belongs to words[i]."""

    words: Sequence[str]
    vectors: np.ndarray
    caption_words: Sequence[str]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise ValueError(
                f"Cannot pair words with vectors: {len(self.words)} words, vectors of shape {self.vectors.shape}"
            )
        object.__setattr__(self, "_rows", {word: row for row, word in enumerate(self.words)})
        object.__setattr__(self, "_captions", {word: place + 1 for place, word in enumerate(self.caption_words)})

    @property
    def dimensions(self) -> int:
        return self.vectors.shape[1]

    def caption_index(self, word: str) -> int:
        """1-based place in the caption words, 0 for a word that no caption had."""
        return self._captions.get(word, 0)

    def vector(self, word: str) -> np.ndarray:
        """float32 [D], all zero for a word without a pretrained vector."""
        row = self._rows.get(word)
        return np.zeros(self.dimensions, np.float32) if row is None else self.vectors[row]

    def rows(self, text: str) -> list[int]:
        """For each word of `text` its row in the vectors, -1 for none."""
        return [self._rows.get(word, -1) for word in split(text)]

    def unknown(self, text: str) -> list[str]:
        """The words of `text` that neither list has, in order."""
        return [word for word in split(text) if word not in self._rows and word not in self._captions]

    def encode(self, texts: Sequence[str], max_words: int = MAX_WORDS, length: int | None = None) -> EncodedText:
        """Pads to `length` tokens, or to the longest text (at least one token)."""
        split_texts = [split(text)[:max_words] for text in texts]
        if length is None:
            length = max([1, *map(len, split_texts)])
        vectors = np.zeros((len(texts), length, self.dimensions), np.float32)
        words = np.zeros((len(texts), length), np.int64)
        mask = np.zeros((len(texts), length), np.float32)
        for row, tokens in enumerate(split_texts):
            for place, word in enumerate(tokens[:length]):
                vectors[row, place] = self.vector(word)
                words[row, place] = self.caption_index(word)
                mask[row, place] = 1
        return EncodedText(vectors, words, mask)

    def unconditional(self, count: int) -> EncodedText:
        """One masked token each: what the network reads when it is told nothing."""
        return self.encode([""] * count)

    def save(self, folder: Path | str) -> None:
        """Writes the two word lists (one word a line, UTF-8, "\\n") and the vectors.

        The vectors' file, all little-endian, without a header: N float32 scales, then N rows of D
        int8. Row i belongs to line i of the words (both from 0); a value is int8 * scale[i].
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WORDS_FILE).write_text("".join(word + "\n" for word in self.words), "utf-8")
        (folder / CAPTION_WORDS_FILE).write_text("".join(word + "\n" for word in self.caption_words), "utf-8")
        scales, rows = quantise_rows(self.vectors)
        (folder / VECTORS_FILE).write_bytes(scales.astype("<f4").tobytes() + rows.tobytes())

    @classmethod
    def load(cls, folder: Path | str) -> Vocabulary:
        """Reads what `save` wrote; the vectors come back rounded to int8 steps. Raises ValueError on a wrong size."""
        folder = Path(folder)
        words = (folder / WORDS_FILE).read_text("utf-8").split()
        caption_words = (folder / CAPTION_WORDS_FILE).read_text("utf-8").split()
        data = (folder / VECTORS_FILE).read_bytes()
        count = len(words)
        dimensions, rest = divmod(len(data) - 4 * count, max(count, 1))
        if rest or dimensions <= 0:
            raise ValueError(f"Cannot read {VECTORS_FILE}: {len(data)} bytes do not fit {count} words")
        scales = np.frombuffer(data, "<f4", count)
        rows = np.frombuffer(data, np.int8, offset=4 * count).reshape(count, dimensions)
        return cls(words, rows.astype(np.float32) * scales[:, None], caption_words)


def quantise_rows(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits each row into a float32 scale and int8 values in -127..127; an all-zero row has scale 0."""
    scales = (np.abs(values).max(axis=1) / 127).astype(np.float32)
    steps = np.where(scales > 0, scales, 1)[:, None]
    return scales, np.clip(np.rint(values / steps), -127, 127).astype(np.int8)

import numpy as np
import pytest

from sprite_model.text import VECTORS_FILE, Vocabulary, quantise_rows, split


def vocabulary() -> Vocabulary:
    vectors = np.array([[1, -2, 0.5], [0, 0, 0], [3, 3, -3]], np.float32)
    return Vocabulary(["red", "of", "dragon"], vectors, ["a", "dragon"])


def test_split_keeps_letters_and_digits():
    assert split("Red-Dragon's 2nd  EGG, Ünder!") == ["red", "dragon", "s", "2nd", "egg", "nder"]
    assert split(" ,;") == []


def test_encode_pads_to_the_longest_and_marks_words():
    encoded = vocabulary().encode(["a red dragon", "zzz"])
    assert encoded.words.tolist() == [[1, 0, 2], [0, 0, 0]]
    assert encoded.mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert encoded.vectors[0].tolist() == [[0, 0, 0], [1, -2, 0.5], [3, 3, -3]]
    assert not encoded.vectors[1].any()


def test_encode_keeps_the_first_words():
    assert vocabulary().encode(["dragon red red"], max_words=1).words.tolist() == [[2]]


def test_unconditional_is_one_masked_word():
    encoded = vocabulary().unconditional(2)
    assert encoded.mask.tolist() == [[0], [0]]
    assert encoded.vectors.shape == (2, 1, 3)


def test_unknown_words_are_those_of_neither_list():
    assert vocabulary().unknown("A red wyrm, a zzz") == ["wyrm", "zzz"]
    assert vocabulary().rows("a Red wyrm") == [-1, 0, -1]


def test_saved_words_come_back_with_vectors_within_half_a_step(tmp_path):
    vocabulary().save(tmp_path)
    loaded = Vocabulary.load(tmp_path)
    assert (loaded.words, loaded.caption_words) == (["red", "of", "dragon"], ["a", "dragon"])
    steps = np.array([[2 / 127], [0], [3 / 127]])
    assert (np.abs(loaded.vectors - vocabulary().vectors) <= steps / 2 + 1e-7).all()


def test_the_vectors_file_is_scales_then_rows(tmp_path):
    vocabulary().save(tmp_path)
    data = (tmp_path / VECTORS_FILE).read_bytes()
    assert len(data) == 3 * 4 + 3 * 3
    assert np.frombuffer(data, "<f4", 3).tolist() == pytest.approx([2 / 127, 0, 3 / 127])
    assert np.frombuffer(data, np.int8, offset=12).tolist() == [64, -127, 32, 0, 0, 0, 127, 127, -127]


def test_a_short_vectors_file_is_refused(tmp_path):
    vocabulary().save(tmp_path)
    (tmp_path / VECTORS_FILE).write_bytes(b"\0" * 16)
    with pytest.raises(ValueError, match="16 bytes do not fit 3 words"):
        Vocabulary.load(tmp_path)


def test_words_and_vectors_must_pair():
    with pytest.raises(ValueError, match="1 words"):
        Vocabulary(["red"], np.zeros((2, 3), np.float32), [])


def test_an_all_zero_row_has_scale_zero():
    scales, rows = quantise_rows(np.zeros((1, 4), np.float32))
    assert scales.tolist() == [0] and not rows.any()

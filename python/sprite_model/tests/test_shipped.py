"""The model as it ships: whole, near to PyTorch's numbers, and the same whatever runs beside it."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from sprite_model.package import LIMIT_BYTES, changed_files, describe
from sprite_model.parity import draw, noise_for, onnx_denoise
from sprite_model.reference import plain_image
from sprite_model.text import EncodedText, Vocabulary

REPOSITORY = Path(__file__).parents[3]
FOLDER = REPOSITORY / "models" / "sprite"
REFERENCE = REPOSITORY / "src" / "generators" / "sprite" / "fixtures" / "reference.json"
GRAPH = str(FOLDER / "denoiser.onnx")
TEXTS = ["red dragon", "wizard in a purple robe holding a staff", ""]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(FOLDER)


@pytest.fixture(scope="module")
def reference() -> dict:
    return json.loads(REFERENCE.read_text("utf-8"))


def test_every_file_matches_the_manifest():
    assert changed_files(FOLDER) == []
    manifest = json.loads((FOLDER / "model.json").read_text("utf-8"))
    assert manifest["files"].keys() == {
        "denoiser.onnx",
        "enlarger.onnx",
        "words.txt",
        "word-vectors.bin",
        "caption-words.txt",
    }
    assert sum(file["bytes"] for file in manifest["files"].values()) <= LIMIT_BYTES


def test_a_changed_file_is_found(tmp_path):
    (tmp_path / "kept").write_bytes(b"a")
    (tmp_path / "changed").write_bytes(b"a")
    files = {name: describe(tmp_path / "kept") for name in ("kept", "changed", "missing")}
    (tmp_path / "model.json").write_text(json.dumps({"files": files}))
    (tmp_path / "changed").write_bytes(b"b")
    assert changed_files(tmp_path) == ["changed", "missing"]


def test_predictions_are_near_pytorch(vocabulary, reference):
    denoise = onnx_denoise(GRAPH)
    time = np.array([reference["time"]], np.float32)
    for prompt in reference["prompts"]:
        got = denoise(plain_image(32), time, vocabulary.encode([prompt["prompt"]]))
        first = got.reshape(-1)[: len(prompt["torch"]["first"])]
        assert np.abs(first - prompt["torch"]["first"]).max() < reference["tolerance"]["prediction"]
        assert np.abs(got).sum() == pytest.approx(prompt["torch"]["sizes"], rel=0.02)


def test_a_sprite_is_near_the_recorded_one(vocabulary, reference):
    prompt = reference["prompts"][0]
    outer_guidance = 1 if reference["sampling"]["takesGuidance"] else 3
    image = draw(onnx_denoise(GRAPH), vocabulary, prompt["prompt"], plain_image(32), guidance=outer_guidance)
    assert np.abs(image).sum() == pytest.approx(prompt["sampled"]["sizes"], rel=0.05)


def test_the_words_encode_as_recorded(vocabulary, reference):
    for prompt in reference["prompts"]:
        encoded = vocabulary.encode([prompt["prompt"]])
        assert encoded.words[0].tolist() == prompt["captionIndices"]
        assert encoded.vectors[0, 0, :4].tolist() == pytest.approx(prompt["firstVector"], abs=1e-5)
        assert vocabulary.rows(prompt["prompt"]) == prompt["wordRows"]
        assert vocabulary.unknown(prompt["prompt"]) == prompt["unknown"]


@pytest.mark.parametrize("threads", [2, 3])
def test_the_same_bits_on_any_number_of_threads(vocabulary, threads):
    one, many = onnx_denoise(GRAPH), onnx_denoise(GRAPH, threads)
    for seed, text in enumerate(TEXTS):
        values = (noise_for(seed), np.array([0.6], np.float32), vocabulary.encode([text]))
        assert np.array_equal(one(*values), many(*values))


def test_the_same_bits_alone_and_in_a_batch(vocabulary):
    denoise = onnx_denoise(GRAPH)
    images = np.concatenate([noise_for(seed) * (1 + 2 * seed) for seed in range(len(TEXTS))])
    times = np.array([0.9, 0.5, 0.1], np.float32)
    encoded = vocabulary.encode(TEXTS)
    together = denoise(images, times, encoded)
    for place in range(len(TEXTS)):
        own = slice(place, place + 1)
        alone = denoise(images[own], times[own], EncodedText(*(value[own] for value in encoded)))
        assert np.array_equal(alone[0], together[place])


def test_padding_changes_no_more_than_rounding(vocabulary):
    denoise = onnx_denoise(GRAPH)
    image, time = noise_for(4), np.array([0.5], np.float32)
    exact = denoise(image, time, vocabulary.encode([TEXTS[0]]))
    padded = denoise(image, time, vocabulary.encode([TEXTS[0]], length=20))
    assert ((padded - exact) ** 2).mean() < 0.05**2 * (exact**2).mean()


def test_batch_and_length_are_free():
    session = onnxruntime.InferenceSession(GRAPH, providers=["CPUExecutionProvider"])
    shapes = {entry.name: entry.shape for entry in session.get_inputs()}
    assert shapes["image"] == ["batch", 4, 32, 32]
    assert shapes["words"] == ["batch", "length"]

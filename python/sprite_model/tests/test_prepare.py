import gzip
import json

import numpy as np
import pytest

from sprite_model.prepare import DatasetError, Pack, main, named_colours, prepare


def write_dataset(folder, count=5, edit=None):
    images = np.zeros((count, 32, 32, 4), np.uint8)
    for i in range(count):
        images[i, 8:24, 8:24] = (200, 20 + i, 30, 255)
    records = [
        {"id": f"s{i}", "source": "rltiles", "caption": f"red block number {i}", "category": "item", "tags": ["red"]}
        for i in range(count)
    ]
    held = [{"id": "s0", "near": ["s1"]}]
    if edit:
        edit(images, records)
    np.savez_compressed(folder / "sprites32.npz", images=images)
    with gzip.open(folder / "sprites32.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    (folder / "heldout.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in held))
    return folder


def test_a_clean_dataset_packs_with_its_splits_and_comes_back(tmp_path):
    pack, problems = prepare(write_dataset(tmp_path))
    assert problems == []
    assert [sprite.split for sprite in pack.sprites] == ["heldout", "near", "train", "train", "train"]
    assert pack.sprites[2].colours == ["red"] and pack.sprites[2].doubled
    pack.save(tmp_path / "pack.npz")
    again = Pack.load(tmp_path / "pack.npz")
    assert again.sprites == pack.sprites and np.array_equal(again.images, pack.images)


def test_bad_entries_are_left_out_with_a_sentence_each(tmp_path):
    def edit(images, records):
        records[1]["id"] = "s0"
        records[2]["caption"] = "красный дракон"
        images[3] = 0
        del records[4]["category"]

    pack, problems = prepare(write_dataset(tmp_path, 6, edit))
    assert [sprite.id for sprite in pack.sprites] == ["s0", "s5"]
    assert len(problems) == 4
    assert "its id s0 is that of entry 0" in problems[0]
    assert "no word in Latin letters" in problems[1]
    assert "its image is empty" in problems[2]
    assert "lacks an id, a caption or a category" in problems[3]


def test_same_pixels_with_the_same_caption_count_once(tmp_path):
    def edit(images, records):
        images[4] = images[3]
        records[4]["caption"] = records[3]["caption"]

    pack, problems = prepare(write_dataset(tmp_path, 5, edit))
    assert len(pack.sprites) == 4 and "are those of s3" in problems[0]


def truncate(path):
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / "sprites32.npz").unlink(), "Cannot read sprites32.npz: the file is missing"),
        (lambda f: truncate(f / "sprites32.npz"), "Cannot read sprites32.npz: the file is damaged"),
        (lambda f: (f / "sprites32.npz").write_bytes(b"no archive"), "Cannot read sprites32.npz: the file is damaged"),
        (lambda f: (f / "sprites32.jsonl.gz").write_bytes(b"no archive"), "Cannot read sprites32.jsonl.gz: the file is damaged"),
        (lambda f: (f / "sprites32.jsonl.gz").write_bytes(gzip.compress(b"{\n")), "sprites32.jsonl.gz: line 1 is no JSON"),
        (lambda f: (f / "sprites32.jsonl.gz").write_bytes(gzip.compress(b"{}\n")), "1 records, 5 images"),
        (lambda f: (f / "heldout.jsonl").unlink(), "Cannot read heldout.jsonl: the file is missing"),
        (lambda f: (f / "heldout.jsonl").write_text("[1]\n"), "heldout.jsonl: line 1 is no JSON object"),
    ],
)  # fmt: skip
def test_damaged_files_stop_the_run_with_one_sentence(tmp_path, capsys, damage, sentence):
    damage(write_dataset(tmp_path))
    with pytest.raises(DatasetError, match=sentence):
        prepare(tmp_path)
    assert main([str(tmp_path), str(tmp_path / "out" / "pack.npz")]) == 1
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_colours_need_a_quarter_and_black_a_half():
    shares = [0.3, 0, 0, 0.25, 0, 0.2, 0, 0, 0, 0, 0, 0.45]
    assert named_colours(shares) == ["red", "green"]
    assert named_colours([0] * 11 + [0.5]) == ["black"]

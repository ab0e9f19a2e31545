import json
from dataclasses import replace
from pathlib import Path

import pytest

from sprite_model import produce as module
from sprite_model.launch import side_by_side
from sprite_model.produce import Order, Plan, Step, produce, steps
from sprite_model.train import Recipe


@pytest.fixture
def order(tmp_path):
    return Order(Path("pack.npz"), tmp_path, Path("words"), None, None, Plan(), 2, "cpu")


def chain(monkeypatch, outcomes):
    """Steps a <- b <- c, and d alone; `outcomes` says which succeed. Returns the list of those that ran."""
    ran = []

    def step(name, *needs):
        return Step(name, needs, lambda: ran.append(name) or outcomes.get(name, True))

    monkeypatch.setattr(module, "steps", lambda _: [step("a"), step("b", "a"), step("c", "b"), step("d")])
    return ran


def test_a_step_that_fails_keeps_back_only_those_that_need_it(order, monkeypatch, capsys):
    ran = chain(monkeypatch, {"a": False})
    assert produce(order) == ["a", "b", "c"]
    assert ran == ["a", "d"]
    assert "c: left out, it needs b" in capsys.readouterr().out


def test_what_is_made_is_not_made_again(order, monkeypatch):
    chain(monkeypatch, {"b": False})
    produce(order)
    ran = chain(monkeypatch, {})
    assert produce(order) == []
    assert ran == ["b", "c"]
    assert json.loads((order.out / "times.json").read_text()).keys() == {"a", "b", "c", "d"}


def test_every_step_needs_only_earlier_ones(order):
    made = []
    for step in steps(order):
        assert set(step.needs) <= set(made)
        made.append(step.name)


def test_a_chain_ends_with_its_first_failure_and_others_go_on(tmp_path):
    missing = ("prepare", [str(tmp_path / "none"), str(tmp_path / "pack.npz")])
    asked = ("prepare", ["--help"])
    assert side_by_side(2, {"bad": [missing, asked], "good": [asked, asked]}, tmp_path) == ["bad"]
    assert (tmp_path / "bad.txt").read_text().count("$ ") == 1
    assert (tmp_path / "good.txt").read_text().count("usage:") == 2


def test_the_recipe_is_left_out_a_part_at_a_time():
    from sprite_model.ablate import variants

    left_out = [arguments[1] for arguments in variants().values() if "--without" in arguments]
    assert left_out == list(Recipe().to_dict())


def test_chains_share_a_gpu_where_the_plan_says_so(order, monkeypatch):
    asked = []
    monkeypatch.setattr(module, "side_by_side", lambda slots, *_: asked.append(slots) or [])
    monkeypatch.setattr(module, "ablations", lambda arguments: asked.append(arguments) or 1)
    made = {step.name: step for step in steps(replace(order, plan=Plan(chains_a_gpu=3, ablate_steps=900)))}
    made["deliver"].run()
    made["ablate"].run()
    assert asked[0] == 6
    assert asked[1][asked[1].index("--processes") + 1] == "6"
    assert asked[1][asked[1].index("--steps") + 1] == "900" and "--seconds" not in asked[1]

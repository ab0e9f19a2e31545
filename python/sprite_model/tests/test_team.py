import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_train import fixed_loss, start_run, tiny_pack, tiny_vocabulary

from sprite_model.team import Team
from sprite_model.train import TrainingSet, TrainingStopped

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def team_of_two(tmp_path_factory):
    """The folder and what both members saw."""
    folder = tmp_path_factory.mktemp("team")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port),
         str(HERE / "team_member.py"), str(folder)],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, [json.loads((folder / f"member-{rank}.json").read_text()) for rank in range(2)]


def weights(folder, name="state.pt", key="model"):
    return torch.load(folder / name, weights_only=True)[key]


def test_two_with_half_of_a_batch_each_step_as_one_with_all_of_it(team_of_two, tmp_path):
    folder, _ = team_of_two
    pack = tiny_pack()
    vocabulary = tiny_vocabulary(pack)
    alone = start_run((TrainingSet(pack, vocabulary, torch.device("cpu")), vocabulary), tmp_path, fixed_loss(0, 1))
    alone.run(steps=3, seconds=None)
    for name, weight in weights(folder / "halves").items():
        assert torch.allclose(weight, alone.model.state_dict()[name], atol=1e-5), name


def test_a_team_resumes_with_the_result_of_an_uninterrupted_run(team_of_two):
    folder, (leader, follower) = team_of_two
    for name, key, parts in (
        ("state.pt", "average", ("whole", "parts")),
        ("enlarger.pt", "model", ("enlarger", "enlarger-parts")),
    ):
        whole, resumed = (weights(folder / part, name, key) for part in parts)
        assert all(torch.equal(weight, resumed[name]) for name, weight in whole.items())
    assert leader["resumed"] == follower["resumed"] == leader["whole"]


def test_all_stop_by_the_leaders_clock(team_of_two):
    _, (leader, follower) = team_of_two
    assert leader["steps"] == follower["steps"] > 0


def test_members_see_other_data_and_hold_the_same_weights(team_of_two):
    _, (leader, follower) = team_of_two
    assert leader["data"] != follower["data"]
    assert [leader[name] for name in ("halves", "whole", "judge")] == [
        follower[name] for name in ("halves", "whole", "judge")
    ]


def test_a_team_of_another_size_cannot_go_on(team_of_two):
    folder, _ = team_of_two
    pack = tiny_pack()
    vocabulary = tiny_vocabulary(pack)
    with pytest.raises(TrainingStopped, match="made by 2 processes, there are 1"):
        start_run((TrainingSet(pack, vocabulary, torch.device("cpu")), vocabulary), folder / "whole")


def test_each_process_gets_a_gpu_of_its_own():
    started = {"WORLD_SIZE": "8", "RANK": "3", "LOCAL_RANK": "3"}
    assert Team.from_environment("cuda", started) == Team(3, 8, torch.device("cuda:3"))
    assert Team.from_environment("cuda", {}) == Team(0, 1, torch.device("cuda"))


def test_a_batch_that_cannot_be_shared_is_refused():
    with pytest.raises(ValueError, match="9 images among 2 processes"):
        Team(0, 2, torch.device("cpu")).share_of(9)


def test_one_alone_meets_on_whatever_gpu_is_current():
    Team.from_environment("cuda", {}).meet()

"""One of two processes of a team, started by test_team.py through torchrun; writes what it saw into a folder."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from test_train import fixed_loss, start_run, tiny_pack, tiny_vocabulary

import sprite_model.train
from sprite_model.classifier import train_classifier
from sprite_model.enlarge import EnlargerConfig
from sprite_model.team import Team
from sprite_model.train import TrainingSet
from sprite_model.train_enlarger import EnlargerSettings, EnlargingSet, train


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    team = Team.from_environment("cpu")
    pack = tiny_pack()
    vocabulary = tiny_vocabulary(pack)
    data = (TrainingSet(pack, vocabulary, team.device, team.rank), vocabulary)
    team.meet()

    halves = start_run(data, folder / "halves", fixed_loss(team.rank, team.size), team=team)
    halves.run(steps=3, seconds=None)

    whole = start_run(data, folder / "whole", team=team)
    whole.run(steps=4, seconds=None)
    part = start_run(data, folder / "parts", team=team)
    for step in range(2):
        part._step(step / 4)
    part.save()
    team.agree(0)  # the leader has written
    rest = start_run(data, folder / "parts", team=team)
    rest.run(steps=4, seconds=None)

    # The follower's clock stands still.
    if not team.leads:
        sprite_model.train.time = SimpleNamespace(monotonic=lambda: 0.0)
    timed = start_run(data, folder / "timed", team=team)
    timed.run(steps=None, seconds=0.3)

    enlarging = EnlargingSet(pack, None, team.device)
    config = EnlargerConfig(coarse_channels=8, coarse_blocks=1, fine_channels=8, fine_blocks=1)
    settings = EnlargerSettings(batch=4)
    train(enlarging, settings, config, folder / "enlarger", steps=4, seconds=None, team=team)
    train(enlarging, settings, config, folder / "enlarger-parts", steps=4, seconds=None, stop_after=2, team=team)
    team.agree(0)
    train(enlarging, settings, config, folder / "enlarger-parts", steps=4, seconds=None, team=team)

    judge = train_classifier(pack, team.device, steps=2, batch=4, team=team)
    seen = {
        "steps": timed.step,
        "halves": total(halves.model),
        "whole": total(whole.model),
        "resumed": total(rest.model),
        "judge": total(judge),
        "data": float(data[0].rows.sum()),
    }
    (folder / f"member-{team.rank}.json").write_text(json.dumps(seen))
    team.part()


def total(model: torch.nn.Module) -> float:
    return float(sum(weight.double().abs().sum() for weight in model.state_dict().values()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

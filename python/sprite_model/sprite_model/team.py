"""The processes that train one model together, one a GPU, as torchrun starts them.

    torchrun --nproc-per-node 8 -m sprite_model.train PACK RUN ...

    team = Team.from_environment("cuda")     # a team of one where torchrun did not start the process
    team.meet()
    loss.backward()
    mean = team.average(parameters, loss)    # gradients become the team's mean

Every member holds the same weights and draws its own part of each batch. Whatever decides how a run
goes on (the time used, a loss that is no number) is the same in all members, or they would wait for
each other forever.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Iterable, Mapping

import torch
import torch.distributed as dist
from torch import Tensor, nn

# A member that has gone is noticed after this long.
PATIENCE = timedelta(minutes=5)
# How often a team of several compares clocks; in between its learning rate stands still.
CLOCK_STEPS = 16


@dataclass(frozen=True)
class Team:
    rank: int
    size: int
    device: torch.device

    @classmethod
    def from_environment(cls, device: str, environment: Mapping[str, str] = os.environ) -> Team:
        """Reads what torchrun set; `device` is "cuda" or "cpu", and each member gets a GPU of its own.

        Touches neither GPU nor network, so that processes can still be forked until `meet`.
        """
        size = int(environment.get("WORLD_SIZE", 1))
        if size > 1 and device == "cuda":
            device = f"cuda:{environment['LOCAL_RANK']}"
        return cls(int(environment.get("RANK", 0)), size, torch.device(device))

    @property
    def leads(self) -> bool:
        """One member writes files and speaks."""
        return self.rank == 0

    def meet(self) -> None:
        """Waits for the others. The last thing to be done before the first step."""
        # One alone has the device without a number, which is the current one.
        if self.device.index is not None:
            torch.cuda.set_device(self.device)
        if self.size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo", timeout=PATIENCE)

    def part(self) -> None:
        """Ends what `meet` began."""
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()

    def share_of(self, batch: int) -> int:
        """How many of a batch's images are this member's. Raises ValueError where they cannot be shared evenly."""
        if batch % self.size:
            raise ValueError(f"Cannot share the batch: {batch} images among {self.size} processes")
        return batch // self.size

    def average(self, parameters: Iterable[nn.Parameter], loss: Tensor) -> Tensor:
        """Replaces every gradient by its mean over the team; returns the mean loss."""
        if self.size == 1:
            return loss.detach()
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        joined = torch.cat([*(gradient.flatten() for gradient in gradients), loss.detach().float().view(1)])
        dist.all_reduce(joined)
        joined /= self.size
        pieces = joined[:-1].split([gradient.numel() for gradient in gradients])
        torch._foreach_copy_(gradients, [piece.view_as(own) for piece, own in zip(pieces, gradients)])
        return joined[-1]

    def agree(self, number: float) -> float:
        """The leader's number. Waits for the GPU, so not for every step."""
        if self.size == 1:
            return number
        value = torch.tensor([number], dtype=torch.float64, device=self.device)
        dist.broadcast(value, 0)
        return value.item()

    def same_start(self, model: nn.Module) -> None:
        """The leader's weights and buffers for all."""
        if self.size > 1:
            for tensor in model.state_dict().values():
                dist.broadcast(tensor, 0)

    def states(self, generator: torch.Generator) -> list[Tensor]:
        """The states of all members' generators, by rank, on the CPU."""
        if self.size == 1:
            return [generator.get_state()]
        own = generator.get_state().to(self.device)
        gathered = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(gathered, own)
        return [state.cpu() for state in gathered]


ALONE = Team(0, 1, torch.device("cpu"))

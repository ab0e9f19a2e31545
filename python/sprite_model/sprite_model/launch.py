"""Starts this package's commands on several GPUs: one over all of them, or several side by side.

    done = over_all(4, "train", ["pack.npz", "run", ...], Path("logs/train.txt"))
    done = side_by_side(4, {"a": [("train", [...]), ("evaluate", [...])], "b": [...]}, Path("logs"))

With no GPU the same runs on the CPU, one thread a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Mapping, Sequence

import torch

# A command of the package, by its module's name, and its arguments.
Command = tuple[str, Sequence[str]]
PACKAGE = Path(__file__).parents[1]


def environment(**more: str) -> dict[str, str]:
    """This process' own, with the package to be found and one thread for each process."""
    path = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **more}


def over_all(processes: int, module: str, arguments: Sequence[str], log: Path, port: int = 29500) -> bool:
    """One command as a team of `processes` (see team.py); False where it failed. Its output goes to `log`."""
    starter = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        str(processes),
        "--master-port",
        str(port),
    ]
    log.parent.mkdir(parents=True, exist_ok=True)
    # Each member compiles for itself.
    compilers = str(max(1, (os.cpu_count() or 1) // processes))
    variables = environment(TORCHINDUCTOR_COMPILE_THREADS=compilers)
    with log.open("a") as out:
        return _run([*starter, "-m", f"sprite_model.{module}", *arguments], out, variables) == 0


def side_by_side(slots: int, chains: Mapping[str, Sequence[Command]], logs: Path) -> list[str]:
    """Each chain's commands one after the other, on a GPU of their own while they run; `slots` chains at once.

    Returns the names of the chains that failed. The output of a chain goes to logs/NAME.txt.
    """
    logs.mkdir(parents=True, exist_ok=True)
    free: SimpleQueue[int] = SimpleQueue()
    for slot in range(slots):
        free.put(slot)

    def run(name: str) -> bool:
        slot = free.get()
        visible = {"CUDA_VISIBLE_DEVICES": str(slot % torch.cuda.device_count())} if torch.cuda.is_available() else {}
        try:
            with (logs / f"{name}.txt").open("a") as out:
                return all(
                    _run([sys.executable, "-m", f"sprite_model.{module}", *arguments], out, environment(**visible)) == 0
                    for module, arguments in chains[name]
                )
        finally:
            free.put(slot)

    with ThreadPoolExecutor(slots) as pool:
        return [name for name, is_done in zip(chains, pool.map(run, chains)) if not is_done]


def _run(command: Sequence[str], out, variables: Mapping[str, str]) -> int:
    print("$", " ".join(command), file=out, flush=True)
    return subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, env=variables, check=False).returncode

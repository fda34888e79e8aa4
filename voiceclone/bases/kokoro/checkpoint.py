"""Checkpoints of a run: parameters, optimizer state and random state in one safetensors file, written atomically."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.errors import TrainingError
from voiceclone.store import atomic_file

if TYPE_CHECKING:
    import torch

_WEIGHT, _OPTIMIZER, _RANDOM = "weight.", "optimizer.", "random.torch"


def save_checkpoint(
    path: Path,
    parameters: Mapping[str, "torch.Tensor"],
    optimizers: Sequence["torch.optim.Optimizer"],
    about: dict[str, Any],
) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        path: its file.
        parameters: everything that learns, by name.
        optimizers: whose state belongs to them.
        about: anything else that JSON can hold.
    """
    import torch
    from safetensors.torch import save_file

    tensors = {_RANDOM: torch.random.get_rng_state()}
    for name, parameter in parameters.items():
        tensors[_WEIGHT + name] = parameter.detach().contiguous()
        for optimizer in optimizers:
            for key, value in optimizer.state.get(parameter, {}).items():
                tensors[f"{_OPTIMIZER}{name}.{key}"] = value.contiguous()
    with atomic_file(path) as temporary:
        save_file(tensors, temporary, metadata={"about": json.dumps(about)})


def load_checkpoint(
    path: Path,
    parameters: Mapping[str, "torch.Tensor"],
    optimizers: Sequence["torch.optim.Optimizer"],
) -> dict[str, Any]:
    """Put a checkpoint back into parameters, optimizers and torch's random state; return its `about`.

    Raises:
        TrainingError: the file is damaged or of another run.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt", device="cpu") as stored:
            about = json.loads(stored.metadata()["about"])
            names = set(stored.keys())
            for name, parameter in parameters.items():
                with torch.no_grad():
                    parameter.copy_(stored.get_tensor(_WEIGHT + name))
                prefix = f"{_OPTIMIZER}{name}."
                state = {key.removeprefix(prefix): stored.get_tensor(key) for key in names if key.startswith(prefix)}
                if state:
                    _restore(_owner(parameter, optimizers), parameter, state)
            torch.random.set_rng_state(stored.get_tensor(_RANDOM))
            return about
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise TrainingError(
            "This training's last checkpoint is damaged. Start a new training; your recordings are safe."
        ) from error


def _owner(parameter: "torch.Tensor", optimizers: Sequence["torch.optim.Optimizer"]) -> "torch.optim.Optimizer":
    for optimizer in optimizers:
        if any(parameter is known for group in optimizer.param_groups for known in group["params"]):
            return optimizer
    raise KeyError("a stored parameter that nothing trains")


def _restore(optimizer: "torch.optim.Optimizer", parameter: "torch.Tensor", state: dict[str, "torch.Tensor"]) -> None:
    # Fused AdamW wants its step counter on the parameter's device, too.
    optimizer.state[parameter] = {key: value.to(parameter.device) for key, value in state.items()}

"""Checkpoints of a run: parameters, optimizer state and random state in one safetensors file, written atomically."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.memory import is_out_of_memory
from voiceclone.errors import TrainingError
from voiceclone.storage.disk import atomic_file, move_into_place

if TYPE_CHECKING:
    import torch

_WEIGHT, _OPTIMIZER, _RANDOM = "weight.", "optimizer.", "random.torch"
_FULL_WORDS = (
    "no space left",
    "not enough space",
    "disk quota",
    "os error 28",
    "os error 112",
    "code: 28",
    "code: 112",
)
"""How safetensors reports a full disk: error 28 on Linux and macOS, 112 on Windows."""


def save_checkpoint(
    path: Path,
    parameters: Mapping[str, "torch.Tensor"],
    optimizers: Sequence["torch.optim.Optimizer"],
    about: dict[str, Any],
    *,
    keep_previous: bool = False,
) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        path: the file.
        parameters: all trained parameters, by name.
        optimizers: of these parameters.
        about: any other state, as JSON values.
        keep_previous: keep the existing checkpoint at `previous_path(path)`.

    Raises:
        StorageError: the disk is full or cannot be written; existing checkpoints are kept.
    """
    import torch

    tensors = {_RANDOM: torch.random.get_rng_state()}
    for name, parameter in parameters.items():
        tensors[_WEIGHT + name] = parameter.detach().contiguous()
        for optimizer in optimizers:
            for key, value in optimizer.state.get(parameter, {}).items():
                tensors[f"{_OPTIMIZER}{name}.{key}"] = value.contiguous()
    with atomic_file(path) as temporary:
        write_tensors(temporary, tensors, {"about": json.dumps(about)})
        if keep_previous and path.is_file():
            _flush(temporary)  # from here to the end of the block only the previous one has a name
            move_into_place(path, previous_path(path))


def write_tensors(path: Path, tensors: Mapping[str, "torch.Tensor"], metadata: dict[str, str] | None = None) -> None:
    """Write tensors as safetensors; raises the usual `OSError` on a full disk."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(dict(tensors), path, metadata=metadata)
    except SafetensorError as error:
        if any(words in str(error).lower() for words in _FULL_WORDS):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise


def previous_path(path: Path) -> Path:
    """Return the path of the previous checkpoint."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def forget_checkpoints(path: Path) -> None:
    """Delete the last checkpoint and the previous one."""
    for old in (path, previous_path(path)):
        old.unlink(missing_ok=True)


def read_about(path: Path) -> dict[str, Any]:
    """Return the `about` of a checkpoint without reading tensors.

    Raises:
        TrainingError: the file is damaged or truncated at any byte.
    """
    from safetensors import SafetensorError, safe_open

    try:
        # Opening compares the length of the file with what its header promises.
        with safe_open(path, "pt", device="cpu") as stored:
            return json.loads(stored.metadata()["about"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise _damaged() from error


def load_checkpoint(
    path: Path,
    parameters: Mapping[str, "torch.Tensor"],
    optimizers: Sequence["torch.optim.Optimizer"],
    *,
    only_learning: bool = False,
) -> dict[str, Any]:
    """Restore parameters, optimizers and torch's random state from a checkpoint; return its `about`.

    Args:
        path: the file.
        parameters: everything that was saved, by name.
        optimizers: of these parameters.
        only_learning: skip the optimizer state of parameters that need no gradient now.

    Raises:
        TrainingError: the file is damaged or of another run; parameters and optimizers may be partly overwritten.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    for optimizer in optimizers:
        optimizer.state.clear()
    try:
        with safe_open(path, "pt", device="cpu") as stored:
            about = json.loads(stored.metadata()["about"])
            names = set(stored.keys())
            for name, parameter in parameters.items():
                with torch.no_grad():
                    parameter.copy_(stored.get_tensor(_WEIGHT + name))
                prefix = f"{_OPTIMIZER}{name}."
                state = {key.removeprefix(prefix): stored.get_tensor(key) for key in names if key.startswith(prefix)}
                if state and (parameter.requires_grad or not only_learning):
                    _restore(_owner(parameter, optimizers), parameter, state)
            torch.random.set_rng_state(stored.get_tensor(_RANDOM))
            return about
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise _damaged() from error


def _damaged() -> TrainingError:
    return TrainingError("This training's last checkpoint is damaged. Start a new training; your recordings are safe.")


def _flush(path: Path) -> None:
    with path.open("r+b") as written:
        os.fsync(written.fileno())


def _owner(parameter: "torch.Tensor", optimizers: Sequence["torch.optim.Optimizer"]) -> "torch.optim.Optimizer":
    for optimizer in optimizers:
        if any(parameter is known for group in optimizer.param_groups for known in group["params"]):
            return optimizer
    raise KeyError("a stored parameter that nothing trains")


def _restore(optimizer: "torch.optim.Optimizer", parameter: "torch.Tensor", state: dict[str, "torch.Tensor"]) -> None:
    # Fused AdamW wants its step counter on the parameter's device, too.
    optimizer.state[parameter] = {key: value.to(parameter.device) for key, value in state.items()}

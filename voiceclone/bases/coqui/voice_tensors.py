"""Content of a coqui voice file: speaker embeddings, and the changes of trained parameters."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases import voice_numbers
from voiceclone.storage.disk import atomic_file

if TYPE_CHECKING:
    import torch

SPEAKER = "speaker"
"""Tensor name of the vector that describes the speaker."""


def write_voice_tensors(path: Path, tensors: "dict[str, torch.Tensor]") -> None:
    """Write a voice's tensors, whole or not at all."""
    from safetensors.torch import save_file

    with atomic_file(path) as temporary:
        save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, temporary)


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor in a voice file, reading none.

    Raises:
        VoiceFileError: it is not a readable safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as stored:
            return {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise voice_numbers.damaged() from error


def read_voice_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Read a voice file's tensors as float32, checked as in `voice_numbers.read_numbers`.

    Raises:
        VoiceFileError: it is not a readable safetensors file, or holds numbers that no voice has.
    """
    import torch

    return {name: torch.from_numpy(value).float() for name, value in voice_numbers.read_numbers(path).items()}


# Changes of a network -----------------------------------------------------------------------------

UP, DOWN, DELTA = ".up", ".down", ".delta"
_PLAIN_NUMBERS = 8_192
"""Smaller tensors are stored whole in a low-rank voice, too."""
_HALF_BYTES = 2


def difference(
    trained: "dict[str, torch.Tensor]", base: "dict[str, torch.Tensor]", limit_mb: float | None = None
) -> "dict[str, torch.Tensor]":
    """Return the changes of parameters in half precision: `base` + these = `trained`.

    Args:
        trained: parameters after training, by name in the network.
        base: the same before.
        limit_mb: None stores each change whole; a number cuts matrices to the highest rank that stays below it.
    """
    import torch

    changes = {}
    for name, after in trained.items():
        change = (after.detach().float() - base[name].to(after.device).float()).cpu()
        if torch.any(change):
            changes[name] = change
    rank = _rank_for(changes, limit_mb) if limit_mb is not None else None
    tensors = {}
    with torch.random.fork_rng():
        torch.manual_seed(0)  # svd_lowrank draws random directions: the same run gives the same file
        for name, change in changes.items():
            if rank is None or _is_plain(change):
                tensors[name + DELTA] = change.half()
                continue
            matrix = change.flatten(1)
            kept = min(rank, *matrix.shape)
            left, strength, right = torch.svd_lowrank(matrix, q=min(kept + 8, *matrix.shape), niter=2)
            root = strength[:kept].sqrt()  # shared, so that neither half leaves half precision's range
            tensors[name + UP] = (left[:, :kept] * root).half()
            tensors[name + DOWN] = (root[:, None] * right[:, :kept].T).half()
    return tensors


def size_mb(tensors: "dict[str, torch.Tensor]") -> float:
    """Return the size of tensors in a file, 10^6 bytes."""
    return sum(value.numel() * value.element_size() for value in tensors.values()) / 1e6


def parameter_changes(tensors: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    """Return the change of each parameter, float32; matrices come flattened to (rows, columns)."""
    changes = {}
    for name, tensor in tensors.items():
        if name.endswith(DELTA):
            changes[name.removesuffix(DELTA)] = tensor.float()
        elif name.endswith(UP):
            path = name.removesuffix(UP)
            changes[path] = tensor.float() @ tensors[path + DOWN].float()
    return changes


def changes_fit(shapes: dict[str, tuple[int, ...]], parameters: dict[str, tuple[int, ...]]) -> bool:
    """True when every change among `shapes` belongs to a parameter and has its shape.

    Args:
        shapes: name -> shape of a voice's tensors, other than the speaker's vectors.
        parameters: name -> shape in the network.
    """
    for name, shape in shapes.items():
        path, _, kind = name.rpartition(".")
        target = parameters.get(path)
        if not target:
            return False
        columns = 1
        for number in target[1:]:
            columns *= number
        other = shapes.get(path + (DOWN if "." + kind == UP else UP), ())
        fits = {
            DELTA: shape == target,
            UP: len(shape) == 2 == len(other) and shape[0] == target[0] and other[0] == shape[1],
            DOWN: len(shape) == 2 == len(other) and shape[1] == columns,
        }
        if not fits.get("." + kind, False):
            return False
    return True


def _is_plain(change: "torch.Tensor") -> bool:
    return change.dim() < 2 or change.numel() <= _PLAIN_NUMBERS


def _rank_for(changes: "dict[str, torch.Tensor]", limit_mb: float) -> int:
    plain = sum(change.numel() for change in changes.values() if _is_plain(change))
    per_rank = sum(sum(change.flatten(1).shape) for change in changes.values() if not _is_plain(change))
    return max(1, int((limit_mb * 1e6 / _HALF_BYTES - plain) / max(1, per_rank)))

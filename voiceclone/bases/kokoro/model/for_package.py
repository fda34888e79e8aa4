"""A voice for other programs: the checkpoint, settings and voice pack that the package `kokoro` 0.9.4 loads.

`KModel(config=…, model=…)` reads the first two, `KPipeline` the third. A checkpoint is in PyTorch's own format, because
that package knows no other; it holds tensors only and loads with `weights_only=True`.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.model.network import MAX_TOKENS, STYLE_SIZE, published_network, settings
from voiceclone.storage.disk import atomic_file, require_free_disk

if TYPE_CHECKING:
    import torch

MODEL, PACK, CONFIG, README = "model.pth", "voice.pt", "config.json", "README.md"
_NEEDED_DISK_MB = 400
_PREFIX = "module."
"""The published checkpoint comes from a parallel wrapper. With this prefix the package loads ours as leniently; without
it, a version of transformers with one name more would make it drop seven letters of each name."""


def write_zip(base_folder: Path, voice_path: Path, target: Path, about: str) -> None:
    """Write a zip file with `model.pth`, `config.json`, `voice.pt` and `README.md`; arguments as in `KokoroBase`."""
    import torch

    from voiceclone.bases.kokoro.voice_tensors import STYLE, read_voice_tensors

    require_free_disk(target.parent, _NEEDED_DISK_MB)
    style = read_voice_tensors(voice_path, weights.shapes(base_folder))[STYLE]
    groups = published_groups(merged_state(base_folder, voice_path))
    config = settings() | {"vocab": weights.vocabulary()}
    with atomic_file(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(README, about)
        archive.writestr(CONFIG, json.dumps(config, ensure_ascii=False, indent=1))
        with archive.open(PACK, "w") as file:
            torch.save(style.float().repeat(MAX_TOKENS, 1).reshape(MAX_TOKENS, 1, 2 * STYLE_SIZE), file)
        with archive.open(MODEL, "w", force_zip64=True) as file:
            torch.save(groups, file)


def merged_state(base_folder: Path, voice_path: Path) -> "dict[str, torch.Tensor]":
    """Return the weights of the base with a voice's changes, name -> float32."""
    from safetensors.torch import load_file

    from voiceclone.bases.kokoro.voice_tensors import parameter_changes, read_voice_tensors

    state = load_file(base_folder / weights.WEIGHTS_FILE)
    changes = parameter_changes(read_voice_tensors(voice_path, weights.shapes(base_folder)))
    for name, change in changes.items():
        state[name] = state[name] + change.reshape(state[name].shape)
    return state


def published_groups(state: "Mapping[str, torch.Tensor]") -> "dict[str, dict[str, torch.Tensor]]":
    """Turn plain weights into the groups of the published checkpoint, with weight norm in two tensors again."""
    import torch

    groups: dict[str, dict[str, torch.Tensor]] = {}
    for name, wanted in published_network().state_dict().items():
        path = name.removesuffix("_g").removesuffix("_v")
        if name in state:
            value = state[name].clone()
        elif path != name:
            value = _weight_norm(state[path], strength=name.endswith("_g"))
        else:  # published without, see `weights.load_network`
            value = torch.ones(wanted.shape) if name.endswith("norm.weight") else torch.zeros(wanted.shape)
        group, _, rest = name.partition(".")
        groups.setdefault(group, {})[_PREFIX + rest] = value.reshape(wanted.shape)
    return groups


def _weight_norm(weight: "torch.Tensor", strength: bool) -> "torch.Tensor":
    """Return the length of each row, or its direction, which must not be zero: weight norm divides by its length."""
    rows = weight.flatten(1)
    lengths = rows.norm(dim=1)
    if strength:
        return lengths
    directions = rows.clone()
    directions[lengths == 0] = 1.0
    return directions.reshape(weight.shape)

"""A released coqui model on disk: files, configuration with repaired paths, speakers."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from voiceclone.bases.coqui import released
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.errors import BaseModelError

CONFIG_FILE = "config.json"
_STALE_PATHS = {
    "audio.stats_path": ("scale_stats.npy",),
    "d_vector_file": ("speakers.json", "speakers.pth"),
    "speakers_file": ("speaker_ids.json", "speaker_ids.pth"),
    "language_ids_file": ("language_ids.json",),
    "speaker_encoder_model_path": ("model_se.pth", "model_se.pth.tar"),
    "speaker_encoder_config_path": ("config_se.json",),
}
"""Fields that hold paths of the computer a model was trained on, and the names their files have in releases
(TTS/utils/manage.py, `_update_paths`, which would edit the released config.json)."""
_COMMENTS = re.compile(r"(\"(?:[^\"\\]|\\.)*\")|(/\*[\s\S]*?\*/)|(//.*)")


@dataclass(frozen=True)
class Bundle:
    """One released model; reading it loads no weights and not the library."""

    folder: Path
    config: dict[str, Any]
    """The released config.json, unchanged."""

    @property
    def model_path(self) -> Path:
        """File of the network's weights.

        Raises:
            BaseModelError: it is missing.
        """
        return released.need_file(self.folder, released.MODEL_FILES, self.folder.name)

    @property
    def sample_rate(self) -> int:
        """Sample rate of its speech, hertz."""
        return int(self.config["audio"]["sample_rate"])

    def find(self, *names: str) -> Path | None:
        """Return the first of these files that the folder has, or None."""
        return next((self.folder / name for name in names if (self.folder / name).is_file()), None)

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting of the released configuration; `model_args` come first, as in the library."""
        arguments = self.config.get("model_args") or {}
        return arguments.get(name, self.config.get(name, default))

    def path_of(self, field: str) -> Path | None:
        """Return the file that a stale path of the configuration stands for, or None.

        Args:
            field: one of `d_vector_file`, `speakers_file`, `language_ids_file`, `speaker_encoder_model_path`,
                `speaker_encoder_config_path`, `audio.stats_path`.
        """
        named = []
        for value in (self.setting(field), self.config.get(field)):
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str) and first:
                named.append(re.split(r"[/\\]", first)[-1])
        return self.find(*named, *_STALE_PATHS[field])

    @cached_property
    def language_ids(self) -> dict[str, int]:
        """Languages of a multilingual model, name -> number in its table; empty for one language."""
        path = self.path_of("language_ids_file")
        return dict(_read(path)) if path and self.setting("use_language_embedding") else {}

    @cached_property
    def speaker_ids(self) -> dict[str, int]:
        """Speakers of a model with a speaker table, name -> row; empty for others."""
        if not self.setting("use_speaker_embedding") or self.setting("use_d_vector_file"):
            return {}
        path = self.path_of("speakers_file")
        if path is not None:
            return dict(_read(path))
        return {name: row for row, name in enumerate(self.config.get("speakers") or [])}

    def speaker_vectors(self) -> dict[str, np.ndarray]:
        """Return the mean speaker vector of each speaker a d-vector model was released with; float32, (size,)."""
        path = self.path_of("d_vector_file")
        if path is None or not self.setting("use_d_vector_file"):
            return {}
        by_name: dict[str, list[Any]] = {}
        for entry in _read(path).values():
            by_name.setdefault(str(entry["name"]), []).append(entry["embedding"])
        return {name: np.mean(vectors, axis=0).astype(np.float32) for name, vectors in by_name.items()}

    def library_config(self) -> Any:
        """Return the library's own configuration object, with the paths of this folder.

        Raises:
            BaseModelError: the library knows no such model, or is not installed.
        """
        prepare_library()
        from TTS.config import register_config

        try:
            config = register_config(str(self.config["model"]).lower())()
            config.from_dict(self.config)
        except (KeyError, TypeError, ValueError, ModuleNotFoundError) as error:
            raise damaged(self.folder) from error
        for field in _STALE_PATHS:
            path = self.path_of(field)
            for owner in (config, config.get("model_args"), config.get("audio")):
                _repair(owner, field.removeprefix("audio."), path)
        return config


def read_bundle(folder: Path, config_name: str = CONFIG_FILE) -> Bundle:
    """Read the folder of a released model.

    Raises:
        BaseModelError: the configuration is missing or damaged.
    """
    config = _read(folder / config_name)
    if not isinstance(config, dict) or not isinstance(config.get("audio", {}), dict):
        raise damaged(folder)
    return Bundle(folder, config)


def damaged(folder: Path) -> BaseModelError:
    """Return the error of a released model whose files cannot be read."""
    return BaseModelError(f"The files of the model in “{folder}” are damaged. Get the model again.")


def _repair(owner: Any, field: str, path: Path | None) -> None:
    if owner is None or field not in owner:
        return
    before = owner[field]
    empty = type(before)() if isinstance(before, str | list) else None
    owner[field] = empty if path is None else [str(path)] if isinstance(before, list) else str(path)


def _read(path: Path) -> Any:
    """Read JSON, with the comments that old releases have in it."""
    if path.suffix == ".pth":
        return released.load_pth(path, path.parent.name)
    try:
        text = path.read_text(encoding="utf-8")
        try:
            return json.loads(text)
        except ValueError:
            return json.loads(_COMMENTS.sub(lambda match: match[1] or "", text))
    except (OSError, ValueError) as error:
        raise damaged(path.parent) from error

"""Base models by id, and those of your own, named as `module:Class` by a Python program."""

import importlib
from pathlib import Path

from voiceclone.bases.base import BaseModel
from voiceclone.bases.catalogue import card
from voiceclone.errors import BaseModelError


def load_base(base_id: str, base_factory: str | None, data_dir: Path) -> BaseModel:
    """Return a known base, or the one `base_factory` names.

    Args:
        base_id: the id of a known base, and the folder its files go to.
        base_factory: `package.module:Class`, called with the folder of the base. It imports code, so
            only a Python program may pass it on; nothing that comes from a page or a file does.
        data_dir: the data folder.

    Raises:
        BaseModelError: there is no such base.
    """
    if base_factory is None:
        return get_base(base_id, data_dir)
    module_name, _, class_name = base_factory.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BaseModelError(
            f"The base model “{base_factory}” cannot be imported ({error}). "
            "Name it as package.module:Class, with its folder on PYTHONPATH."
        ) from error
    return factory(data_dir / "base" / base_id)


def get_base(base_id: str, data_dir: Path) -> BaseModel:
    """Return the base model called `base_id`, whose files live under `data_dir`/base.

    Building it loads no weights, and no library before it is built.

    Raises:
        BaseModelError: no base has that id.
    """
    base_id = card(base_id).base_id
    folder = data_dir / "base" / base_id
    match base_id:
        case "kokoro-82m":
            from voiceclone.bases.kokoro import KokoroBase

            return KokoroBase(folder)
        case "your_tts" | "vctk_vits":
            from voiceclone.bases.coqui.vits.base import VitsBase

            return VitsBase(folder, base_id)
        case "xtts_v2":
            from voiceclone.bases.coqui.xtts.base import XttsBase

            return XttsBase(folder, base_id)
        case "tacotron2_ddc":
            from voiceclone.bases.coqui.tacotron.base import TacotronBase

            return TacotronBase(folder, base_id)
        case _:
            from voiceclone.bases.coqui.conversion.base import ConversionBase

            return ConversionBase(folder, base_id)

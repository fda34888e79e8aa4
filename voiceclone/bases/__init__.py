"""The base models this version knows, by id."""

from pathlib import Path

from voiceclone.bases.base import BaseModel
from voiceclone.bases.catalogue import BASE_IDS, DEFAULT_BASE_ID, card

__all__ = ["BASE_IDS", "DEFAULT_BASE_ID", "get_base"]


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

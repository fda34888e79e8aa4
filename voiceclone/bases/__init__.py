"""The base models this version knows, by id."""

from pathlib import Path

from voiceclone.bases.base import BaseModel
from voiceclone.errors import BaseModelError

DEFAULT_BASE_ID = "kokoro-82m"
BASE_IDS = (DEFAULT_BASE_ID,)


def get_base(base_id: str, data_dir: Path) -> BaseModel:
    """Return the base model called `base_id`, whose files live under `data_dir`/base.

    Building it loads no weights.

    Raises:
        BaseModelError: no base has that id.
    """
    if base_id == DEFAULT_BASE_ID:
        from voiceclone.bases.kokoro import KokoroBase  # torch loads here, not with the package

        return KokoroBase(data_dir / "base" / base_id)
    raise BaseModelError(
        f"This version does not know the base model “{base_id}”; it knows {', '.join(BASE_IDS)}. "
        "Update VoiceClone, or use a voice made with one of these."
    )

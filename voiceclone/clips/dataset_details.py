"""The small file beside LJSpeech's table in a data set: what the table has no column for, and what the bar spoils."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceclone.text.languages import LANGUAGES

DETAILS_FILE = "voiceclone.json"
_MAX_DETAILS_MB = 50


@dataclass(frozen=True)
class ClipDetails:
    """What is kept of one clip besides its sound."""

    text: str
    language: str

    @property
    def text_in_table(self) -> str:
        """The text as `metadata.csv` can hold it: the bar separates its columns, and nothing escapes it."""
        return self.text.replace("|", "/")


def details_json(details: Sequence[tuple[str, ClipDetails]]) -> str:
    """Return the file for (name without ending, details) of each clip."""
    clips = {name: {"text": one.text, "language": one.language} for name, one in details}
    return json.dumps({"clips": clips}, ensure_ascii=False, indent=1)


def read_details(folder: Path) -> dict[str, ClipDetails]:
    """Return what the file in `folder` says, by name without ending.

    It may come from anywhere: whatever does not fit is passed over, for the table and the recordings do without it.
    """
    path = folder / DETAILS_FILE
    try:
        if path.stat().st_size > _MAX_DETAILS_MB * 1_000_000:
            return {}
        clips = json.loads(path.read_bytes())["clips"]
        rows = [(name, row["text"], row["language"]) for name, row in clips.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {
        name: ClipDetails(text, language)
        for name, text, language in rows
        if isinstance(text, str) and isinstance(language, str) and language in LANGUAGES
    }

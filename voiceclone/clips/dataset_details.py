"""The JSON file next to an LJSpeech table in an exported data set; it holds what the table format cannot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceclone.text.languages import RECORDED_LANGUAGES

DETAILS_FILE = "voiceclone.json"
_MAX_DETAILS_MB = 50


@dataclass(frozen=True)
class ClipDetails:
    """What an export keeps of a clip besides its audio."""

    text: str
    language: str

    @property
    def text_in_table(self) -> str:
        """The text as `metadata.csv` can hold it: `|` separates its columns and cannot be escaped."""
        return self.text.replace("|", "/")


def details_json(details: Sequence[tuple[str, ClipDetails]]) -> str:
    """Return the file's content for (file name without suffix, details) of each clip."""
    clips = {name: {"text": one.text, "language": one.language} for name, one in details}
    return json.dumps({"clips": clips}, ensure_ascii=False, indent=1)


def read_details(folder: Path) -> dict[str, ClipDetails]:
    """Read the details file in `folder`, keyed by file name without suffix.

    The file is untrusted: entries that do not fit are ignored, since the table and the recordings suffice without it.
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
        if isinstance(text, str) and isinstance(language, str) and language in RECORDED_LANGUAGES
    }

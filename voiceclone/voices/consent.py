"""The speaker's consent: the statement agreed to before a voice is made, and its record in the voice file."""

from typing import Any

from voiceclone.errors import ConsentError
from voiceclone.storage import disk

CONSENT_STATEMENT = "This is my voice, or I have the speaker's permission."


def consent_record(consent: bool, consent_by: str) -> dict[str, Any]:
    """Return the record for the voice file: `{"given": True, "by": str, "statement": str, "at": ISO time}`.

    Raises:
        ConsentError: `consent` is not True.
    """
    if consent is not True:
        raise ConsentError(f"Training needs your word first: “{CONSENT_STATEMENT}” Agree to it, then start.")
    return {"given": True, "by": consent_by, "statement": CONSENT_STATEMENT, "at": disk.now_iso()}

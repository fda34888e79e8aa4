"""The speaker's consent: the statement agreed to before a voice is made, its record in the file, and its words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from voiceclone.errors import ConsentError
from voiceclone.storage import disk

CONSENT_STATEMENT = "This is my voice, or I have the speaker's permission."
_SHOWN_CHARACTERS = 300
"""Of a text in a record, which may come from a stranger's file."""


class ConsentKind(StrEnum):
    """How a voice's speaker agreed, the surest first."""

    SPOKEN = "spoken"
    """The speaker read a sentence aloud, and it was checked."""
    PERMISSION = "permission"
    """Somebody noted a written permission."""
    STATEMENT = "statement"
    """Somebody agreed to `CONSENT_STATEMENT`; all there is in older voices."""
    NONE = "none"


def consent_record(consent: bool, consent_by: str, evidence: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the record for the voice file: `{"given": True, "by": str, "statement": str, "at": ISO time}`.

    Args:
        consent: whether the user agreed to `CONSENT_STATEMENT`.
        consent_by: where.
        evidence: added to the record: `spoken` or `permission`, each with its facts; `refused` says why a spoken
            consent does not count for this voice.

    Raises:
        ConsentError: `consent` is not True.
    """
    if consent is not True:
        raise ConsentError(f"Training needs your word first: “{CONSENT_STATEMENT}” Agree to it, then start.")
    given = {"given": True, "by": consent_by, "statement": CONSENT_STATEMENT, "at": disk.now_iso()}
    return given | dict(evidence or {})


def consent_kind(record: Mapping[str, Any]) -> ConsentKind:
    """Return how the speaker agreed, according to the record in a voice file, which may be a stranger's."""
    if record.get("given") is not True:
        return ConsentKind.NONE
    for kind in (ConsentKind.SPOKEN, ConsentKind.PERMISSION):
        if isinstance(record.get(kind), dict):
            return kind
    return ConsentKind.STATEMENT


def consent_words(record: Mapping[str, Any], imported: bool = False) -> str:
    """Return the consent of a voice in a sentence or two, for its card; of an imported one, that nobody checked it."""
    told = _told(record)
    return f"Consent not verified here. The file says: {told}" if imported else told


def _told(record: Mapping[str, Any]) -> str:
    kind = consent_kind(record)
    if kind == ConsentKind.SPOKEN:
        spoken = record[kind]
        name, day = _text(spoken.get("name")), _text(spoken.get("day"))
        checked = (
            "Words and voice were checked."
            if spoken.get("words_checked") is True
            else "The voice was checked, the words were not."
        )
        return f"Spoken by {name} on {day}. {checked}"
    if kind == ConsentKind.PERMISSION:
        return f"Written permission: “{_text(record[kind].get('note'))}”"
    if kind == ConsentKind.STATEMENT:
        refused = _text(record["refused"]) if "refused" in record else ""
        ticked = f"Confirmed on {_text(record.get('at'))[:10]}, not spoken."
        return f"{ticked} A spoken consent did not fit the recordings: {refused}." if refused else ticked
    return "No consent is recorded."


def _text(value: object) -> str:
    told = str(value) if isinstance(value, str) else ""
    shown = "".join(sign if sign.isprintable() else " " for sign in told[:_SHOWN_CHARACTERS])
    return " ".join(shown.split()) or "?"

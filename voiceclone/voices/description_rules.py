"""What a voice file may say about itself: each field has a kind, a range and a length."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from voiceclone.limits import MAX_NAME_CHARACTERS, MAX_SEED

MAX_TRAINED_MINUTES = 366 * 24 * 60.0
"""A year. A run asks for a day at most, but may pause, and be continued."""
MAX_TRAINED_STEPS = 10_000_000
"""A hundred times what one run may ask for."""
MAX_LEARNT_SPEECH_S = 1_000 * 3600.0
"""A run uses an hour at most; whole corpora of one speaker have some hundred hours."""
MAX_LANGUAGES = 20
MAX_SCORES = 60
"""A voice has ten or so."""
MAX_SCORE = 1_000.0
"""Similarities and shares lie within -1 to 1, naturalness within 1 to 5, pitch within some tens of semitones."""
MAX_LABEL_CHARACTERS = 120
"""Licences, devices, ids of base models."""
MAX_RECORD_CHARACTERS = 20_000
"""The record of consent as JSON: some hundred characters, and room for what was said and which clips it covers."""
_MAX_RECORD_DEPTH = 4
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2100
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class OutOfRangeError(ValueError):
    """A field is of the wrong kind, or outside of what it may be; the message is a clause for the user."""


def number(value: object, what: str, least: float, most: float) -> float:
    """Return a number as float.

    Raises:
        OutOfRangeError: it is none, or not within `least` to `most`.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OutOfRangeError(f"{what} is no number")
    if not least <= value <= most or not math.isfinite(value):
        raise OutOfRangeError(f"{what} is out of range")
    return float(value)


def whole_number(value: object, what: str, most: int) -> int:
    """Return a whole number from 0 to `most`.

    Raises:
        OutOfRangeError: it is none, or not in range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise OutOfRangeError(f"{what} is no whole number")
    if not 0 <= value <= most:
        raise OutOfRangeError(f"{what} is out of range")
    return value


def label(value: object, what: str, most: int = MAX_LABEL_CHARACTERS) -> str:
    """Return a short printable text; may be empty.

    Raises:
        OutOfRangeError: it is no text, longer than `most`, or cannot be shown in a line.
    """
    if not isinstance(value, str):
        raise OutOfRangeError(f"{what} is no text")
    if len(value) > most:
        raise OutOfRangeError(f"{what} is too long")
    if not value.isprintable():
        raise OutOfRangeError(f"{what} holds characters that cannot be shown")
    return value


def name_of_voice(value: object) -> str:
    """Return a name of 1 to `MAX_NAME_CHARACTERS` printable characters.

    Raises:
        OutOfRangeError: it is something else.
    """
    name = label(value, "its name", MAX_NAME_CHARACTERS)
    if not name.strip():
        raise OutOfRangeError("its name is empty")
    return name


def language(value: object) -> str:
    """Return a language code such as `en-us`.

    Raises:
        OutOfRangeError: it has another form.
    """
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise OutOfRangeError("one of its languages is none")
    return value


def moment(value: object, what: str) -> str:
    """Return a date with time in UTC, as `disk.now_iso` writes it; without a zone it is taken for UTC.

    Raises:
        OutOfRangeError: it is no date, or not of this century.
    """
    try:
        read = datetime.fromisoformat(label(value, what, 40))
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise OutOfRangeError(f"{what} is no date") from error
    if not _EARLIEST_YEAR <= read.year <= _LATEST_YEAR:
        raise OutOfRangeError(f"{what} is out of range")
    return read.isoformat(timespec="milliseconds")


def scores(value: object) -> dict[str, float]:
    """Return scores, name -> figure.

    Raises:
        OutOfRangeError: too many, an odd name, or a figure out of range.
    """
    if not isinstance(value, Mapping) or len(value) > MAX_SCORES:
        raise OutOfRangeError("its scores are no list of figures")
    if not all(isinstance(name, str) and _KEY.fullmatch(name) for name in value):
        raise OutOfRangeError("one of its scores has a name that is none")
    return {name: number(figure, "one of its scores", -MAX_SCORE, MAX_SCORE) for name, figure in value.items()}


def record(value: object, what: str) -> dict[str, Any]:
    """Return a record of plain JSON values.

    Raises:
        OutOfRangeError: it is none, or too long or too deep.
    """
    if not isinstance(value, Mapping):
        raise OutOfRangeError(f"{what} is no record")
    _check_depth(value, what, 0)
    try:
        written = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise OutOfRangeError(f"{what} is no record") from error
    if len(written) > MAX_RECORD_CHARACTERS:
        raise OutOfRangeError(f"{what} is too long")
    return dict(value)


def _check_depth(value: object, what: str, depth: int) -> None:
    if depth > _MAX_RECORD_DEPTH:
        raise OutOfRangeError(f"{what} is no record")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for one in inner:
        _check_depth(one, what, depth + 1)


def check_description(voice: Any) -> None:
    """Check every field of a `voice_file.Voice` that its file may set.

    Raises:
        OutOfRangeError: one is of the wrong kind or out of range.
    """
    name_of_voice(voice.name)
    language(voice.language)
    if not isinstance(voice.languages, tuple) or len(voice.languages) > MAX_LANGUAGES:
        raise OutOfRangeError("its languages are no short list")
    for code in voice.languages:
        language(code)
    label(voice.base_id, "the name of its base model")
    label(voice.base_sha256, "the checksum of its base model")
    label(voice.base_licence, "its licence")
    moment(voice.created_at, "its date")
    number(voice.minutes, "its training time", 0.0, MAX_TRAINED_MINUTES)
    whole_number(voice.steps, "its number of steps", MAX_TRAINED_STEPS)
    number(voice.speech_s, "the amount of speech it learnt from", 0.0, MAX_LEARNT_SPEECH_S)
    whole_number(voice.seed, "its seed", MAX_SEED)
    label(voice.device, "the device it was trained on")
    label(voice.policy, "the way it was trained")
    label(voice.project_id or "", "the id of its recordings")
    scores(voice.scores)
    record(voice.consent_record, "its record of consent")
    if not all(isinstance(flag, bool) for flag in (voice.consent, voice.may_share, voice.imported)):
        raise OutOfRangeError("it does not say plainly whether there is consent and whether it may be shared")

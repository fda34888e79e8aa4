"""A sentence to read within minutes: drawn for one person, stored until it was read or is too old."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from voiceclone import limits
from voiceclone.consent.mismatch import Mismatch
from voiceclone.consent.sentences import agreement_of, sentence_of, words_of
from voiceclone.errors import ConsentMismatch, NotFoundError
from voiceclone.storage import disk
from voiceclone.text.languages import get_language
from voiceclone.wording import count

FILE = "challenge.json"
WORDS = 4
"""48 words in order of choice make 4.7 million sentences, so nobody has a fitting recording at hand."""
_NONE = "There is no sentence to read yet, or it was read already. Ask for a new one."


@dataclass(frozen=True)
class Challenge:
    """What one person is to read aloud, once."""

    challenge_id: str
    name: str
    """Whoever reads it, as they are called in the sentence."""
    language: str
    day: str
    """Of the sentence, as this computer has it: `2026-11-29`."""
    words: tuple[str, ...]
    made_at: str
    """ISO 8601, UTC."""
    tries: int = 0
    """Readings that did not fit."""

    @property
    def sentence(self) -> str:
        """What to read."""
        return sentence_of(self.language, self.name, date.fromisoformat(self.day), self.words)

    @property
    def agreement(self) -> str:
        """The part of the sentence that says what is agreed to."""
        return agreement_of(self.language)

    @property
    def expires_at(self) -> datetime:
        """When it can no longer be read."""
        return datetime.fromisoformat(self.made_at) + timedelta(minutes=limits.CONSENT_SENTENCE_MINUTES)


def new_challenge(folder: Path, name: str, language: str) -> Challenge:
    """Draw a sentence for `name` and store it in `folder`, in place of an earlier one.

    Raises:
        InputError: the name is empty, too long or not printable.
        TextError: recordings cannot be in that language.
    """
    name = disk.clean_name(name, "name to read out")
    get_language(language)
    challenge = Challenge(disk.new_id(), name, language, _today().isoformat(), draw_words(language), disk.now_iso())
    _write(folder, challenge)
    return challenge


def draw_words(language: str) -> tuple[str, ...]:
    """Return `WORDS` different words, drawn so that nobody can foresee them."""
    return tuple(secrets.SystemRandom().sample(words_of(language), WORDS))


def open_challenge(folder: Path, challenge_id: str | None = None) -> Challenge:
    """Return the stored sentence, if it may still be read.

    Args:
        folder: where `new_challenge` stored it.
        challenge_id: which one it has to be; None takes whichever is there.

    Raises:
        ConsentMismatch: there is none, it is another one, too old, or was tried too often.
    """
    challenge = _read(folder)
    if challenge is None or challenge_id not in (None, challenge.challenge_id):
        raise ConsentMismatch(Mismatch.NONE, _NONE)
    if challenge.day != _today().isoformat():
        raise ConsentMismatch(
            Mismatch.DAY, f"That sentence is from another day ({challenge.day}). Ask for a new one and read that."
        )
    if datetime.now(UTC) > challenge.expires_at:
        minutes = count(limits.CONSENT_SENTENCE_MINUTES, "minute")
        raise ConsentMismatch(
            Mismatch.LATE, f"That sentence could be read for {minutes} only. Ask for a new one and read it right away."
        )
    if challenge.tries >= limits.CONSENT_TRIES:
        raise ConsentMismatch(
            Mismatch.TRIES, "That sentence was tried too often. Ask for a new one; its words may be easier to hear."
        )
    return challenge


def note_try(folder: Path, challenge: Challenge) -> None:
    """Count a reading that did not fit."""
    now = _read(folder)
    if now is not None and now.challenge_id == challenge.challenge_id:
        _write(folder, replace(now, tries=now.tries + 1))


def use_up(folder: Path, challenge: Challenge) -> None:
    """Remove a sentence that was read, so that the same recording never counts again.

    Raises:
        ConsentMismatch: somebody else used or replaced it in the meantime.
    """
    taken = folder / f"used-{disk.new_id()}.json"
    now = _read(folder)
    try:
        if now is None or now.challenge_id != challenge.challenge_id:
            raise FileNotFoundError
        (folder / FILE).rename(taken)  # of two processes, one succeeds
    except FileNotFoundError:
        raise ConsentMismatch(Mismatch.NONE, _NONE) from None
    taken.unlink(missing_ok=True)


def _today() -> date:
    return datetime.now().astimezone().date()


def _write(folder: Path, challenge: Challenge) -> None:
    disk.write_json(folder / FILE, {**vars(challenge), "words": list(challenge.words)})


def _read(folder: Path) -> Challenge | None:
    nothing = NotFoundError(_NONE)
    try:
        value = disk.read_json(folder / FILE, missing=nothing, damaged=nothing)
        return Challenge(**{**value, "words": tuple(value["words"])})
    except (NotFoundError, TypeError, KeyError):
        return None

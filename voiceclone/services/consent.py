"""Spoken consent of a project's person: a sentence to read, the check of the reading, and what a voice keeps of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone import host, limits
from voiceclone.clips.library import ClipLibrary
from voiceclone.consent import challenge as challenges
from voiceclone.consent import record
from voiceclone.consent.challenge import Challenge
from voiceclone.consent.record import SpokenConsent, WrittenPermission
from voiceclone.errors import AudioError, ConsentError, ConsentMismatch, InputError
from voiceclone.storage import disk
from voiceclone.text.languages import get_language, language_name

if TYPE_CHECKING:
    from voiceclone.audio.sound import Audio
    from voiceclone.clips.model import Clip

_UNCHECKED = (
    "The words were not checked, because no recogniser for {language} is on this computer; voice and length were."
)


@dataclass(frozen=True)
class ConsentStatus:
    """How a project's person agreed, in words."""

    given: SpokenConsent | WrittenPermission | None
    sentence: str
    """What there is, and what follows from it."""
    clips_changed: bool = False
    """The clips are others than those the spoken consent was compared with; training compares them anew."""
    required: bool = False
    """A training would be refused: this app asks for spoken consent, and there is none that counts."""


class ConsentService:
    """The consent of each project's person."""

    def __init__(self, data_dir: Path, library: ClipLibrary) -> None:
        self._data_dir = data_dir
        self._library = library

    def ask(self, project_id: str, name: str, language: str | None = None) -> Challenge:
        """Return a sentence with four random words for the person to read aloud within minutes.

        It replaces an earlier one of this project.

        Args:
            project_id: a project, by id or name.
            name: how the person is called, as they will say it.
            language: what the sentence is in; None is the project's.

        Raises:
            InputError: no name, or a hosted app has no recogniser for that language.
            TextError: recordings cannot be in that language.
        """
        project = self._library.project(project_id)
        language = get_language(language or project.language).code
        if host.on_space() and not self.checks_words(language):
            raise InputError(
                f"On a shared page the words have to be checked, and no recogniser for {language_name(language)} is "
                "here. Choose English for the sentence."
            )
        return challenges.new_challenge(self._folder(project.project_id), name, language)

    def open_sentence(self, project_id: str) -> Challenge:
        """Return the sentence that was asked for last, if it may still be read.

        Raises:
            ConsentMismatch: there is none, or it is too old or was tried too often.
        """
        return challenges.open_challenge(self._folder(self._library.project(project_id).project_id))

    def checks_words(self, language: str) -> bool:
        """True if the words of a reading in this language can be checked on this computer."""
        from voiceclone.recognition.transcribe import can_transcribe

        return can_transcribe(language, self._data_dir)

    def give(
        self,
        project_id: str,
        reading: "Audio | Path | str",
        *,
        challenge_id: str | None = None,
        by: str = "Python program",
    ) -> SpokenConsent:
        """Check a reading of the sentence and keep it as the consent of the project's person.

        Takes some seconds. A sentence that was read successfully cannot be read again.

        Args:
            project_id: a project, by id or name.
            reading: audio or a sound file.
            challenge_id: which sentence it is of; None is the one asked for last.
            by: where it was read, kept in the voice.

        Raises:
            ConsentMismatch: too quiet, other words, another speaker, another day, or no sentence was asked for; its
                `reason` says which.
            AudioError: the recording is unreadable or too long.
            NotEnoughSpeechError: there are too few clips to compare the voice with.
        """
        from voiceclone.audio.sound import Audio, decode
        from voiceclone.consent.checking import check_reading
        from voiceclone.consent.speaker import clips_sha256, used_clips

        project_id = self._library.project(project_id).project_id
        folder = self._folder(project_id)
        challenge = challenges.open_challenge(folder, challenge_id)
        audio = reading if isinstance(reading, Audio) else decode(Path(reading))
        if audio.duration_s > limits.MAX_TAKE_S:
            raise AudioError(f"The recording is longer than {limits.MAX_TAKE_S:.0f} s. Record only the sentence.")
        clips = used_clips(self._library, project_id)
        try:
            checked = check_reading(self._library, project_id, challenge, audio)
        except ConsentMismatch:
            challenges.note_try(folder, challenge)
            raise
        challenges.use_up(folder, challenge)
        consent = SpokenConsent(
            name=challenge.name,
            language=challenge.language,
            day=challenge.day,
            sentence=challenge.sentence,
            at=disk.now_iso(),
            by=by,
            words_checked=checked.words_checked,
            similarity=round(checked.match.similarity, 3),
            clips_sha256=clips_sha256(self._library, project_id, clips),
            clip_count=len(clips),
        )
        record.keep_spoken(folder, consent, audio)
        return consent

    def permit(self, project_id: str, note: str, *, by: str = "Python program") -> WrittenPermission:
        """Keep a note about a written permission as the consent of the project's person.

        Args:
            project_id: a project, by id or name.
            note: who agreed to what, and where that is kept; it stays in the voice.
            by: where it was noted, kept in the voice.

        Raises:
            InputError: the note is too short or too long.
        """
        given = record.permission(note, by)
        record.keep_permission(self._folder(self._library.project(project_id).project_id), given)
        return given

    def withdraw(self, project_id: str) -> bool:
        """Delete the consent with its recording; voices that were made stay as they are. True if there was one."""
        return record.withdraw(self._folder(self._library.project(project_id).project_id))

    def status(self, project_id: str) -> ConsentStatus:
        """Return how the project's person agreed. Fast: compares no voices."""
        from voiceclone.consent.speaker import clips_sha256, used_clips

        project_id = self._library.project(project_id).project_id
        given = record.kept(self._folder(project_id))
        clips = used_clips(self._library, project_id)
        required = bool(self._required(given, project_id, clips))
        if isinstance(given, WrittenPermission):
            return ConsentStatus(given, f"Written permission: “{given.note}”", required=required)
        if given is None:
            return ConsentStatus(None, "Nobody has spoken their consent yet.", required=required)
        told = f"{given.name} spoke the consent on {given.day}."
        if not given.words_checked:
            told += f" {_UNCHECKED.format(language=language_name(given.language))}"
        changed = clips_sha256(self._library, project_id, clips) != given.clips_sha256
        if changed:
            told += " The recordings have changed since; the voice is compared again when training starts."
        return ConsentStatus(given, told, changed, required)

    def evidence(self, project_id: str, clip_ids: Sequence[str] | None = None) -> dict[str, Any]:
        """Return what a voice made from these clips (None: all usable ones) keeps of the consent.

        `{"spoken": …}`, `{"permission": …}`, `{"refused": why}` where the clips are by somebody else than whoever
        spoke, or nothing. Compares voices anew when the clips are not those the consent was checked against.

        Raises:
            ConsentError: a hosted app asks for spoken consent, and there is none that counts.
        """
        from voiceclone.consent.speaker import used_clips

        project_id = self._library.project(project_id).project_id
        given = record.kept(self._folder(project_id))
        clips = used_clips(self._library, project_id, clip_ids)
        refusal = self._required(given, project_id, clips)
        if refusal:
            raise ConsentError(refusal)
        if isinstance(given, WrittenPermission):
            return {"permission": given.as_evidence()}
        if given is None or not clips:
            return {}
        try:
            return {"spoken": self._against(given, project_id, clips)}
        except (ConsentMismatch, AudioError) as error:
            if host.on_space() and not self._is_example(project_id, clips):
                raise ConsentError(f"The spoken consent does not fit these recordings. {error}") from error
            return {"refused": error.reason if isinstance(error, ConsentMismatch) else "its recording is damaged"}

    def _against(self, given: SpokenConsent, project_id: str, clips: "list[Clip]") -> dict[str, Any]:
        """Return a spoken consent, compared with these clips.

        Raises:
            ConsentMismatch: the clips are by somebody else.
            AudioError: the recording of the consent is lost.
        """
        from voiceclone.consent.speaker import clips_sha256, compare_speaker

        content = clips_sha256(self._library, project_id, clips)
        if content == given.clips_sha256:
            return given.as_evidence()
        match = compare_speaker(self._library, project_id, record.reading(self._folder(project_id)), clips)
        match.require()
        again = {"similarity": round(match.similarity, 3), "clips_sha256": content, "clip_count": len(clips)}
        return given.as_evidence() | again | {"compared_at": disk.now_iso()}

    def _required(self, given: SpokenConsent | WrittenPermission | None, project_id: str, clips: "list[Clip]") -> str:
        """Return why a hosted app refuses to train; empty where it does not, and on a person's own computer."""
        spoken = isinstance(given, SpokenConsent) and given.words_checked
        if not host.on_space() or spoken or self._is_example(project_id, clips):
            return ""
        return (
            "On a shared page only a person who said yes aloud may be cloned. Read the consent sentence under “Record "
            "& clean” first, or use VoiceClone on your own computer."
        )

    def _is_example(self, project_id: str, clips: "list[Clip]") -> bool:
        """True if all clips are recordings of the example voice, which is nobody's: synthetic, and CC0."""
        if not clips:
            return False
        contents = {one.clip_id: one.content_sha256 for one in self._library.records(project_id)}
        return {contents.get(clip.clip_id) for clip in clips} <= _example_contents()

    def _folder(self, project_id: str) -> Path:
        return disk.safe_path(self._library.root, project_id, record.FOLDER)


@cache
def _example_contents() -> frozenset[str]:
    """Return the hashes of the example recordings' sound; decodes them once, which takes about a second."""
    from voiceclone.audio.sound import decode
    from voiceclone.clips.model import content_sha256

    return frozenset(content_sha256(decode(path)) for path in host.EXAMPLES_DIR.rglob("*.flac"))

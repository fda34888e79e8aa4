"""Checks a reading of the sentence: loud and long enough, the right words, the person in the clips."""

from dataclasses import dataclass
from pathlib import Path

from voiceclone import limits
from voiceclone.audio.sound import Audio, loudness_lufs
from voiceclone.audio.vad import speech_frames, speech_regions
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import content_sha256
from voiceclone.consent.challenge import Challenge
from voiceclone.consent.hearing import HeardWords, compare_words
from voiceclone.consent.mismatch import Mismatch
from voiceclone.consent.speaker import SpeakerMatch, compare_speaker, used_clips
from voiceclone.errors import ConsentMismatch, NotEnoughSpeechError
from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, recognise, recognise_again
from voiceclone.wording import duration


@dataclass(frozen=True)
class Checked:
    """What the checks of a reading found; it passed all of them."""

    words_checked: bool
    match: SpeakerMatch


def check_reading(library: ClipLibrary, project_id: str, challenge: Challenge, reading: Audio) -> Checked:
    """Check that a recording is the sentence, read by the person in the project's clips.

    Raises:
        ConsentMismatch: it is not; `reason` and message say why.
        NotEnoughSpeechError: the clips hold too little speech to compare with.
    """
    clips = used_clips(library, project_id)
    if sum(clip.speech_s for clip in clips) < limits.MIN_TRAIN_SPEECH_S:
        raise NotEnoughSpeechError(
            "The voice in the sentence is compared with the recordings, and there are too few yet. Record or add at "
            f"least {duration(limits.MIN_TRAIN_SPEECH_S)} of speech first."
        )
    _require_speech(challenge, reading)
    if content_sha256(reading) in {record.content_sha256 for record in library.records(project_id)}:
        raise ConsentMismatch(
            Mismatch.COPY, "This is one of the recordings already there. Read the new sentence aloud."
        )
    checks_words = can_transcribe(challenge.language, library.root.parent)
    if checks_words:
        _require_words(challenge, reading, library.root.parent)
    match = compare_speaker(library, project_id, reading, clips)
    match.require()
    return Checked(checks_words, match)


def _require_speech(challenge: Challenge, reading: Audio) -> None:
    if reading.peak_dbfs < limits.SILENT_PEAK_DBFS or loudness_lufs(reading) < limits.BAD_LOUDNESS_LUFS:
        raise ConsentMismatch(
            Mismatch.QUIET,
            "That was too quiet. Go nearer to the microphone, or turn it up, and read the sentence again.",
        )
    speech_s = sum(end - start for start, end in speech_regions(speech_frames(reading)))
    letters = sum(sign.isalpha() for sign in challenge.sentence)
    if speech_s * limits.MAX_LETTERS_PER_S < letters:
        raise ConsentMismatch(Mismatch.SHORT, f"Only {speech_s:.1f} s of speech were heard. Read the whole sentence.")


def _require_words(challenge: Challenge, reading: Audio, data_dir: Path) -> None:
    with keeping_recogniser():
        heard = _heard(challenge, recognise(reading, challenge.language, data_dir).text)
        if _refusal(heard):  # the same network listens once more, under slightly different conditions
            again = _heard(challenge, recognise_again(reading, challenge.language, data_dir))
            heard = min(heard, again, key=lambda one: bool(_refusal(one)))
    refusal = _refusal(heard)
    if refusal:
        raise ConsentMismatch(Mismatch.WORDS, refusal)


def _heard(challenge: Challenge, text: str) -> HeardWords:
    return compare_words(challenge.words, challenge.agreement, text, challenge.language)


def _refusal(heard: HeardWords) -> str:
    """Return why these are not the words; empty if they are."""
    if len(heard.missing) > limits.CONSENT_MISSING_WORDS:
        missing = ", ".join(f"“{word}”" for word in heard.missing)
        return f"Other words were heard: {missing} missing. Read the sentence as it stands, a little slower."
    if heard.agreement_share < limits.CONSENT_AGREEMENT_SHARE:
        return "Not all of the sentence was heard. Read it from its beginning to its end, a little slower."
    return ""

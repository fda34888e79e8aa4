"""Rate each clip for training, with one plain reason and a remedy."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from voiceclone import limits
from voiceclone.text.languages import get_language

Level = Literal["good", "usable", "bad"]


@dataclass(frozen=True)
class Finding:
    """One problem of a clip."""

    kind: str
    """A short identifier of the problem, such as `noise`, `words` or `speaker`."""
    level: Level
    reason: str
    """One or two plain sentences: what is wrong and what to do."""


@dataclass(frozen=True)
class Verdict:
    """How suitable a clip is for training."""

    level: Level
    """`good`, `usable` (used, but could be better) or `bad` (left out)."""
    reason: str = ""
    """Of the most severe finding; empty if good."""
    figures: dict[str, float] = field(default_factory=dict)
    """The figures of `figures.measure`, `letters_per_s`, and those of `listening` once it has run."""
    kinds: tuple[str, ...] = ()
    """All findings, most severe first."""


@dataclass(frozen=True)
class Facts:
    """Everything a verdict depends on besides the figures."""

    text: str
    language: str
    sample_rate: int
    cleaned: bool = False
    cut_off: bool = False
    """The file ended before the length in its header."""
    text_unplaced: bool = False
    """The long file came with a text that could not be aligned with this slice."""
    transcribed: bool = False
    """The text came from a recogniser, not from a person."""
    twin: bool = False
    """The project already has the same take."""
    confirmed: bool = False
    """A person listened and confirmed words and voice, which overrules the networks."""
    cleaning_harmed: bool = False
    """Noise reduction would have made the voice less natural, so the noise was left in."""
    between_words: bool = False
    """Cut out of speech without pauses, between two words."""


def judge(figures: dict[str, float], facts: Facts) -> Verdict:
    """Turn figures into a verdict that reports the most severe finding.

    Missing figures (clips of an older version, clips not analysed yet) yield no findings.
    """
    if facts.text.strip():
        figures = figures | {"letters_per_s": letters_per_s(facts.text, figures["speech_s"])}
    findings = sorted(_findings(figures, facts), key=lambda finding: finding.level != "bad")
    if not findings:
        return Verdict("good", "", figures)
    gravest = findings[0]
    return Verdict(gravest.level, gravest.reason, figures, tuple(finding.kind for finding in findings))


def _findings(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    """Yield the problems; within a level, the more severe first."""
    if not facts.confirmed:
        yield from _machine(figures)
    yield from _loudness(figures, facts)
    yield from _noise(figures, facts)
    yield from _text(figures, facts)
    if not facts.confirmed:
        yield from _heard(figures, facts)
    yield from _edges(figures, facts)
    yield from _length(figures)
    yield from _sound(figures, facts)


def _machine(figures: dict[str, float]) -> Iterator[Finding]:
    """Yield that a clip is no recording of a person; a person may overrule it, since the mark can be seen wrongly."""
    if figures.get("machine_mark", 0.0) > limits.MARK_FOUND_ABOVE or figures.get("machine_signed"):
        yield Finding(
            "machine",
            "bad",
            "This recording was made by a machine: it carries a mark of artificial speech, and a voice must not learn "
            "that. Record a person instead; if this is one, say so.",
        )


def _loudness(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    if figures["clipped_share"] > limits.BAD_CLIPPED_SHARE:
        yield Finding(
            "clipping",
            "bad",
            "Much too loud: the sound is cut off at the top. Turn the microphone down and record it again.",
        )
    elif figures["clipped_share"] > limits.CLIPPED_SHARE or figures.get("limiting", 0) > limits.MAX_LIMITING:
        yield Finding(
            "clipping", "usable", "A little too loud: some peaks are cut off. Turn the microphone down next time."
        )
    if figures["loudness_lufs"] < limits.BAD_LOUDNESS_LUFS:
        yield Finding("quiet", "bad", "Far too quiet. Go closer to the microphone or turn it up, and record it again.")
    elif figures["loudness_lufs"] < limits.GOOD_LOUDNESS_LUFS and not facts.cleaned:
        yield Finding(
            "quiet",
            "usable",
            "Rather quiet. Cleaning brings it up; go closer to the microphone next time.",
        )


def _noise(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    if figures["snr_db"] < limits.BAD_SNR_DB:
        yield Finding("noise", "bad", "The noise is nearly as loud as the voice. Record it again in a quieter place.")
    elif figures.get("reverberation_s", 0.0) > limits.BAD_REVERBERATION_S:
        return  # a reverberant room also fills the pauses; the echo is reported instead
    elif figures["snr_db"] < (limits.GOOD_SNR_DB_WITHOUT_PAUSES if facts.between_words else limits.GOOD_SNR_DB):
        cleaned = "It was noisy; cleaning helped, but a quieter place would help more."
        if facts.cleaning_harmed:
            cleaned = "It is noisy, and taking the noise out would harm the voice. A quieter place would help."
        noisy = "Noise in the background. Clean it, and find a quieter place for the next one."
        yield Finding("noise", "usable", cleaned if facts.cleaned else noisy)


def _text(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    if not facts.text.strip():
        english = "No text yet: no words were understood. Type what is said in it."
        other = (
            "No text yet. Type what is said in it; or get the recogniser for more languages (“Or add existing "
            "recordings”) and add the file again."
        )
        yield Finding("no text", "bad", english if facts.language.startswith("en") else other)
        return
    if _foreign_script(facts.text, facts.language):
        yield Finding(
            "script",
            "bad",
            "The text is in a script that cannot be spoken in this language. Type it in the usual letters.",
        )
    if figures["letters_per_s"] > limits.MAX_LETTERS_PER_S:
        yield Finding("words", "bad", "The text is longer than what is said. Correct the text, or record it again.")
    elif figures["letters_per_s"] < limits.MIN_LETTERS_PER_S:
        yield Finding(
            "words", "bad", "Much more is said than the text contains. Complete the text, or record it again."
        )
    if facts.text_unplaced:
        yield Finding(
            "unplaced",
            "usable",
            "Your text did not fit this part of the recording, so its words were recognised. Check them.",
        )


def _heard(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    """Yield what the networks found; a person may overrule it."""
    if figures.get("character_error_rate", 0.0) > limits.MAX_CHARACTER_ERROR_RATE:
        yield Finding(
            "words",
            "bad",
            "The words that were heard are not those of the text. Listen, and correct the text or record it again.",
        )
    elif _some_words_differ(figures, facts):
        yield Finding(
            "words",
            "usable",
            "A word or two were heard differently. Listen, and correct the text or record it again if they are wrong.",
        )
    elif facts.transcribed and _is_doubtful(figures, facts.language):
        yield Finding("doubtful", "usable", "The computer is not sure of these words. Listen and check them.")
    yield from _speaker(figures)
    if facts.twin:
        yield Finding("twin", "usable", "The same take is there twice. Delete one of them.")


def _is_doubtful(figures: dict[str, float], language: str) -> bool:
    """True if the recogniser is unsure of its own text, or hears another one the second time."""
    least = limits.DOUBTFUL_LOG_PROBABILITY
    if language.startswith("en"):
        least = limits.DOUBTFUL_LOG_PROBABILITY_IN_ENGLISH
    return figures.get("log_probability", 0.0) < least or figures.get("heard_again", 0.0) > limits.MAX_HEARD_AGAIN


def _some_words_differ(figures: dict[str, float], facts: Facts) -> bool:
    # The threshold was measured on quiet English; noise, echo and other languages are recognised less well.
    measured = is_clear(figures) and facts.language.startswith("en")
    return measured and figures.get("character_error_rate", 0.0) > limits.DOUBTFUL_CHARACTER_ERROR_RATE


def _speaker(figures: dict[str, float]) -> Iterator[Finding]:
    similarity = figures.get("speaker_similarity", 1.0)
    if not is_clear(figures):
        # Noise and echo lower the similarity even to the same speaker.
        other = doubtful = limits.OTHER_SPEAKER_IN_NOISE_SIMILARITY
    else:
        other, doubtful = limits.OTHER_SPEAKER_SIMILARITY, limits.SAME_SPEAKER_SIMILARITY
    if similarity < other:
        yield Finding(
            "speaker", "bad", "It sounds like somebody else. Listen: if it is you, say so; if not, delete the clip."
        )
    elif similarity < doubtful:
        yield Finding(
            "speaker", "usable", "It does not quite sound like your other clips. Listen to check that it is you."
        )


def is_clear(figures: dict[str, float]) -> bool:
    """True without noise and echo, so that the voice can be compared with others."""
    quiet = figures["snr_db"] >= limits.GOOD_SNR_DB
    return quiet and figures.get("reverberation_s", 0.0) <= limits.GOOD_REVERBERATION_S


def _edges(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    if facts.cut_off:
        yield Finding(
            "cut", "usable", "The file ends too early; only its beginning could be read. Check the end of the text."
        )
    elif facts.between_words:
        pass  # the ends are loud because the speaker goes on; no word is cut
    elif figures.get("starts_late"):
        yield Finding("cut", "usable", "The first word is cut. Record it again, and wait a moment before you speak.")
    elif figures.get("ends_early"):
        yield Finding("cut", "usable", "The last word is cut. Record it again, and wait a moment before you stop.")
    if figures.get("longest_pause_s", 0.0) > limits.MAX_PAUSE_S:
        yield Finding("pause", "usable", "There is a long silence in it. Read the sentence again without stopping.")


def _length(figures: dict[str, float]) -> Iterator[Finding]:
    share = figures.get("speech_share", 1.0)
    if share < limits.MIN_SPEECH_SHARE:
        yield Finding(
            "little speech",
            "usable",
            "Most of it is silence or noise. Listen to check that the whole sentence is in it, or record it again.",
        )
    elif figures["speech_s"] / max(share, 0.01) < limits.MIN_SLICE_S:
        yield Finding("short", "usable", "Very short. It is used, but sentences of 2 to 12 s teach the voice more.")


def _sound(figures: dict[str, float], facts: Facts) -> Iterator[Finding]:
    telephone = facts.sample_rate <= limits.TELEPHONE_RATE_HZ or figures["high_band_db"] < limits.HIGH_BAND_MISSING_DB
    if telephone:
        yield Finding(
            "dull",
            "usable",
            "It sounds like a telephone: the high tones are missing. Use a better microphone if you can.",
        )
    elif figures.get("emptied_share", 0.0) > limits.MAX_EMPTIED_SHARE:
        yield Finding(
            "dull",
            "usable",
            "It was saved at a low quality: some high tones are missing. Use the original file if there is one.",
        )
    # In noise nearly as loud as the voice, no decay can be measured.
    if figures["snr_db"] >= limits.BAD_SNR_DB and figures.get("reverberation_s", 0.0) > limits.GOOD_REVERBERATION_S:
        yield Finding(
            "echo",
            "usable",
            "The room echoes. Go closer to the microphone, among curtains, carpets or clothes, for the next one.",
        )


def letters_per_s(text: str, speech_s: float) -> float:
    """Return the letters of the text per second of speech; below 0.3 s as if it were 0.3 s."""
    # A digit counts as about four letters once it is spoken.
    letters = sum(4 if c.isdigit() else 1 for c in text if unicodedata.category(c)[0] in "LMN")
    return letters / max(speech_s, 0.3)


def _foreign_script(text: str, language: str) -> bool:
    # Latin letters are accepted everywhere: names, abbreviations.
    scripts = ("LATIN", get_language(language).script)
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith(scripts) for c in letters)
    return foreign > 0.3 * len(letters)

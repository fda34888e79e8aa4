"""How often the check of spoken consent lets the right person through, and how often somebody else.

    .venv/bin/python -m benchmarks.consent [words | voices]

Voices: recordings of allison and ru_man (real) and joe (synthetic); held-out recordings, nine seconds together, stand
for the reading. The stock voices of the embedded base are strangers, and each its own person with one sentence against
two others. Words: joe and eight stock voices read real challenges. Sounds are kept in `benchmarks/cache/consent`.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.identity import speaking
from benchmarks.sentences import UNSEEN
from benchmarks.voices import CACHE_DIR, ENGLISH, SEXES, VOICE_NAMES, get_voice, read_by_joe
from voiceclone import host
from voiceclone.audio.sound import Audio, decode, encode_flac, resample
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.consent.hearing import HeardWords, compare_words, plain_words
from voiceclone.consent.sentences import agreement_of, sentence_of, words_of
from voiceclone.evaluation.speaker_similarity import embed
from voiceclone.limits import CONSENT_SIMILARITY
from voiceclone.recognition.transcribe import keeping_recogniser, recognise, recognise_again

FOLDER = CACHE_DIR / "consent"
SEED = 5
DAY = date(2026, 11, 29)
NAMES = ("Anna Berg", "James Miller", "Maria Santos", "Peter Novak", "Chloe Martin", "David Kim")
ENROLLED_S = 60.0
READING_S = 9.0
"""About as long as the sentence takes."""
JOE_READS = 10
STOCK_READERS = ("af_heart", "af_nicole", "am_michael", "am_puck", "bf_emma", "bf_lily", "bm_george", "bm_fable")
LONG_WORD = 5
"""Letters; the shortest random words have four."""
NOISE_BELOW_SPEECH_DB = 20.0
TELEPHONE_HZ = 8_000
ECHO_S = 0.5
"""Reverberation time of the simulated room."""
THRESHOLDS = (0.65, 0.70, 0.75, 0.78, 0.80, 0.82, 0.85)

Change = Callable[[Audio], Audio]
Vector = np.ndarray


@dataclass(frozen=True)
class Likeness:
    """One reading against one person's clips."""

    similarity: float
    read_by: str
    clips_of: str
    same_sex: bool
    recorded: bool
    """One of the two is no stock voice."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; both, or what is named."""
    changes: dict[str, Change] = {
        "as recorded": _same,
        "noise 20 dB below": _noisy,
        "telephone": _telephone,
        "room": _room,
    }
    if "words" not in arguments:
        _voices(changes)
    if "voices" not in arguments:
        with keeping_recogniser():
            for title in ("as recorded", "noise 20 dB below", "telephone"):
                _recorded_words(title, changes[title])
            for title in ("as recorded", "noise 20 dB below"):
                _words(title, changes[title])
    return 0


# --- voices ---------------------------------------------------------------------------------------


def _voices(changes: dict[str, Change]) -> None:
    base_folder = host.data_dir() / "base" / "kokoro-82m"
    base = KokoroBase(base_folder)
    sexes, clips, readings = dict(SEXES), {}, {}
    for sex in ("female", "male"):
        for name, heard in speaking.strangers(
            base, base_folder, sex, UNSEEN[: speaking.FIRST_SENTENCES], ENGLISH, {}
        ).items():
            said = heard["resemblyzer"]
            sexes[name], clips[name], readings[name] = sex, _unit(said[:2].mean(axis=0)), [said[2]]
    joined = {}
    for name in VOICE_NAMES:
        voice = get_voice(name)
        clips[name] = _unit(np.mean([embed(decode(clip.path)) for clip in voice.training_clips(ENROLLED_S)], axis=0))
        joined[name] = list(_joined([decode(clip.path) for clip in voice.held_out]))
        readings[name] = [embed(audio) for audio in joined[name]]
    found = [
        Likeness(
            float(vector @ mean), name, other, sexes[name] == sexes[other], {name, other} & set(VOICE_NAMES) != set()
        )
        for name, vectors in readings.items()
        for vector in vectors
        for other, mean in clips.items()
    ]
    own, strangers = (
        [one for one in found if one.read_by == one.clips_of],
        [one for one in found if one.read_by != one.clips_of],
    )
    for title, change in changes.items():
        for name in VOICE_NAMES:
            similar = [float(embed(change(audio)) @ clips[name]) for audio in joined[name]]
            refused = sum(value < CONSENT_SIMILARITY for value in similar)
            print(f"{title}, {name} to the own clips: {_spread(similar)}, {refused} refused", flush=True)
    print(f"stock voices to themselves: {_spread([one.similarity for one in own if not one.recorded])}")
    print(f"strangers: {_spread([one.similarity for one in strangers])}")
    for one in sorted(strangers, key=lambda one: -one.similarity)[:10]:
        print(f"   {one.similarity:.3f} {one.read_by} with {one.clips_of}")
    same = [one for one in strangers if one.same_sex]
    recorded = [one for one in same if one.recorded]
    for threshold in THRESHOLDS:
        print(f"{threshold:.2f}: refused {_below(own, threshold)}", end="; ")
        print(f"let through {_above(strangers, threshold)}, of the same sex {_above(same, threshold)}", end=", ")
        print(f"allison, joe or ru_man among them {_above(recorded, threshold)}", flush=True)


def _joined(recordings: Sequence[Audio]) -> Iterator[Audio]:
    waiting: list[Audio] = []
    for recording in recordings:
        waiting.append(recording)
        if sum(part.duration_s for part in waiting) >= READING_S:
            yield Audio(np.concatenate([part.samples for part in waiting]), recording.sample_rate)
            waiting = []


def _unit(vector: Vector) -> Vector:
    return vector / np.linalg.norm(vector)


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}, median {np.median(values):.3f} ({len(values)})"


def _below(rows: Sequence[Likeness], threshold: float) -> str:
    return f"{sum(one.similarity < threshold for one in rows)} of {len(rows)}"


def _above(rows: Sequence[Likeness], threshold: float) -> str:
    return f"{sum(one.similarity >= threshold for one in rows)} of {len(rows)}"


# --- words ----------------------------------------------------------------------------------------


def _words(title: str, change: Change) -> None:
    heard_first: list[HeardWords] = []
    heard_at_best: list[HeardWords] = []
    texts, drawn = [], []
    agreement = agreement_of(ENGLISH)
    for words, audio in _readings():
        changed = change(audio)
        text = recognise(changed).text
        first = compare_words(words, agreement, text, ENGLISH)
        best = first
        if first.missing:
            again = compare_words(words, agreement, recognise_again(changed), ENGLISH)
            best = min(first, again, key=lambda one: len(one.missing))
            print(f"   missing {first.missing}, then {again.missing}: {text}", flush=True)
        heard_first.append(first)
        heard_at_best.append(best)
        texts.append(text)
        drawn.append(words)
    others = [
        4 - len(compare_words(words, agreement, text, ENGLISH).missing)
        for place, text in enumerate(texts)
        for other, words in enumerate(drawn)
        if place != other
    ]
    missing = [len(one.missing) for one in heard_at_best]
    whole = sum(not one.missing for one in heard_first)
    print(f"{title}: {len(texts)} readings; all four words heard in {whole}", end=", ")
    print(f"with the second pass in {missing.count(0)}, three in {sum(number <= 1 for number in missing)}", end="; ")
    print(f"least of the agreement {min(one.agreement_share for one in heard_at_best):.2f}", end="; ")
    print(f"of another's four words 0 to 4 were heard in {[others.count(number) for number in range(5)]}", flush=True)


def _recorded_words(title: str, change: Change) -> None:
    """Print how many of the long words of allison's held-out recordings are heard: a real voice, other sentences."""
    said = heard = 0
    for clip in get_voice("allison").held_out:
        words = [word for word in plain_words(clip.text, ENGLISH) if len(word) >= LONG_WORD]
        missing = compare_words(words, "", recognise(change(decode(clip.path))).text, ENGLISH).missing
        said, heard = said + len(words), heard + len(words) - len(missing)
    print(
        f"{title}: {heard} of {said} words of {LONG_WORD} letters or more in allison's recordings were heard",
        flush=True,
    )


def _readings() -> Iterator[tuple[tuple[str, ...], Audio]]:
    challenges = list(_challenges("joe", JOE_READS))
    paths = [FOLDER / "joe" / f"{number:02d}.flac" for number in range(JOE_READS)]
    if not all(path.is_file() for path in paths):
        for path, audio in zip(paths, read_by_joe(text for text, _ in challenges), strict=True):
            encode_flac(audio, path)
    for (_, words), path in zip(challenges, paths, strict=True):
        yield words, decode(path)
    base = KokoroBase(host.data_dir() / "base" / "kokoro-82m")
    for name in STOCK_READERS:
        text, words = next(iter(_challenges(name, 1)))
        path = FOLDER / f"{name}.flac"
        if not path.is_file():
            encode_flac(base.speak(name, text, ENGLISH), path)
        yield words, decode(path)


def _challenges(reader: str, count: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    drawn = random.Random(f"{SEED} {reader}")
    for _ in range(count):
        words = tuple(drawn.sample(words_of(ENGLISH), 4))
        yield sentence_of(ENGLISH, drawn.choice(NAMES), DAY, words), words


# --- what may happen to a reading -------------------------------------------------------------------


def _same(audio: Audio) -> Audio:
    return audio


def _noisy(audio: Audio) -> Audio:
    level = float(np.sqrt(np.mean(audio.samples**2))) * 10 ** (-NOISE_BELOW_SPEECH_DB / 20)
    return Audio(audio.samples + _noise(len(audio.samples), level), audio.sample_rate)


def _telephone(audio: Audio) -> Audio:
    return resample(resample(audio, TELEPHONE_HZ), 16_000)


def _room(audio: Audio) -> Audio:
    from scipy.signal import fftconvolve

    seconds = np.arange(round(ECHO_S * audio.sample_rate)) / audio.sample_rate
    tail = _noise(len(seconds), 0.05) * 10 ** (-3 * seconds / ECHO_S)  # 60 dB in `ECHO_S`
    tail[0] = 1.0
    return Audio(fftconvolve(audio.samples, tail)[: len(audio.samples)].astype(np.float32), audio.sample_rate)


def _noise(count: int, level: float) -> np.ndarray:
    return np.random.default_rng(SEED).normal(0.0, level, count).astype(np.float32)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Compare the speaker encoder carried here with Resemblyzer, the package it was ported from, clip by clip.

    pip install --no-deps resemblyzer==0.1.4        # into an environment of its own beside requirements.txt
    python -m benchmarks.speaker_encoder

Resemblyzer is in no requirements file: only this program needs it. `--no-deps` because it asks for webrtcvad, which has
to be compiled; webrtcvad-wheels stands in, and librosa comes with coqui-tts.

Exits with 1 if the cosine is below `LEAST_COSINE` for any clip. `--vad silero` shows what another voice detector would
do to the embeddings.
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from statistics import fmean, median
from typing import Any

import numpy as np

from benchmarks.voices import VoiceMissing, get_voice
from voiceclone import VoiceEngine, host
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.evaluation import speaker_encoder
from voiceclone.evaluation.speaker_similarity import cosine

LEAST_COSINE = 1 - 1e-3
CLIPS = 100
RATE = speaker_encoder.SAMPLE_RATE
REAL_CLIPS = 34
STOCK_SENTENCES = ("The rain has stopped.", "Shall we go for a walk by the river?")
_SEED = 0


def clips() -> Iterator[tuple[str, np.ndarray]]:
    """Yield kind and samples (16 kHz) of `CLIPS` clips: speech first, then the same made difficult, in turns."""
    joe = [_heard(decode(path)) for path in sorted(host.EXAMPLES_DIR.rglob("*.flac"))]
    plain = [("joe, synthetic", one) for one in joe]
    try:
        allison = get_voice("allison")
        real = [*allison.held_out, *allison.training][:REAL_CLIPS]
        plain += [("allison, real", _heard(decode(clip.path))) for clip in real]
    except VoiceMissing as error:
        print(error, file=sys.stderr)
    engine = VoiceEngine()
    for voice in engine.voices.stock():
        plain += [("stock voices", _heard(engine.speak(voice.voice_id, text).audio)) for text in STOCK_SENTENCES]
    yield from plain[:CLIPS]
    for number in range(CLIPS - len(plain)):
        kind = list(_DIFFICULT)[number % len(_DIFFICULT)]
        yield kind, _DIFFICULT[kind](joe, number)


def _heard(audio: Audio) -> np.ndarray:
    return resample(audio, RATE).samples


def _noisy(joe: list[np.ndarray], number: int) -> np.ndarray:
    one = joe[number % len(joe)]
    noise = np.random.default_rng(_SEED + number).standard_normal(len(one), np.float32)
    return one + noise * np.float32(np.sqrt(np.mean(one**2)) * 10 ** (-10 / 20))


def _paused(joe: list[np.ndarray], number: int) -> np.ndarray:
    pause = np.zeros(RATE, np.float32)
    return np.concatenate([pause, joe[number % len(joe)], pause, joe[(number + 1) % len(joe)], pause])


def _slice(joe: list[np.ndarray], number: int) -> np.ndarray:
    return joe[number % len(joe)][RATE // 2 : RATE // 2 + RATE // 4 * (1 + number % 4)]


_DIFFICULT: dict[str, Callable[[list[np.ndarray], int], np.ndarray]] = {
    "slices of 0.25 to 1 s": _slice,
    "noise at 10 dB": _noisy,
    "pauses of 1 s": _paused,
    "at -50 dBFS": lambda joe, number: joe[number % len(joe)] * np.float32(10 ** (-30 / 20)),
    "clipped": lambda joe, number: np.clip(joe[number % len(joe)] * np.float32(8), -1, 1),
    "a minute": lambda joe, number: np.concatenate([*joe[number % 5 :], *joe])[: 60 * RATE],
}


def original() -> Callable[[np.ndarray], np.ndarray]:
    """Return Resemblyzer's embedding as a function of samples at 16 kHz."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports a deprecated name of SciPy
        import resemblyzer
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    return lambda samples: encoder.embed_utterance(resemblyzer.preprocess_wav(samples, source_sr=RATE))


def _trim_with_silero(samples: np.ndarray) -> np.ndarray:
    from voiceclone.audio.vad import FRAME_SAMPLES, SPEECH_STARTS, speech_frames

    speech = speech_frames(Audio(samples, RATE)) >= SPEECH_STARTS
    near = np.convolve(speech, np.ones(7), "same") > 0
    return samples[np.repeat(near, FRAME_SAMPLES)[: len(samples)]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vad", choices=("webrtc", "silero"), default="webrtc", help="what finds the silences")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of a table")
    options = parser.parse_args()
    if options.vad == "silero":
        speaker_encoder.trim_long_silences = _trim_with_silero
    theirs, ours = original(), speaker_encoder.embed
    told: dict[str, list[tuple[float, float, float]]] = {}
    for kind, samples in clips():
        began = time.perf_counter()
        one = theirs(samples)
        between = time.perf_counter()
        other = ours(samples)
        told.setdefault(kind, []).append((cosine(one, other), between - began, time.perf_counter() - between))
    rows = [_row(kind, figures) for kind, figures in told.items()]
    rows.append(_row("all", [figure for figures in told.values() for figure in figures]))
    if options.json:
        print(json.dumps(rows))
    else:
        print("| clips | count | lowest cosine | mean cosine | Resemblyzer, ms | here, ms |\n|---|---|---|---|---|---|")
        for row in rows:
            print("| {clips} | {count} | {lowest:.6f} | {mean:.6f} | {theirs_ms:.0f} | {ours_ms:.0f} |".format(**row))
    return 0 if rows[-1]["lowest"] >= LEAST_COSINE else 1


def _row(kind: str, figures: list[tuple[float, float, float]]) -> dict[str, Any]:
    cosines, theirs, ours = zip(*figures, strict=True)
    return {
        "clips": kind,
        "count": len(figures),
        "lowest": min(cosines),
        "mean": fmean(cosines),
        "theirs_ms": 1000 * median(theirs),
        "ours_ms": 1000 * median(ours),
    }


if __name__ == "__main__":
    sys.exit(main())

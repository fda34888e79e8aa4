"""Compare ways of taking noise out of speech: what each does to naturalness, similarity and words.

Clean recordings of the benchmark's voices, noise added, cleaned in each way; everything is trimmed and equally loud
before it is judged. Prints a Markdown table for docs/cleaning.md. `pip install pyrnnoise` adds RNNoise to the ways.

    python tools/compare_cleaning.py --clips 6
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from measure_acoustics import coloured, mixed  # noqa: E402

from benchmarks.voices import ENGLISH_VOICES, get_voice  # noqa: E402
from voiceclone.audio.acoustics import speech_level_dbfs  # noqa: E402
from voiceclone.audio.sound import Audio, decode, resample  # noqa: E402
from voiceclone.audio.vad import speech_frames  # noqa: E402
from voiceclone.clips.quality.clean import clean, set_loudness, trim_silence  # noqa: E402
from voiceclone.clips.quality.figures import measure  # noqa: E402
from voiceclone.evaluation import dnsmos as naturalness  # noqa: E402
from voiceclone.evaluation import speaker_similarity  # noqa: E402
from voiceclone.evaluation.wer import comparable_words, edit_distance  # noqa: E402
from voiceclone.recognition.transcribe import keeping_recogniser, transcribe  # noqa: E402

ROOM_S = 0.4
"""Noise alone before and after each sentence, as in a take from the booth."""
Noise = Callable[[np.random.Generator, int, int], np.ndarray]
Way = Callable[[Audio], Audio]


def fan(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """Brown noise with the lines of a motor."""
    seconds = np.arange(count) / rate
    lines = sum(np.sin(2 * np.pi * hertz * seconds + hertz) for hertz in (47.0, 94.0, 188.0, 329.0))
    return unit(coloured(rng, count, rate, 1.0) + 0.3 * lines)


def hiss(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    return coloured(rng, count, rate, 0.0)


def voices_next_door(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """Five other people at once (stock voices of the base, benchmarks/cache/stock)."""
    folders = sorted((ROOT / "benchmarks" / "cache" / "stock").glob("*/*/"))
    together = np.zeros(count)
    for folder in folders:
        files = sorted(folder.glob("*.flac"))
        spoken = resample(decode(files[rng.integers(len(files))]), rate).samples
        together += np.roll(np.resize(spoken, count), rng.integers(count))
    return unit(together)


def keys(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """A keyboard: short bursts, six a second."""
    noise = np.zeros(count)
    burst = rng.normal(size=round(0.015 * rate)) * np.exp(-np.arange(round(0.015 * rate)) / (0.003 * rate))
    for start in rng.integers(0, max(1, count - len(burst)), max(1, round(6 * count / rate))):
        noise[start : start + len(burst)] += burst * rng.uniform(0.4, 1.0)
    return unit(noise)


def unit(noise: np.ndarray) -> np.ndarray:
    return noise / np.sqrt(np.mean(noise**2) + 1e-20)


NOISES: dict[str, Noise] = {"hiss": hiss, "fan": fan, "voices": voices_next_door, "keys": keys}


def ours(strength: str) -> Way:
    return lambda audio: clean(audio, measure(audio)["snr_db"], strength)


def by_noisereduce(**options: object) -> Way:
    def way(audio: Audio) -> Audio:
        import noisereduce

        reduced = noisereduce.reduce_noise(audio.samples, audio.sample_rate, **options)
        return finished(Audio(np.clip(reduced, -1, 1).astype(np.float32), audio.sample_rate))

    return way


def by_rnnoise(audio: Audio) -> Audio:
    from pyrnnoise import RNNoise

    wide = resample(audio, 48_000)
    network = RNNoise(sample_rate=48_000)
    numbers = (np.clip(wide.samples, -1, 1) * 32767).astype(np.int16)
    pieces = [frame for _, frame in network.denoise_chunk(numbers[None], partial=True)]
    samples = np.concatenate([piece.reshape(-1) for piece in pieces])[: len(wide.samples)] / 32768
    return finished(resample(Audio(samples.astype(np.float32), 48_000), audio.sample_rate))


def finished(audio: Audio) -> Audio:
    return set_loudness(trim_silence(audio, speech_frames(audio)))


def ways() -> dict[str, Way]:
    found = {
        "off": ours("off"),
        "gentle": ours("gentle"),
        "strong": ours("strong"),
        "noisereduce, non-stationary": by_noisereduce(stationary=False),
        "noisereduce, torch": by_noisereduce(stationary=True, use_torch=True, device="cpu"),
    }
    try:
        import pyrnnoise  # noqa: F401
    except ImportError:
        return found
    return found | {"RNNoise": by_rnnoise}


def noisy(audio: Audio, make: Noise, below_speech_db: float, rng: np.random.Generator) -> Audio:
    wide = Audio(np.pad(audio.samples, round(ROOM_S * audio.sample_rate)), audio.sample_rate)
    gain = 10 ** ((speech_level_dbfs(audio) - below_speech_db) / 20)
    return mixed(wide, gain * make(rng, len(wide.samples), wide.sample_rate))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=6, help="of each voice (default: 6)")
    parser.add_argument("--decibels", type=float, nargs="+", default=[20.0, 10.0, 0.0], help="speech over noise")
    options = parser.parse_args()
    print("| noise | speech over it | way | DNSMOS | similarity | words wrong |\n|---|---|---|---|---|---|")
    people = []
    for name in ENGLISH_VOICES:
        voice = get_voice(name)
        mean = speaker_similarity.mean_embedding([decode(clip.path) for clip in voice.training[:20]])
        people += [(clip.text, decode(clip.path), mean) for clip in voice.held_out[: options.clips]]
    with keeping_recogniser():
        clean_takes = [(text, audio, mean) for text, audio, mean in people]
        tell("none", "", "off", [(text, ours("off")(audio), mean) for text, audio, mean in clean_takes])
        tell("none", "", "strong", [(text, ours("strong")(audio), mean) for text, audio, mean in clean_takes])
        for noise, make in NOISES.items():
            for decibels in options.decibels:
                rng = np.random.default_rng(0)
                made = [(text, noisy(audio, make, decibels, rng), mean) for text, audio, mean in people]
                for words, way in ways().items():
                    results = [(text, way(audio), mean) for text, audio, mean in made]
                    tell(noise, f"{decibels:.0f} dB", words, results)


def tell(noise: str, decibels: str, way: str, results: list[tuple[str, Audio, np.ndarray]]) -> None:
    dnsmos = fmean(naturalness.dnsmos_overall(audio) for _, audio, _ in results)
    similarity = fmean(speaker_similarity.cosine(speaker_similarity.embed(audio), mean) for _, audio, mean in results)
    wrong = total = 0
    for text, audio, _ in results:
        said = comparable_words(text)
        wrong += edit_distance(said, comparable_words(transcribe(audio)))
        total += len(said)
    print(f"| {noise} | {decibels} | {way} | {dnsmos:.2f} | {similarity:.3f} | {wrong / total:.3f} |", flush=True)


if __name__ == "__main__":
    main()

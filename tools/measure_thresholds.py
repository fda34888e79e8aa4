"""Measure what the thresholds of the verdicts stand for: noise, clipping, low levels, pauses.

Clean recordings of the benchmark's voices made worse step by step. Prints Markdown tables for docs/clip-verdicts.md.

    python tools/measure_thresholds.py --clips 4
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

from measure_acoustics import Scene as RoomScene  # noqa: E402
from measure_acoustics import clipped, coloured, mixed  # noqa: E402

from benchmarks.voices import ENGLISH_VOICES, SpokenClip, get_voice  # noqa: E402
from voiceclone.audio.acoustics import speech_level_dbfs  # noqa: E402
from voiceclone.audio.sound import Audio, decode, loudness_lufs  # noqa: E402
from voiceclone.clips.quality.clean import clean, set_loudness  # noqa: E402
from voiceclone.clips.quality.figures import measure  # noqa: E402
from voiceclone.evaluation.dnsmos import dnsmos_of_one_window  # noqa: E402
from voiceclone.evaluation.speaker_similarity import cosine, embed, mean_embedding  # noqa: E402
from voiceclone.evaluation.wer import character_error_rate  # noqa: E402
from voiceclone.recognition.transcribe import keeping_recogniser, transcribe  # noqa: E402

REFERENCE_CLIPS = 10
Degrade = Callable[[Audio], Audio]


def noise_below(decibels: float) -> Degrade:
    def degrade(audio: Audio) -> Audio:
        gain = 10 ** ((speech_level_dbfs(audio) - decibels) / 20)
        return mixed(audio, gain * coloured(np.random.default_rng(0), len(audio.samples), audio.sample_rate, 0.0))

    return degrade


def clipped_by(decibels: float) -> Degrade:
    return lambda audio: clipped(decibels)(RoomScene(audio, audio, np.random.default_rng(0))).speech


def at_loudness(lufs: float) -> Degrade:
    """Turn down and round to 16 bits, as a microphone does that is turned down."""

    def degrade(audio: Audio) -> Audio:
        quiet = audio.samples * 10 ** ((lufs - loudness_lufs(audio)) / 20)
        return Audio((np.round(quiet * 32767) / 32767).astype(np.float32), audio.sample_rate)

    return degrade


SERIES: dict[str, tuple[str, dict[str, Degrade]]] = {
    "White noise, cleaned gently": (
        "snr_db",
        {"none": lambda audio: audio} | {f"{db} dB below": noise_below(db) for db in (15, 10, 6, 3, 0)},
    ),
    "Hard clipping": ("clipped_share", {f"{db} dB over": clipped_by(db) for db in (3, 6, 12, 18, 24)}),
    "Turned down, 16 bits": (
        "loudness_lufs",
        {f"{lufs} LUFS": at_loudness(lufs) for lufs in (-40, -50, -55, -60, -70)},
    ),
}


def pauses_and_shares(clips: list[SpokenClip]) -> None:
    """Tell how long people pause inside a sentence, and how much of a clip is speech."""
    figures = [measure(decode(clip.path)) for clip in clips]
    for name in ("longest_pause_s", "speech_share"):
        values = [one[name] for one in figures]
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        ends = f"least {min(values):.2f}, most {max(values):.2f}"
        print(f"{name}: {ends}, 5 % below {low:.2f}, half below {middle:.2f}, 95 % below {high:.2f}")


def tell(words: str, figure: str, ways: dict[str, Degrade], clips: list[tuple[np.ndarray, str, Audio]]) -> None:
    print(f"\n| {words} | {figure} | similarity | DNSMOS | letters heard differently |\n|---|---|---|---|---|")
    for name, degrade in ways.items():
        rows = []
        for voice, text, audio in clips:
            worse = degrade(audio)
            figures = measure(worse)
            result = clean(worse, figures["snr_db"]) if figure == "snr_db" else set_loudness(worse)
            rows.append(
                (
                    figures[figure],
                    cosine(embed(result), voice),
                    dnsmos_of_one_window(result),
                    character_error_rate(text, transcribe(result)),
                )
            )
        values, similarity, naturalness, wrong = (fmean(column) for column in zip(*rows, strict=True))
        print(f"| {name} | {values:.4g} | {similarity:.3f} | {naturalness:.2f} | {wrong:.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=4, help="of each voice (default: 4)")
    parser.add_argument("--pause-clips", type=int, default=100, help="of each voice, for pauses (default: 100)")
    options = parser.parse_args()
    chosen, every = [], []
    for name in ENGLISH_VOICES:
        voice = get_voice(name)
        reference = mean_embedding([decode(clip.path) for clip in voice.training[:REFERENCE_CLIPS]])
        held_out = [clip for clip in voice.held_out if clip.duration_s >= 3.0][: options.clips]
        chosen += [(reference, clip.text, decode(clip.path)) for clip in held_out]
        every += [*voice.held_out, *voice.training][: options.pause_clips]
    print(f"{len(every)} clips of {', '.join(ENGLISH_VOICES)}")
    pauses_and_shares(every)
    with keeping_recogniser():
        for words, (figure, ways) in SERIES.items():
            tell(words, figure, ways, chosen)


if __name__ == "__main__":
    main()

"""What a voice gains when the noise in its recordings is cleaned away: the same minute of speech, noise added, trained.

Each voice makes the same number of steps from the same clips, so the machine's load does not matter; unseen sentences
are judged as in `make benchmark`. Prints a Markdown table for docs/cleaning.md; about six minutes a row on two cores.

    python tools/train_on_noise.py --noise fan --decibels 10 --steps 150
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from compare_cleaning import NOISES, by_rnnoise, noisy  # noqa: E402

from benchmarks import measure, report, training  # noqa: E402
from benchmarks.run import prepared_base  # noqa: E402
from benchmarks.sentences import UNSEEN  # noqa: E402
from benchmarks.voices import CACHE_DIR, VOICE_NAMES, SpokenClip, get_voice  # noqa: E402
from voiceclone.audio.sound import decode, encode_flac  # noqa: E402
from voiceclone.clips.quality.clean import Strength  # noqa: E402

RECORDED = "recorded without noise"
RNNOISE = "RNNoise"
"""Needs `pip install pyrnnoise`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", choices=VOICE_NAMES, default="joe")
    parser.add_argument("--seconds", type=float, default=60.0, help="of speech")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--noise", choices=tuple(NOISES), default="fan")
    parser.add_argument("--decibels", type=float, default=10.0, help="speech over noise")
    parser.add_argument("--ways", nargs="+", choices=(RECORDED, *get_args(Strength), RNNOISE), default=None)
    options = parser.parse_args()
    voice = get_voice(options.voice)
    clips = voice.training_clips(options.seconds)
    speaker = measure.speaker_of_clips(voice.held_out)
    base_folder = prepared_base()
    print("| recordings | cleaning | similarity | pitch, semitones off | words wrong | DNSMOS | its pauses, dBFS |")
    print("|---|---|---|---|---|---|---|")
    for way in options.ways or (RECORDED, *get_args(Strength)):
        with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
            place = Path(folder)
            recorded = clips if way == RECORDED else with_noise(clips, place / "noisy", options.noise, options.decibels)
            if way == RNNOISE:
                recorded = without_noise(recorded, place / "denoised")
            engine = training.fresh_engine(place / "data", base_folder)
            strength: Strength = {RECORDED: "gentle", RNNOISE: "off"}.get(way, way)
            project_id = training.add_and_clean(engine, voice.name, recorded, strength)
            training.train(engine, project_id, voice.name, training.Plan(None, options.steps))
            spoken, _ = training.speak_unseen(engine, voice.name)
        row = measure.similarity(spoken, speaker) | measure.judge(UNSEEN, spoken)
        kind = RECORDED if way == RECORDED else f"{options.noise}, {options.decibels:.0f} dB below"
        cleaning = way if way == RNNOISE else strength
        print(
            f"| {kind} | {cleaning} | {row['similarity']:.3f} "
            f"| {report.signed(row['pitch_off_semitones'])} | {row['word_error_rate']:.3f} "
            f"| {row['dnsmos']:.2f} | {row['pause_dbfs']:.0f} |",
            flush=True,
        )


def with_noise(clips: list[SpokenClip], folder: Path, kind: str, below_speech_db: float) -> list[SpokenClip]:
    """Return the clips with noise added, written to `folder`."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    made = []
    for clip in clips:
        audio = noisy(decode(clip.path), NOISES[kind], below_speech_db, rng)
        encode_flac(audio, folder / clip.path.name)
        made.append(replace(clip, path=folder / clip.path.name, duration_s=audio.duration_s))
    return made


def without_noise(clips: list[SpokenClip], folder: Path) -> list[SpokenClip]:
    """Return the clips as RNNoise leaves them, written to `folder`."""
    folder.mkdir()
    for clip in clips:
        encode_flac(by_rnnoise(decode(clip.path)), folder / clip.path.name)
    return [replace(clip, path=folder / clip.path.name) for clip in clips]


if __name__ == "__main__":
    main()

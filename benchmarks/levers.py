"""What single changes of the recipe give: the same minute and as many steps, one thing different each time.

`python -m benchmarks.levers` trains in this process, judges as `make benchmark` does, keeps the figures in
`out/levers.json` and prints a Markdown table for docs/experiments/single-changes.md. Steps are counted and not minutes,
so other work on the machine does not matter. Two trainings that differ in nothing but the seed differ by up to 0.02.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import lever_trainers, measure, report, second_encoder
from benchmarks.run import OUT_DIR, prepared_base
from benchmarks.sentences import FURTHER_READING, UNSEEN
from benchmarks.stock import LANGUAGE, NOISE_SEED
from benchmarks.voices import VOICE_NAMES, get_voice
from voiceclone import compute
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.bases.kokoro.synthesizer import Synthesizer
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.trainer import Trainer
from voiceclone.bases.kokoro.voice_tensors import difference
from voiceclone.clips.quality import figures
from voiceclone.clips.quality.clean import clean
from voiceclone.storage import disk

FIGURES_FILE = OUT_DIR / "levers.json"
FIGURES = (
    "similarity",
    "similarity_as_one",
    "second_similarity",
    "pitch_off_semitones",
    "word_error_rate",
    "dnsmos",
    "pause_below_speech_db",
)
NARROW_RATE = 8_000
"""Sample rate of a telephone."""
STOCK_SENTENCES = 4
Clips = list[TrainingClip]


@dataclass(frozen=True)
class Lever:
    """One thing that is different."""

    recipe: dict[str, Any] = field(default_factory=dict)
    """Settings other than the recipe's."""
    trainer: type[Trainer] = Trainer
    clips: Callable[[Clips, Path], Clips] = lambda clips, base_folder: clips
    """Makes other recordings of the recordings."""


def narrow(clips: Clips, base_folder: Path) -> Clips:
    """Return the clips as a telephone lets them through."""
    return [replace(clip, audio=resample(clip.audio, NARROW_RATE)) for clip in clips]


def with_stock(clips: Clips, base_folder: Path) -> Clips:
    """Return the clips with a few sentences of the untouched base among them."""
    synthesizer = Synthesizer(base_folder)
    sentences = FURTHER_READING[:STOCK_SENTENCES]
    spoken = [synthesizer.speak(None, sentence, LANGUAGE) for sentence in sentences]
    stock = [
        TrainingClip(f"{lever_trainers.STOCK}{number}", audio, sentence, LANGUAGE)
        for number, (sentence, audio) in enumerate(zip(sentences, spoken, strict=True))
    ]
    # Among the first to be made ready, but not before the person's own: melody and timing are learnt from those only.
    return [*clips[:2], *stock, *clips[2:]]


LEVERS = {
    "as it is": Lever(),
    "sound only, no melody and timing": Lever({"prosody_every": 10**9}),
    "rate held for the first half": Lever({"hold_share": 0.5}),
    "low rank while learning": Lever(trainer=lever_trainers.LowRank),
    "stock sentences mixed in": Lever(trainer=lever_trainers.StockMixedIn, clips=with_stock),
    "speaker loss by another encoder": Lever(trainer=lever_trainers.SpeakerLoss),
    "critics": Lever({"steps_at_once": 1}, trainer=lever_trainers.Critics),
    "8 kHz recordings": Lever(clips=narrow),
    "8 kHz recordings, all frequencies compared": Lever(trainer=lever_trainers.FullBand, clips=narrow),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and judge what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levers", description=__doc__)
    parser.add_argument("--voice", choices=VOICE_NAMES, default="allison")
    parser.add_argument("--seconds", type=float, default=60.0, help="of speech (%(default)s)")
    parser.add_argument("--steps", type=int, default=230)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--levers", nargs="+", choices=tuple(LEVERS), default=list(LEVERS))
    options = parser.parse_args(arguments)
    compute.use_this_thread()
    compute.use_all_cores()
    base_folder = prepared_base()
    for seed in options.seeds:
        for name in options.levers:
            print(f"{name}, seed {seed}", file=sys.stderr, flush=True)
            _keep(options, name, seed, measured(LEVERS[name], options, seed, base_folder))
    print(table(json.loads(FIGURES_FILE.read_text(encoding="utf-8"))))
    return 0


def measured(lever: Lever, options: argparse.Namespace, seed: int, base_folder: Path) -> dict[str, float]:
    """Train a voice with one thing different and return what the benchmark says of it."""
    import torch

    voice = get_voice(options.voice)
    chosen = voice.training_clips(options.seconds)
    clips = [TrainingClip(clip.path.stem, cleaned(decode(clip.path)), clip.text, clip.language) for clip in chosen]
    with tempfile.TemporaryDirectory() as folder:
        run_dir = Path(folder)
        KokoroBase(base_folder).prepare(
            lever.clips(clips, base_folder), run_dir, TrainingPlan(steps=options.steps, seed=seed)
        )
        recipe = replace(Recipe.for_device(compute.device()), **lever.recipe)
        trainer = lever.trainer(run_dir, base_folder, compute.device(), recipe)
        while not trainer.position.finished:
            trainer.advance()
        voice_path = run_dir / "voice.safetensors"
        _write_voice(trainer, base_folder, voice_path)
        synthesizer = Synthesizer(base_folder)
        torch.manual_seed(NOISE_SEED)
        spoken: list[Audio] = [synthesizer.speak(voice_path, sentence, LANGUAGE) for sentence in UNSEEN]
    judged = measure.similarity(spoken, measure.speaker_of_clips(voice.held_out)) | measure.judge(UNSEEN, spoken)
    recordings = [decode(clip.path) for clip in voice.held_out]
    judged["second_similarity"] = second_encoder.similarity(spoken, recordings)
    tones = {f"tone_{band['low_hz']}_db": band["max_db"] for band in judged["tones"]}
    return {key: judged[key] for key in FIGURES} | tones


def cleaned(audio: Audio) -> Audio:
    """Return a recording as the page cleans it."""
    return clean(audio, figures.measure(audio)["snr_db"])


def _write_voice(trainer: Trainer, base_folder: Path, path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    tensors: dict[str, torch.Tensor] = difference(
        trainer.trained, load_file(base_folder / "weights.safetensors"), trainer.voice_style()
    )
    save_file(tensors | {name: torch.from_numpy(value) for name, value in trainer.postprocess_tensors().items()}, path)


def _keep(options: argparse.Namespace, lever: str, seed: int, judged: dict[str, float]) -> None:
    known = json.loads(FIGURES_FILE.read_text(encoding="utf-8")) if FIGURES_FILE.is_file() else []
    row = {"voice": options.voice, "seconds": options.seconds, "steps": options.steps, "lever": lever, "seed": seed}
    known = [one for one in known if any(one[key] != value for key, value in row.items())]
    disk.write_json(FIGURES_FILE, [*known, row | judged])


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| voice | what | seed | similarity / as one / by CAM++ | pitch, semitones off | words wrong | DNSMOS | pauses "
        "| strongest tones |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        tones = " / ".join(f"{value:.1f}" for key, value in row.items() if key.startswith("tone_"))
        lines.append(
            f"| {row['voice']}, {row['seconds']:.0f} s, {row['steps']} steps | {row['lever']} | {row['seed']} "
            f"| {row['similarity']:.3f} / {row['similarity_as_one']:.3f} / {row['second_similarity']:.3f} "
            f"| {report.signed(row.get('pitch_off_semitones'))} | {row['word_error_rate']:.3f} "
            f"| {row['dnsmos']:.2f} | {row['pause_below_speech_db']:.0f} | {tones} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

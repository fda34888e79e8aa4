"""What each way of training makes of a real VITS, through the product's own path: similarity, pitch, words, quality.

    python -m benchmarks.vits_policies --base models/two-voices-vits --work models/vits-policies --ways full transfer

The base is a network made by `tools/piper_to_vits.py` and `tools/complete_vits.py` (and `tools/train_compact_vits.py
--start`): YourTTS's kind of network, not its released weights. The voice is one of the benchmark's; the sentences it
is judged by, and the recordings it is compared with, are in no training. Every way has a run folder below `--work`
with the losses (`metrics.jsonl`); `measured.jsonl` there has a line per measurement, `heard/` one sentence of each.
Runs are stopped and continued as the product's are.
"""

import argparse
import json
import random
import shutil
import time
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.sentences import UNSEEN
from benchmarks.voices import SpokenClip, get_voice
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.bases.base import VOICE_FILE, Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui.bundle import Bundle, read_bundle
from voiceclone.bases.coqui.finished import SCORES_FILE
from voiceclone.bases.coqui.vits import losses
from voiceclone.bases.coqui.vits import network as vits_network
from voiceclone.bases.coqui.vits.base import VitsBase
from voiceclone.bases.coqui.vits.data import KNOWN_FOLDER, load_clip
from voiceclone.bases.coqui.vits.loop import VitsTrainer
from voiceclone.bases.coqui.vits.recipe import Recipe
from voiceclone.bases.run.plan import PLAN_FILE, read_plan
from voiceclone.evaluation import dnsmos, pitch, speaker_similarity, tones, wer
from voiceclone.storage import disk

LANGUAGE = "en-us"
KNOWN_VOICE = "joe"
KNOWN_CLIPS = 40
HELD_OUT_CLIPS = 8
"""Recordings that the distance of log mel bands is measured by; similarity takes all that are held out."""
WAYS = {
    "transfer": (Policy.TRANSFER, 0.0),
    "fine-tune": (Policy.FINE_TUNE, 0.0),
    "full": (Policy.FULL, 0.0),
    "fine-tune, known speaker in the batch": (Policy.FINE_TUNE, 0.75),
}
"""Policy, and the known speaker's share of each batch."""


class ResemblyzerVits(VitsBase):
    """`VitsBase` for a network whose speaker vectors are Resemblyzer's, in place of a released speaker encoder."""

    @cached_property
    def _listener(self) -> Any:
        return self

    @staticmethod
    def vector(audio: Audio) -> np.ndarray:
        """Return the speaker vector of a recording, float32, shape (256,)."""
        return speaker_similarity.embed(audio)


def main() -> None:
    """Train and measure each way."""
    options = parse()
    voice = get_voice(options.voice)
    held_out = [decode(clip.path) for clip in voice.held_out]
    judges = Judges(held_out, list(voice.held_out[:HELD_OUT_CLIPS]), options.sentences)
    lay_known_speaker(options.base)
    table = options.work / "measured.jsonl"
    for way in options.ways:
        policy, known_share = WAYS[way]
        recipe = Recipe(
            batch_clips=options.batch,
            generator_rate=options.rate,
            adversarial=options.adversarial,
            known_share=known_share,
            # A vector moves far only at a rate of its own; it alone is learnt then, and cannot break the network.
            speaker_rate_share=0.1,
        )
        run_dir = options.work / way.replace(", ", "-").replace(" ", "-")
        base = ResemblyzerVits(options.base, "your_tts", recipe)
        if not (run_dir / PLAN_FILE).is_file():
            clips = training_clips(voice.training_clips(options.seconds))
            base.prepare(clips, run_dir, TrainingPlan(steps=options.steps, policy=policy))
        run_way(base, options.base, run_dir, recipe, judges, way, table)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the network")
    parser.add_argument("--work", type=Path, required=True, help="folder of the results")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--voice", default="allison")
    parser.add_argument("--seconds", type=float, default=300.0, help="of speech to learn from")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=8, help="clips per step")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate; the product's recipe has 2e-5")
    parser.add_argument("--adversarial", action="store_true", help="with the discriminator, at three times the cost")
    parser.add_argument("--sentences", type=int, default=10, help="unseen sentences to judge by")
    return parser.parse_args()


def training_clips(clips: list[SpokenClip]) -> list[TrainingClip]:
    """Return clips as a base model takes them."""
    return [TrainingClip(clip.path.stem, decode(clip.path), clip.text, clip.language) for clip in clips]


def lay_known_speaker(folder: Path) -> None:
    """Lay recordings of the speaker whom the network knows beside it, as the product takes them."""
    target = folder / KNOWN_FOLDER
    if (target / "metadata.csv").is_file():
        return
    target.mkdir(exist_ok=True)
    lines = []
    for clip in get_voice(KNOWN_VOICE).training[:KNOWN_CLIPS]:
        shutil.copy(clip.path, target / clip.path.name)
        lines.append(f"{clip.path.name}|{KNOWN_VOICE}|{clip.language}|{clip.text}\n")
    disk.write_bytes(target / "metadata.csv", "".join(lines).encode())


class Judges:
    """Everything a voice is measured by; none of it takes part in training."""

    def __init__(self, held_out: list[Audio], clips: list[SpokenClip], sentences: int) -> None:
        self._person = speaker_similarity.mean_embedding(held_out)
        self._person_hz = pitch.median_hz(held_out)
        self._clips = clips
        # Spread over the list: its beginning is statements only.
        self._texts = random.Random(5).sample(UNSEEN, sentences)

    def sounds(self, speak: Any) -> dict[str, Any]:
        """Let a voice speak, and judge it; `spoken` holds the sounds."""
        spoken = [speak(text) for text in self._texts]
        return {
            "similarity": round(
                fmean(speaker_similarity.cosine(speaker_similarity.embed(one), self._person) for one in spoken), 4
            ),
            "pitch_off_semitones": pitch.off_semitones(spoken, self._person_hz),
            "word_error_rate": round(wer.word_error_rate(self._texts, spoken), 4),
            "strongest_tone_db": [round(band.max_db, 1) for band in tones.tone_excess(spoken)],
            "dnsmos": round(fmean(map(dnsmos.dnsmos_of_one_window, spoken)), 3),
            "spoken": spoken,
        }

    def trainer(self, trainer: VitsTrainer, bundle: Bundle) -> dict[str, Any]:
        """Judge a voice as its training stands, random numbers of the training left alone."""
        import torch

        network, speaker = trainer.network, trainer.speaker.detach()
        clips = [load_clip(network, bundle, decode(clip.path), clip.text, clip.language) for clip in self._clips]
        distance = losses.held_out_mel(network, clips, speaker)
        network.eval()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            heard = self.sounds(lambda text: vits_network.speak(network, bundle, speaker, text, LANGUAGE))
        return {"held_out_mel": round(distance, 4), **heard}


def run_way(base: VitsBase, folder: Path, run_dir: Path, recipe: Recipe, judges: Judges, way: str, table: Path) -> None:
    """Train one prepared voice, measuring it at the start, at each quarter and when its file is written."""
    bundle, plan = read_bundle(folder), read_plan(run_dir, base.weights_sha256)
    trainer = VitsTrainer(run_dir, bundle, plan, recipe, "cpu", base.max_voice_mb)
    numbers = [*trainer.trained.values(), *([trainer.speaker] if trainer.speaker.requires_grad else [])]
    step_s, steps = 0.0, trainer.clock.total_steps()
    for quarter in range(5):
        began_s, before, mark = time.process_time(), trainer.clock.step, steps * quarter // 4
        if before > mark:  # this run was ended, and goes on
            continue
        while trainer.clock.step < mark:
            trainer.advance()
        if trainer.clock.step > before:
            step_s = (time.process_time() - began_s) / (trainer.clock.step - before)
            trainer.save_checkpoint()
        about = {"learnt": sum(value.numel() for value in numbers), "core_s_per_step": round(step_s, 2)}
        write_row(table, {"way": way, "step": trainer.clock.step, **about}, judges.trainer(trainer, bundle))
    base.finish(run_dir)
    kept = judges.sounds(lambda text: base.speak(run_dir / VOICE_FILE, text, LANGUAGE))
    scores = json.loads((run_dir / SCORES_FILE).read_text(encoding="utf-8"))
    write_row(table, {"way": way, "step": "kept", "scores": scores}, kept)


def write_row(table: Path, row: dict[str, Any], judged: dict[str, Any]) -> None:
    """Append a measurement to the table, its first sentence to the sounds."""
    spoken = judged.pop("spoken")
    encode_wav(spoken[0], table.parent / "heard" / f"{row['way'].replace(' ', '-')}_{row['step']}.wav")
    with table.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row | judged) + "\n")
    print(row | judged, flush=True)


if __name__ == "__main__":
    main()

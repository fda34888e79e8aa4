"""Every defect of coqui-tts 0.28.0 and coqui-tts-trainer 0.4.0 that we keep users away from, each with its cause.

Paths name files of the packages `TTS` and `trainer`; numbers after `coqui-ai#` and `idiap#` are issues of
https://github.com/coqui-ai/TTS and https://github.com/idiap/coqui-ai-TTS. `prepare_library` has to be called before
anything of `TTS` is used. `tests/test_coqui_workarounds.py` shows each defect that a function below is against.

The library's trainer is not used at all: the loops in `vits_loop.py`, `xtts_training.py` and
`tacotron_training.py` take its networks and losses only. So there is no code against these, but a test of our own
runs for each (`tests/test_coqui_own_loops.py`, where no other file is named):

* `fit()` deletes the folder of a run that fails and calls `sys.exit(1)`, and on Ctrl-C `os._exit(130)`, which ends
  the whole program (trainer/trainer.py:1296-1328);
* a continued run reads its best loss from the last checkpoint, which has no evaluation loss when it was saved within
  an epoch, and from then on chooses by the training loss (trainer/trainer.py:1213-1231);
* a continued run loads the settings of the folder over those it is given (trainer/trainer.py:453-461);
* a checkpoint is written into its file itself (trainer/io.py:96-105): killed meanwhile, half a file is the newest;
* a test sentence that fails ends the run before the best model of the epoch is saved (trainer/trainer.py:1199,
  1254-1262; ours: `optional.py`, `tests/test_coqui_sentences.py`);
* a run's folder is named after its minute and commit (trainer/generic_utils.py:54-58), so two share it;
* the norm of the gradients is only logged, and it steps all the same (trainer/trainer.py:860-884; coqui-ai#755): one
  bad clip makes every weight NaN (ours: `run/trainer.py`, `clip_gradients`; `tests/test_coqui_vits_trouble.py`);
* the command line of the program around it is parsed (trainer/trainer.py:154), its script copied (:390), the limit
  of open files lowered for the whole process (:484-489), and a log file opened that is never closed (:1580).

Nor are these parts of its networks:

* the speaker encoder is a sub-module of a network with a speaker-consistency loss (TTS/tts/models/base_tts.py:75-78),
  so the generator's optimizer takes its parameters, too, and the trainer's `model.train()` moves its batch norms,
  until everyone sounds alike to it. Ours stands beside the network (`vits_network.build_network`,
  `SpeakerListener`);
* of a single speaker with a vector the number is returned in the place of the vector
  (TTS/tts/models/base_tts.py:537-539), and the decoder fails on `None` (coqui-ai#1454, coqui-ai#2059, coqui-ai#2320,
  coqui-ai#2391). Ours is always told the vector (`vits_network.speak`).
"""

import ast
import functools
import importlib
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.errors import BaseModelError, TextError

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
_BUILDING = threading.Lock()
MAX_LAYER_CHARACTERS = 500


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


def samples_for(audio: Audio, sample_rate: int) -> np.ndarray:
    """Return a recording's samples at the rate a network wants, hertz.

    Cause: `wav, _ = load_audio(...)` throws the file's rate away, so 44.1 kHz is learnt as if it were slow
    16 kHz (TTS/tts/models/vits.py:69-77, 95).
    """
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


def hindi_numbers_as_words(text: str, language: str) -> str:
    """Return a Hindi text with its numbers as words; any other as it is.

    Cause: XTTS's tokenizer has `num2words` write numbers out, which knows no Hindi and raises `NotImplementedError`
    (TTS/tts/layers/xtts/tokenizer.py:546-547).
    """
    from voiceclone.text.normalize import spoken

    return spoken(text, language) if language == "hi" else text


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

"""Voice converters behind the base-model interface: OpenVoice v2, FreeVC and kNN-VC."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio import Audio, resample
from voiceclone.bases.base import Ability, OnProgress, Policy, ShouldStop, SliceResult, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import released, wavlm
from voiceclone.bases.coqui.pieces import convert_in_pieces
from voiceclone.bases.coqui.voice_tensors import SPEAKER, read_shapes, read_voice_tensors, write_voice_tensors
from voiceclone.errors import BaseModelError, InputError, NotEnoughSpeechError, VoiceFileError
from voiceclone.text.languages import LANGUAGES

if TYPE_CHECKING:
    import torch

MATCHING_SET = "matching_set"
"""kNN-VC's voice: one row per 20 ms of the clips, shape (frames, 1024), half precision."""
MAX_CLIPS = 10
MIN_SPEECH_S = 3.0
"""Below this the converters' speaker vectors are mostly the words, not the voice."""


class ConversionBase:
    """What the converters share; building one loads nothing.

    Args:
        folder: where the released files lie, or will.
    """

    base_id: str
    title: str
    licence = "MIT"
    may_share_voices = True
    languages = tuple(LANGUAGES)
    """The sound of a recording is changed, not its words: any language will do."""
    sample_rate: int
    input_rate: int
    abilities = frozenset({Ability.INSTANT, Ability.CONVERT})
    policies: tuple[Policy, ...] = ()
    max_voice_mb = 25

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._network: Any = None
        self._turn = threading.Lock()

    # The model --------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """True when the model is complete and its licence was agreed to."""
        return released.is_agreed(self._folder) and self._is_complete()

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Raise `BaseModelError` unless the model is there; nothing is fetched unasked."""
        released.require_ready(self.is_ready(), self.title, self.base_id)

    @property
    def weights_sha256(self) -> str:
        """The hash of the weights noted when the model was got."""
        return released.weights_sha256(self._folder)

    def _is_complete(self) -> bool:
        raise NotImplementedError

    def _load(self) -> Any:
        raise NotImplementedError

    def _loaded(self) -> Any:
        if self._network is None:
            self.ensure_ready()
            self._network = self._load().eval().to(released.device())
        return self._network

    # Voices -----------------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write a voice file from 1 to 10 clips: what the converter hears as the speaker.

        Raises:
            NotEnoughSpeechError: no clip, or less than 3 s of them.
            BaseModelError: the model is not there, or damaged.
        """
        chosen = list(clips)[:MAX_CLIPS]
        length_s = sum(clip.audio.duration_s for clip in chosen)
        if length_s < MIN_SPEECH_S:
            raise NotEnoughSpeechError(
                f"There are {length_s:.1f} s of speech in these clips; at least {MIN_SPEECH_S:.0f} s are needed. "
                "Choose more or longer clips."
            )
        with self._turn:
            network = self._loaded()
            described = []
            for number, clip in enumerate(chosen, start=1):
                described.append(self._describe(network, resample(clip.audio, self.input_rate).samples))
                if on_progress:
                    on_progress(number / len(chosen), "Listening to your voice")
            tensors = self._joined(described)
        write_voice_tensors(voice_path, tensors)

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit this converter; weights are not loaded."""
        if not self._fits(read_shapes(path)):
            raise VoiceFileError(f"“{path.name}” does not fit {self.title}; it is damaged or was altered.")

    def _describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        raise NotImplementedError

    def _joined(self, described: "list[torch.Tensor]") -> "dict[str, torch.Tensor]":
        import torch

        return {SPEAKER: torch.stack(described).mean(dim=0)}

    def _fits(self, shapes: dict[str, tuple[int, ...]]) -> bool:
        return shapes == {SPEAKER: (1, self._speaker_size(), 1)}

    def _speaker_size(self) -> int:
        raise NotImplementedError

    # Converting -------------------------------------------------------------------------------

    def convert(self, voice_path: Path, audio: Audio, on_progress: OnProgress | None = None) -> Audio:
        """Return the same words in the voice of `voice_path`, as long as `audio`, at `sample_rate`.

        Raises:
            AudioError: there is nothing to hear in it.
            VoiceFileError: the voice file is damaged or of another converter.
            BaseModelError: the model is not there, or damaged.
        """
        import torch

        with self._turn:
            network = self._loaded()
            self.check_voice_file(voice_path)
            voice = {name: value.to(released.device()) for name, value in read_voice_tensors(voice_path).items()}
            with torch.random.fork_rng(), torch.inference_mode():
                torch.manual_seed(0)  # they draw noise: the same recording shall give the same sound
                return convert_in_pieces(
                    audio,
                    self.input_rate,
                    self.sample_rate,
                    lambda samples: self._convert(network, samples, voice).float().cpu().numpy(),
                    on_progress,
                )

    def _convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        raise NotImplementedError

    # What converters cannot do ----------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Raise `InputError`: a converter has no words of its own."""
        raise InputError(
            f"{self.title} changes the voice of a recording; it cannot read text. Give it a recording, "
            "or choose a voice that speaks."
        )

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def finish(self, run_dir: Path) -> None:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def _untrained(self) -> InputError:
        return InputError(f"{self.title} needs no training: make an instant voice with it.")


class OpenVoiceBase(ConversionBase):
    """OpenVoice v2's tone colour converter: `converter/config.json` and `converter/checkpoint.pth`, as released."""

    base_id = "openvoice_v2"
    title = "OpenVoice v2"
    sample_rate = input_rate = 22_050

    def _is_complete(self) -> bool:
        return all(released.find_file(self._folder, (name,), "converter") for name in ("config.json", "checkpoint.pth"))

    def _settings(self) -> dict[str, Any]:
        path = released.need_file(self._folder, ("config.json",), self.title, "converter")
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
            return {"data": dict(settings["data"]), "model": dict(settings["model"])}
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise BaseModelError(f"{self.title}: config.json is damaged. Get the model again.") from error

    def _speaker_size(self) -> int:
        return int(self._settings()["model"].get("gin_channels", 256))

    def _load(self) -> Any:
        from TTS.vc.configs.openvoice_config import OpenVoiceConfig
        from TTS.vc.models.openvoice import OpenVoice

        # coqui's Synthesizer recognises OpenVoice by “OpenVoice” in the path and never reads the file's
        # model section (TTS/utils/synthesizer.py, TTS/vc/models/openvoice.py in 0.28.0).
        settings, config = self._settings(), OpenVoiceConfig()
        for name in set(settings["model"]) & set(config.model_args.to_dict()):
            config.model_args[name] = settings["model"][name]
        data = settings["data"]
        config.audio.input_sample_rate = config.audio.output_sample_rate = int(data["sampling_rate"])
        config.audio.fft_size = int(data["filter_length"])
        config.audio.hop_length, config.audio.win_length = int(data["hop_length"]), int(data["win_length"])
        if config.audio.input_sample_rate != self.sample_rate:
            raise BaseModelError(f"{self.title}: config.json is of another model. Get the model again.")
        network = OpenVoice(config)
        path = released.need_file(self._folder, ("checkpoint.pth",), self.title, "converter")
        released.load_state(network, released.load_pth(path, self.title)["model"], self.title)
        return network

    def _describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        return network.extract_se(torch.from_numpy(samples))[0].detach().cpu()

    def _convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        import torch

        source, spectrum = network.extract_se(torch.from_numpy(samples))
        return network.inference(spectrum, {"g_src": source, "g_tgt": voice[SPEAKER]})["model_outputs"][0, 0]


class FreeVcBase(ConversionBase):
    """FreeVC at 24 kHz: the released folder, `WavLM-Large.pt` and, where its config asks, `speaker_encoder.pt`."""

    base_id = "freevc24"
    title = "FreeVC"
    input_rate, sample_rate = 16_000, 24_000
    _PART = "voice_conversion_models--multilingual--vctk--freevc24"

    def _is_complete(self) -> bool:
        config = released.find_file(self._folder, released.CONFIG_FILES, self._PART)
        model = released.find_file(self._folder, released.MODEL_FILES, self._PART)
        if not (config and model and find_wavlm(self._folder)):
            return False
        return not self._model_args(config).get("use_spk") or self._encoder_path() is not None

    def _encoder_path(self) -> Path | None:
        return released.find_file(self._folder, wavlm.SPEAKER_ENCODER_FILES, self._PART)

    def _model_args(self, config: Path | None = None) -> dict[str, Any]:
        path = config or released.need_file(self._folder, released.CONFIG_FILES, self.title, self._PART)
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")).get("model_args") or {})
        except (ValueError, TypeError, OSError) as error:
            raise BaseModelError(f"{self.title}: config.json is damaged. Get the model again.") from error

    def _speaker_size(self) -> int:
        return int(self._model_args().get("gin_channels", 256))

    def _load(self) -> Any:
        from TTS.config import load_config
        from TTS.vc.models.freevc import FreeVC

        config = load_config(released.need_file(self._folder, released.CONFIG_FILES, self.title, self._PART))
        hearing = wavlm.load_wavlm(need_wavlm(self._folder, self.title), self.title)
        with wavlm.no_downloads(hearing, self._encoder_path()):
            network = FreeVC(config)
        path = released.need_file(self._folder, released.MODEL_FILES, self.title, self._PART)
        state = released.load_pth(path, self.title)["model"]
        released.load_state(network, state, self.title, optional=("wavlm.", "enc_spk_ex."))
        return network

    def _describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        described = network._extract_target_se([torch.from_numpy(samples)]).detach().cpu()
        if not torch.all(torch.isfinite(described)):
            raise NotEnoughSpeechError("One of these clips is silent. Choose other clips.")
        return described.reshape(1, -1, 1)

    def _convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        heard = network.extract_wavlm_features(network.load_audio(samples))
        return network.inference(heard, g=voice[SPEAKER])[0][0]


class KnnVcBase(ConversionBase):
    """kNN-VC: every 20 ms of a recording become their nearest neighbours in the clips.

    Its parts are `WavLM-Large.pt` and the released vocoder of WavLM features.
    """

    base_id = "knnvc"
    title = "kNN-VC"
    input_rate = sample_rate = 16_000
    max_voice_mb = 40
    _PART = "vocoder_models--en--librispeech100--wavlm-hifigan_prematched"

    def _is_complete(self) -> bool:
        names = (released.CONFIG_FILES, released.MODEL_FILES)
        return bool(find_wavlm(self._folder)) and all(released.find_file(self._folder, it, self._PART) for it in names)

    def _load(self) -> Any:
        from TTS.config import load_config
        from TTS.vc.configs.knnvc_config import KNNVCConfig
        from TTS.vc.models.knnvc import KNNVC
        from TTS.vocoder.models import setup_generator

        config = KNNVCConfig()
        hearing = wavlm.load_wavlm(need_wavlm(self._folder, self.title), self.title, layers=config.wavlm_layer)
        with wavlm.no_downloads(hearing, None):
            network = KNNVC(config)
        settings = load_config(released.need_file(self._folder, released.CONFIG_FILES, self.title, self._PART))
        path = released.need_file(self._folder, released.MODEL_FILES, self.title, self._PART)
        content = released.load_pth(path, self.title)
        state = content.get("model") or content.get("generator") or {}
        state = {name.removeprefix("model_g."): value for name, value in state.items()}
        network.vocoder = setup_generator(settings)
        released.load_state(network.vocoder, state, self.title)
        return network

    def _describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        # Unlike coqui's, the clips are not cut by torchaudio's Vad: it empties quiet clips, and ours are cut
        # already. Their short pauses are wanted: pauses of the source find them.
        return network.get_features(torch.from_numpy(samples)).cpu()

    def _joined(self, described: "list[torch.Tensor]") -> "dict[str, torch.Tensor]":
        import torch

        return {MATCHING_SET: torch.cat(described).half()}

    def _fits(self, shapes: dict[str, tuple[int, ...]]) -> bool:
        shape = shapes.get(MATCHING_SET, ())
        wanted = self._network.wavlm.cfg.encoder_embed_dim if self._network is not None else None
        return len(shapes) == 1 and len(shape) == 2 and shape[0] >= 4 and wanted in (None, shape[1])

    def _convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        import torch

        features = network.get_features(torch.from_numpy(samples))
        matched = network.match(features, voice[MATCHING_SET].float())
        return network.vocoder.inference(matched).squeeze()


def find_wavlm(folder: Path) -> Path | None:
    """Return WavLM's file: in the base folder, or in a neighbour's, for both converters use the same 1.2 GB."""
    for place in (folder, folder.parent / FreeVcBase.base_id, folder.parent / KnnVcBase.base_id, folder.parent):
        for name in wavlm.WAVLM_FILES:
            if (place / name).is_file():
                return place / name
    return None


def need_wavlm(folder: Path, title: str) -> Path:
    """Return WavLM's file.

    Raises:
        BaseModelError: it is not there.
    """
    return find_wavlm(folder) or released.need_file(folder, wavlm.WAVLM_FILES, title)

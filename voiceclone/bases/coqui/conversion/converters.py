"""coqui's voice conversion models built from released files: speaker description, and conversion of one piece."""

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.bases.catalogue import WAVLM_FOLDER
from voiceclone.bases.coqui import released
from voiceclone.bases.coqui.conversion import wavlm
from voiceclone.bases.coqui.voice_tensors import SPEAKER
from voiceclone.bases.coqui.workarounds import parts_from_here
from voiceclone.errors import BaseModelError, NotEnoughSpeechError

if TYPE_CHECKING:
    import torch

MATCHING_SET = "matching_set"
"""kNN-VC's voice: one row per 20 ms of the clips, shape (frames, 1024), half precision."""

NEIGHBOURS = 4
"""k of kNN-VC, as in its paper."""


class Converter(ABC):
    """One kind of converter; the constructor loads nothing.

    Args:
        folder: of its released files.
        title: display name, for messages.
    """

    input_rate: int
    """Of what it takes, hertz."""
    output_rate: int
    """Of what it gives, hertz."""

    def __init__(self, folder: Path, title: str) -> None:
        self.folder, self.title = folder, title

    @abstractmethod
    def is_complete(self) -> bool:
        """True when every file lies in the folder."""

    @abstractmethod
    def load(self) -> Any:
        """Build the network with its weights.

        Raises:
            BaseModelError: a file is missing or damaged.
        """

    @abstractmethod
    def describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        """Return the speaker description of one clip, float32 (n,) at `input_rate`."""

    def joined(self, described: "list[torch.Tensor]") -> "dict[str, torch.Tensor]":
        """Return the tensors of a voice file from the clips' descriptions."""
        import torch

        return {SPEAKER: torch.stack(described).mean(dim=0)}

    def fits(self, shapes: dict[str, tuple[int, ...]]) -> bool:
        """True when a voice file's tensors have the right names and shapes."""
        return shapes == {SPEAKER: (1, self._speaker_size(), 1)}

    def _speaker_size(self) -> int:
        raise NotImplementedError

    @abstractmethod
    def convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        """Return one piece, float32 (n,) at `input_rate`, in a voice, shape (m,) at `output_rate`."""


class OpenVoiceConverter(Converter):
    """OpenVoice v2's tone colour converter: `converter/config.json` and `converter/checkpoint.pth`, as released."""

    input_rate = output_rate = 22_050

    def is_complete(self) -> bool:
        return all(released.find_file(self.folder, (name,), "converter") for name in ("config.json", "checkpoint.pth"))

    def _settings(self, part: str) -> dict[str, Any]:
        path = released.need_file(self.folder, ("config.json",), self.title, "converter")
        return read_settings(path, self.title, part)

    def _speaker_size(self) -> int:
        return int(self._settings("model").get("gin_channels", 256))

    def load(self) -> Any:
        from TTS.vc.configs.openvoice_config import OpenVoiceConfig
        from TTS.vc.models.openvoice import OpenVoice

        # coqui's Synthesizer recognises OpenVoice by “OpenVoice” in the path and never reads the file's
        # model section (TTS/utils/synthesizer.py, TTS/vc/models/openvoice.py in 0.28.0).
        model, data, config = self._settings("model"), self._settings("data"), OpenVoiceConfig()
        for name in set(model) & set(config.model_args.to_dict()):
            config.model_args[name] = model[name]
        config.audio.input_sample_rate = config.audio.output_sample_rate = int(data["sampling_rate"])
        config.audio.fft_size = int(data["filter_length"])
        config.audio.hop_length, config.audio.win_length = int(data["hop_length"]), int(data["win_length"])
        if config.audio.input_sample_rate != self.output_rate:
            raise BaseModelError(f"{self.title}: config.json is of another model. Get the model again.")
        network = OpenVoice(config)
        path = released.need_file(self.folder, ("checkpoint.pth",), self.title, "converter")
        released.load_state(network, released.load_pth(path, self.title)["model"], self.title)
        return network

    def describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        return network.extract_se(torch.from_numpy(samples))[0].detach().cpu()

    def convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        import torch

        source, spectrum = network.extract_se(torch.from_numpy(samples))
        return network.inference(spectrum, {"g_src": source, "g_tgt": voice[SPEAKER]})["model_outputs"][0, 0]


class FreeVcConverter(Converter):
    """FreeVC at 24 kHz: the released folder, `WavLM-Large.pt` and, where its config asks, `speaker_encoder.pt`."""

    input_rate, output_rate = 16_000, 24_000
    _PART = "voice_conversion_models--multilingual--vctk--freevc24"

    def is_complete(self) -> bool:
        config = released.find_file(self.folder, released.CONFIG_FILES, self._PART)
        model = released.find_file(self.folder, released.MODEL_FILES, self._PART)
        if not (config and model and find_wavlm(self.folder)):
            return False
        return not self._model_args(config).get("use_spk") or self._encoder_path() is not None

    def _encoder_path(self) -> Path | None:
        return released.find_file(self.folder, wavlm.SPEAKER_ENCODER_FILES, self._PART)

    def _model_args(self, config: Path | None = None) -> dict[str, Any]:
        path = config or released.need_file(self.folder, released.CONFIG_FILES, self.title, self._PART)
        return read_settings(path, self.title, "model_args")

    def _speaker_size(self) -> int:
        return int(self._model_args().get("gin_channels", 256))

    def load(self) -> Any:
        from TTS.config import load_config
        from TTS.vc.models.freevc import FreeVC

        config = load_config(released.need_file(self.folder, released.CONFIG_FILES, self.title, self._PART))
        hearing = wavlm.load_wavlm(need_wavlm(self.folder, self.title), self.title)
        with parts_from_here(hearing, self._encoder_path()):
            network = FreeVC(config)
        path = released.need_file(self.folder, released.MODEL_FILES, self.title, self._PART)
        state = released.load_pth(path, self.title)["model"]
        released.load_state(network, state, self.title, optional=("wavlm.", "enc_spk_ex."))
        return network

    def describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        described = network._extract_target_se([torch.from_numpy(samples)]).detach().cpu()
        if not torch.all(torch.isfinite(described)):
            raise NotEnoughSpeechError("One of these clips is silent. Choose other clips.")
        return described.reshape(1, -1, 1)

    def convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        heard = network.extract_wavlm_features(network.load_audio(samples))
        return network.inference(heard, g=voice[SPEAKER])[0][0]


class KnnVcConverter(Converter):
    """kNN-VC: every 20 ms of a recording become their nearest neighbours in the clips.

    Its parts are `WavLM-Large.pt` and the released vocoder of WavLM features.
    """

    input_rate = output_rate = 16_000
    _PART = "vocoder_models--en--librispeech100--wavlm-hifigan_prematched"

    def is_complete(self) -> bool:
        names = (released.CONFIG_FILES, released.MODEL_FILES)
        return bool(find_wavlm(self.folder)) and all(released.find_file(self.folder, it, self._PART) for it in names)

    def load(self) -> Any:
        from TTS.config import load_config
        from TTS.vc.configs.knnvc_config import KNNVCConfig
        from TTS.vc.models.knnvc import KNNVC
        from TTS.vocoder.models import setup_generator

        config = KNNVCConfig()
        hearing = wavlm.load_wavlm(need_wavlm(self.folder, self.title), self.title, layers=config.wavlm_layer)
        with parts_from_here(hearing, None):
            network = KNNVC(config)
        settings = load_config(released.need_file(self.folder, released.CONFIG_FILES, self.title, self._PART))
        path = released.need_file(self.folder, released.MODEL_FILES, self.title, self._PART)
        content = released.load_pth(path, self.title)
        state = content.get("model") or content.get("generator") or {}
        state = {name.removeprefix("model_g."): value for name, value in state.items()}
        network.vocoder = setup_generator(settings)
        released.load_state(network.vocoder, state, self.title)
        return network

    def describe(self, network: Any, samples: np.ndarray) -> "torch.Tensor":
        import torch

        # Unlike coqui's, the clips are not cut by torchaudio's Vad: it empties quiet clips, and ours are cut
        # already. Their short pauses are wanted: pauses of the source find them.
        return network.get_features(torch.from_numpy(samples)).cpu()

    def joined(self, described: "list[torch.Tensor]") -> "dict[str, torch.Tensor]":
        import torch

        return {MATCHING_SET: torch.cat(described).half()}

    def fits(self, shapes: dict[str, tuple[int, ...]]) -> bool:
        shape = shapes.get(MATCHING_SET, ())
        return len(shapes) == 1 and len(shape) == 2 and shape[0] >= NEIGHBOURS and shape[1] == self._vocoder_input()

    def _vocoder_input(self) -> int:
        path = released.need_file(self.folder, released.CONFIG_FILES, self.title, self._PART)
        return int(read_settings(path, self.title, "generator_model_params").get("pre_linear") or 0)

    def convert(self, network: Any, samples: np.ndarray, voice: "dict[str, torch.Tensor]") -> "torch.Tensor":
        import torch

        features = network.get_features(torch.from_numpy(samples))
        matched = network.match(features, voice[MATCHING_SET].float(), topk=NEIGHBOURS)
        return network.vocoder.inference(matched).squeeze()


def read_settings(path: Path, title: str, part: str) -> dict[str, Any]:
    """Return one section of a config.json.

    Raises:
        BaseModelError: the file is damaged, or of another model.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))[part])
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise BaseModelError(f"{title}: “{path.name}” is damaged. Get the model again.") from error


def find_wavlm(folder: Path) -> Path | None:
    """Return WavLM's file: beside the base folders, since two converters share the 1.2 GB, or in the base's own."""
    return released.find_file(folder.parent / WAVLM_FOLDER, wavlm.WAVLM_FILES) or released.find_file(
        folder, wavlm.WAVLM_FILES
    )


def need_wavlm(folder: Path, title: str) -> Path:
    """Return WavLM's file.

    Raises:
        BaseModelError: it is missing.
    """
    return find_wavlm(folder) or released.need_file(folder, wavlm.WAVLM_FILES, title)


CONVERTERS: dict[str, type[Converter]] = {
    "openvoice_v2": OpenVoiceConverter,
    "freevc24": FreeVcConverter,
    "knnvc": KnnVcConverter,
}
"""By the id of the base."""

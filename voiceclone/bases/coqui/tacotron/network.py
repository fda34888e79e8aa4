"""Tacotron 2 and its HiFi-GAN vocoder from their released folders: built, checked against each other, spoken with."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.coqui import released
from voiceclone.bases.coqui.bundle import CONFIG_FILE, Bundle, read_bundle
from voiceclone.bases.coqui.workarounds import prepare_library, text_without_losses
from voiceclone.errors import BaseModelError, TextError

if TYPE_CHECKING:
    import torch

TITLE = "Tacotron 2 + HiFi-GAN"
VOCODER_FOLDER = "vocoder_models--en--ljspeech--hifigan_v2"
ACOUSTIC, VOCODER = "acoustic.", "vocoder."
"""Beginnings of tensor names in a voice file: the network that reads text, and the one that makes sound."""
SHARED_AUDIO = (
    "sample_rate", "fft_size", "win_length", "hop_length", "num_mels", "mel_fmin", "mel_fmax", "base", "spec_gain",
)  # fmt: skip
"""Settings that decide what a spectrogram's numbers mean; both networks must have been made for the same.
How they are scaled afterwards may differ: that is converted."""
LONGEST_SPEECH_S = 20.0
FRAMES_PER_TOKEN = 30
"""Four times the pace of a slow reader: a decoder that has not stopped by then will not stop."""
MIN_TOKENS = 8
"""Shorter inputs are padded: the attention reads 31 tokens at once, and was never shown fewer
(coqui-ai/TTS issue 2336)."""
MAX_TOKENS = 250
_LETTERS = "abcdefghijklmnopqrstuvwxyz'-.,;:!? "


@dataclass
class Pair:
    """Both networks, on one device, ready to speak."""

    bundle: Bundle
    acoustic: Any
    """coqui's `Tacotron2`."""
    vocoder: Any
    """coqui's HiFi-GAN generator."""
    vocoder_audio: Any
    """coqui's `AudioProcessor` of the vocoder."""

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        return int(self.acoustic.ap.sample_rate)


def vocoder_folder(folder: Path) -> Path:
    """Return where the vocoder's released files lie."""
    return folder / VOCODER_FOLDER


def vocoder_bundle(folder: Path) -> Bundle:
    """Return the vocoder's bundle.

    Raises:
        BaseModelError: its configuration is missing or damaged.
    """
    bundle = read_bundle(vocoder_folder(folder))
    if "model" not in bundle.config:  # the oldest vocoders are named by their generator alone
        name = str(bundle.config.get("generator_model", "")).removesuffix("_generator")
        bundle = replace(bundle, config=bundle.config | {"model": name})
    return bundle


def is_complete(folder: Path) -> bool:
    """True when both networks' files are there."""
    places = (folder, vocoder_folder(folder))
    return all((place / CONFIG_FILE).is_file() for place in places) and all(
        any((place / name).is_file() for name in released.MODEL_FILES) for place in places
    )


def read_configs(folder: Path) -> tuple[Bundle, Any, Any]:
    """Return the bundle, and both networks' configurations as coqui's own objects.

    Raises:
        BaseModelError: a file is missing or damaged, or the networks were made for different sound.
    """
    bundle = read_bundle(folder)
    prepare_library()
    from TTS.utils.audio import AudioProcessor

    acoustic, vocoder = bundle.library_config(), vocoder_bundle(folder).library_config()
    for config in (acoustic, vocoder):
        if config.audio.signal_norm and config.audio.stats_path:
            # The library reads this file with allow_pickle=True (TTS/utils/audio/processor.py, load_stats).
            raise BaseModelError(f"{TITLE}: this release has a file that could run code. Get the released one.")
        config.audio.stats_path = None
    one, other = AudioProcessor(acoustic.audio), AudioProcessor(vocoder.audio)
    different = [name for name in SHARED_AUDIO if getattr(one, name) != getattr(other, name)]
    if different:
        raise BaseModelError(
            f"{TITLE}: the two networks were made for different sound ({', '.join(different)}). "
            "Get both again; only the two that belong together can speak."
        )
    return bundle, acoustic, vocoder


def load_acoustic(folder: Path) -> Any:
    """Build the network that reads text, with its weights, on the processor.

    Raises:
        BaseModelError: a file is missing or damaged.
    """
    from TTS.tts.models.tacotron2 import Tacotron2

    bundle, config, _ = read_configs(folder)
    content = released.load_pth(bundle.model_path, TITLE)
    network = Tacotron2(config)
    released.load_state(network, _model_of(content), TITLE)
    stored = content.get("config")
    frames = content.get("r") or (stored.get("r") if isinstance(stored, dict) else None) or config.r
    network.decoder.set_r(int(frames))
    return network.eval()


def load_vocoder(folder: Path, with_discriminator: bool = False) -> tuple[Any, bool]:
    """Build the vocoder, on the processor.

    Args:
        folder: the base folder.
        with_discriminator: for training: coqui's whole `GAN`, else its generator alone.

    Returns:
        the network, and whether the release had a discriminator; a fresh one has to be warmed up.

    Raises:
        BaseModelError: a file is missing or damaged.
    """
    from TTS.vocoder.models import setup_generator
    from TTS.vocoder.models.gan import GAN

    _, _, config = read_configs(folder)
    content = released.load_pth(vocoder_bundle(folder).model_path, TITLE)
    state = _model_of(content)
    generator = {name.removeprefix("model_g."): value for name, value in state.items() if not _of_judge(name)}
    judge = {name.removeprefix("model_d."): value for name, value in state.items() if _of_judge(name)}
    judge = judge or content.get("model_disc") or {}
    if not with_discriminator:
        network = setup_generator(config)
        released.load_state(network, generator, TITLE)
        return network.eval(), bool(judge)
    network = GAN(config)
    released.load_state(network.model_g, generator, TITLE)
    if judge:
        released.load_state(network.model_d, judge, TITLE)
    return network.eval(), bool(judge)


def load_pair(folder: Path) -> Pair:
    """Build both networks for speaking, on the processor.

    Raises:
        BaseModelError: a file is missing or damaged, or the networks do not belong together.
    """
    acoustic = load_acoustic(folder)
    vocoder, _ = load_vocoder(folder)
    from TTS.utils.audio import AudioProcessor

    bundle, _, config = read_configs(folder)
    return Pair(bundle, acoustic.requires_grad_(False), vocoder.requires_grad_(False), AudioProcessor(config.audio))


def learnable_state(network: Any, prefix: str) -> "dict[str, torch.Tensor]":
    """Return what training may change, by its name in a voice file: parameters, and batch norms' running figures."""
    return {prefix + name: value for name, value in network.state_dict().items() if value.is_floating_point()}


def tokens_of(acoustic: Any, text: str, language: str) -> list[int]:
    """Return the token ids of a text, padded to what the network can read.

    Raises:
        TextError: there is nothing to speak, or the text is too long.
    """
    tokenizer = acoustic.tokenizer
    # A network on phonemes reads any letter; one on letters knows only those of its list.
    letters = tokenizer.characters.vocab if tokenizer.phonemizer is None else _LETTERS
    words = text_without_losses(text, language, letters)
    ids = list(tokenizer.text_to_ids(words))
    if len(ids) > MAX_TOKENS:
        raise TextError("This sentence is too long to be spoken in one breath. Put a full stop in it.")
    while len(ids) < MIN_TOKENS:
        ids += list(tokenizer.text_to_ids(".")) or ids[-1:]
    return ids


def say(pair: Pair, text: str, language: str, speed: float) -> Audio:
    """Speak one sentence; the same text always sounds the same.

    Raises:
        TextError: there is nothing to speak, or the text is too long.
    """
    import torch

    ids = tokens_of(pair.acoustic, text, language)
    place = next(pair.acoustic.parameters()).device
    decoder, audio = pair.acoustic.decoder, pair.acoustic.ap
    longest = min(FRAMES_PER_TOKEN * len(ids), int(LONGEST_SPEECH_S * audio.sample_rate / audio.hop_length))
    decoder.max_decoder_steps = max(1, longest // decoder.r)  # the released 10,000 steps are minutes of noise
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(sum(ids))
        made = pair.acoustic.inference(torch.tensor([ids], device=place))["model_outputs"][0].T.float().cpu().numpy()
        spectrum = torch.from_numpy(pair.vocoder_audio.normalize(audio.denormalize(made)))[None].to(place)
        if speed != 1.0:
            spectrum = torch.nn.functional.interpolate(spectrum, scale_factor=1 / speed, mode="linear")
        samples = pair.vocoder.inference(spectrum)[0, 0].float().cpu().numpy()
    # The vocoder repeats the first and last frames as a run-up and leaves them in its sound.
    edge = pair.vocoder.inference_padding * audio.hop_length
    samples = samples[edge : len(samples) - edge]
    return Audio(np.clip(samples, -1.0, 1.0), pair.sample_rate)


def _model_of(content: Any) -> "dict[str, torch.Tensor]":
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise BaseModelError(f"{TITLE}: a checkpoint is not the released file. Get the model again.")
    return content["model"]


def _of_judge(name: str) -> bool:
    return name.startswith("model_d.")


def wrong_rate(found: int, wanted: int) -> BaseModelError:
    """Return the error of a release that speaks at another rate than the known one."""
    return BaseModelError(f"{TITLE}: this release speaks at {found} Hz, not {wanted}. Get the released model again.")

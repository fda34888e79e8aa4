"""A released VITS network: built from its bundle, filled with its weights, speaking, converting, listening."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.coqui import released
from voiceclone.bases.coqui.bundle import Bundle
from voiceclone.bases.coqui.workarounds import prepare_library, text_without_losses
from voiceclone.bases.voice_numbers import check_length
from voiceclone.errors import BaseModelError, TextError

if TYPE_CHECKING:
    import torch

SPEAKING_NOISE = 0.3
"""Noise of the prior while speaking; what YourTTS's authors advise in place of the 0.667 of VITS."""
DURATION_NOISE = 0.3
"""Noise of the duration predictor while speaking; the same advice."""
MAX_TOKENS = 1_000
"""Longest sentence in tokens, blanks between them included: attention grows with the square."""
DISCRIMINATOR = "disc."
"""Beginning of the names of the discriminator's tensors."""


@cache
def _network_class() -> type:
    prepare_library()
    from TTS.tts.models.vits import Vits

    class SpeakerVectorVits(Vits):
        """`Vits` that is told the speaker as a vector, whether it was released with vectors or with a table.

        A row of the table then is a vector like any other: a new speaker needs no larger table, and mixing
        known speakers into a batch is the same for both kinds. Only vectors are normalised, as in the library.
        """

        def _get_speaker_conditioning(self, aux_input: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            kwargs["normalize_d_vector"] = self.args.use_d_vector_file
            return super()._get_speaker_conditioning(aux_input, *args, **kwargs)

        def forward_mas(self, outputs: Any, *tensors: Any, g: Any, lang_emb: Any) -> Any:
            # In bfloat16 neighbouring alignments score the same, and numpy, which searches them, knows no such type.
            import torch

            with torch.autocast(tensors[0].device.type, enabled=False):
                exact = [tensor.float() for tensor in tensors]
                language = None if lang_emb is None else lang_emb.float()
                return super().forward_mas(outputs, *exact, g=None if g is None else g.float(), lang_emb=language)

    return SpeakerVectorVits


def build_network(bundle: Bundle, discriminator: bool = False) -> "torch.nn.Module":
    """Return the network of a bundle with random weights.

    Args:
        bundle: a released model.
        discriminator: whether to build one, too; only training needs it.

    Raises:
        BaseModelError: the configuration is damaged or of another kind of model.
    """
    config = bundle.library_config()
    if str(config.model) != "vits":
        raise BaseModelError(f"The model in “{bundle.folder.name}” is “{config.model}”, not VITS. Get the model again.")
    arguments = config.model_args
    # The speaker encoder is asked directly, before training (`SpeakerListener`); within the network it would be
    # trained along (see `workarounds`), and the vectors of all released speakers are not needed, either.
    config.speaker_encoder_model_path = arguments.speaker_encoder_model_path = ""
    arguments.use_speaker_encoder_as_loss = False
    config.d_vector_file = arguments.d_vector_file = None
    arguments.init_discriminator = discriminator
    try:
        return _network_class()(config)
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError, RuntimeError) as error:
        raise BaseModelError(
            f"The configuration of the model in “{bundle.folder.name}” cannot be used ({error}). Get the model again."
        ) from error


def load_network(bundle: Bundle, device: str, discriminator: bool = False) -> tuple["torch.nn.Module", bool]:
    """Return the network of a bundle with its released weights, and whether a discriminator was among them.

    Every tensor of the network (the discriminator's aside) equals the file's afterwards; old names such as
    `weight_g` are translated by torch.

    Raises:
        BaseModelError: the weights are missing, damaged, or do not fit the configuration.
    """
    title = bundle.folder.name
    content = released.load_pth(bundle.model_path, title)
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise BaseModelError(f"{title}: “{bundle.model_path.name}” is not the released file. Get the model again.")
    state = {name: value for name, value in content["model"].items() if "speaker_encoder" not in name}
    has_discriminator = any(name.startswith(DISCRIMINATOR) for name in state)
    if not discriminator:
        state = {name: value for name, value in state.items() if not name.startswith(DISCRIMINATOR)}
    network = build_network(bundle, discriminator)
    optional = (DISCRIMINATOR,) if discriminator and not has_discriminator else ("speaker_encoder.",)
    unknown = [name for name in state if not _is_known(name, network)]
    if unknown:
        raise BaseModelError(
            f"{title}: the checkpoint has a tensor “{unknown[0]}” that its config.json has no place for. "
            "Get the model again."
        )
    released.load_state(network, state, title, optional)
    network.eval()
    return network.to(device), has_discriminator


def _is_known(name: str, network: "torch.nn.Module") -> bool:
    return new_name(name) in network.state_dict()


def new_name(name: str) -> str:
    """Return what a tensor of a released file is called in today's network."""
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        if name.endswith("." + old):
            return f"{name.removesuffix(old)}parametrizations.weight.{new}"
    return name


# Text ---------------------------------------------------------------------------------------------


def language_name(bundle: Bundle, language: str) -> str | None:
    """Return what the model calls one of our languages (`pt` is its `pt-br`); None for a model of one language.

    Raises:
        TextError: it does not speak it.
    """
    names = bundle.language_ids
    if not names:
        return None
    family = language.split("-")[0]
    for name in (language, family, *sorted(names)):
        if name in names and name.split("-")[0] == family:
            return name
    raise TextError(f"This model does not speak “{language}”. Choose one of: {', '.join(names)}.")


def token_ids(network: "torch.nn.Module", bundle: Bundle, text: str, language: str) -> list[int]:
    """Return the tokens of a text: numbers and abbreviations are words by then.

    Raises:
        TextError: nothing in it can be said, or it is longer than one sentence can be.
    """
    tokenizer = network.tokenizer
    # A model on phonemes reads any letter; one on letters knows only those of its list.
    letters = tokenizer.characters.vocab if tokenizer.phonemizer is None else _LETTERS
    words = text_without_losses(text, language, letters)
    ids = tokenizer.text_to_ids(words, language=language_name(bundle, language) or language)
    if len(ids) > MAX_TOKENS:
        raise TextError("This sentence is too long to be spoken in one breath. Put a full stop in it.")
    return ids


_LETTERS = "abcdefghijklmnopqrstuvwxyz'-.,;:!?()\"“”‘’— "


def language_id(network: "torch.nn.Module", bundle: Bundle, language: str) -> int | None:
    """Return the row of a language in the network's table, None where there is none."""
    name = language_name(bundle, language)
    return None if name is None or not network.args.use_language_embedding else bundle.language_ids[name]


# Speaking and converting --------------------------------------------------------------------------


def speak(
    network: "torch.nn.Module", bundle: Bundle, speaker: "torch.Tensor", text: str, language: str, speed: float = 1.0
) -> Audio:
    """Speak one sentence.

    Args:
        network: with the voice's weights.
        bundle: it is from.
        speaker: float32, shape (1, size): speaker vector, or row of the table.
        text: as written.
        language: one of ours.
        speed: 1 is the model's own.

    Raises:
        UnspeakableError: the sentence would be far longer than voices speak; nothing is rendered.
    """
    import torch

    device = next(network.parameters()).device
    tokens = torch.tensor([token_ids(network, bundle, text, language)], device=device)
    row = language_id(network, bundle, language)
    network.inference_noise_scale, network.inference_noise_scale_dp = SPEAKING_NOISE, DURATION_NOISE
    network.length_scale = 1.0 / speed
    frame_s = network.config.audio.hop_length / bundle.sample_rate
    signs = tokens.shape[1] // 2 if network.config.add_blank else tokens.shape[1]

    def check(_: Any, __: Any, log_frames: "torch.Tensor") -> None:
        check_length(float(log_frames.double().exp().sum()) * frame_s, signs)

    # The library asks the predictor for durations and makes room for them in one go.
    with _hooked(network.duration_predictor, check):
        spoken = _infer(network, tokens, speaker, row)
    return _sound(spoken, bundle.sample_rate)


@contextmanager
def _hooked(module: "torch.nn.Module", check: Any) -> Iterator[None]:
    handle = module.register_forward_hook(check)
    try:
        yield
    finally:
        handle.remove()


def _infer(
    network: "torch.nn.Module", tokens: "torch.Tensor", speaker: "torch.Tensor", row: int | None
) -> "torch.Tensor":
    import torch

    device = tokens.device
    return network.inference(
        tokens,
        {
            "x_lengths": torch.tensor([tokens.shape[1]], device=device),
            "d_vectors": speaker.to(device),
            "speaker_ids": None,
            "language_ids": None if row is None else torch.tensor([row], device=device),
            "durations": None,
        },
    )["model_outputs"]


def convert(
    network: "torch.nn.Module", samples: np.ndarray, source: "torch.Tensor", target: "torch.Tensor"
) -> np.ndarray:
    """Return the same words in another voice, float32, as many samples (up to one frame).

    Args:
        network: with the target voice's weights.
        samples: the recording at the model's rate.
        source: who speaks in it, shape (1, size).
        target: who shall speak, shape (1, size).
    """
    import torch

    device = next(network.parameters()).device
    with torch.inference_mode():
        spectrogram = spectrogram_of(network, torch.from_numpy(samples)[None, None].to(device))
        lengths = torch.tensor([spectrogram.shape[2]], device=device)
        before, after = conditioning(network, source), conditioning(network, target)
        latent, _, _, mask = network.posterior_encoder(spectrogram, lengths, g=before)
        neutral = network.flow(latent, mask, g=before)
        latent = network.flow(neutral, mask, g=after, reverse=True)
        return network.waveform_decoder(latent * mask, g=after)[0, 0].float().cpu().numpy()


def conditioning(network: "torch.nn.Module", speakers: "torch.Tensor") -> "torch.Tensor":
    """Return speakers, shape (batch, size), as the layers take them, shape (batch, size, 1)."""
    device = next(network.parameters()).device
    return network._get_speaker_conditioning({"d_vectors": speakers.to(device)}, "emb_g", normalize_embedding=False)


def spectrogram_of(network: "torch.nn.Module", waveform: "torch.Tensor") -> "torch.Tensor":
    """Return linear magnitudes, shape (batch, bins, frames), of sound, shape (batch, 1, samples)."""
    import torch
    from TTS.utils.audio.torch_transforms import wav_to_spec

    audio = network.config.audio
    with torch.autocast(waveform.device.type, enabled=False):
        return wav_to_spec(waveform.float(), audio.fft_size, audio.hop_length, audio.win_length, center=False)


def _sound(spoken: "torch.Tensor", sample_rate: int) -> Audio:
    samples = spoken[0, 0].float().cpu().numpy()
    if not np.all(np.isfinite(samples)):
        raise BaseModelError(
            "The voice makes no sound (its numbers are damaged). Train it again, or get the model again."
        )
    return Audio(np.clip(samples, -1.0, 1.0).astype(np.float32), sample_rate)


# Speakers -----------------------------------------------------------------------------------------


class SpeakerListener:
    """The speaker encoder that a model was released with: recordings -> speaker vectors.

    Raises:
        BaseModelError: it is missing or damaged.
    """

    def __init__(self, bundle: Bundle) -> None:
        prepare_library()
        from TTS.tts.utils.speakers import SpeakerManager

        weights = bundle.path_of("speaker_encoder_model_path")
        config = bundle.path_of("speaker_encoder_config_path")
        if weights is None or config is None:
            raise BaseModelError(
                f"The speaker encoder of {bundle.folder.name} (model_se.pth, config_se.json) is missing. "
                "Get the model again."
            )
        released.load_pth(weights, bundle.folder.name)  # our sentence for a damaged file, and nothing that runs code
        try:
            self._manager = SpeakerManager(encoder_model_path=weights, encoder_config_path=config)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise BaseModelError(
                f"The speaker encoder of {bundle.folder.name} is damaged. Get the model again."
            ) from error

    def vector(self, audio: Audio) -> np.ndarray:
        """Return the speaker vector of a recording, float32, shape (size,); some 1 s of work per clip.

        As `SpeakerManager.compute_embedding_from_clip` does it (TTS/tts/utils/managers.py), without a file.
        """
        import torch

        sound, encoder = self._manager.encoder_ap, self._manager.encoder
        samples = resample(audio, sound.sample_rate).samples
        if sound.do_sound_norm:
            samples = sound.sound_norm(samples)
        if not self._manager.encoder_config.model_params.get("use_torch_spec", False):
            samples = sound.melspectrogram(samples)
        with torch.inference_mode():
            prepared = torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None]
            return encoder.compute_embedding(prepared)[0].numpy().astype(np.float32)

    def mean_vector(self, recordings: list[Audio]) -> np.ndarray:
        """Return the mean of the recordings' vectors, float32, shape (size,)."""
        return np.mean([self.vector(recording) for recording in recordings], axis=0).astype(np.float32)


def known_speakers(network: "torch.nn.Module", bundle: Bundle) -> "dict[str, torch.Tensor]":
    """Return the speakers a model was released with, name -> shape (1, size)."""
    import torch

    if bundle.speaker_ids:
        table = network.emb_g.weight.detach().float().cpu()
        return {name: table[row : row + 1].clone() for name, row in bundle.speaker_ids.items()}
    return {name: torch.from_numpy(vector)[None] for name, vector in bundle.speaker_vectors().items()}

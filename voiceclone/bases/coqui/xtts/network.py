"""XTTS v2 from its released files: the network, its stock voice, a speaker's latents, and one sentence spoken."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.coqui import released
from voiceclone.bases.coqui.voice_tensors import SPEAKER
from voiceclone.bases.coqui.workarounds import hindi_numbers_as_words
from voiceclone.errors import BaseModelError, TextError

if TYPE_CHECKING:
    import torch

TITLE = "XTTS v2"
CONFIG_FILE, VOCAB_FILE, MODEL_FILE = "config.json", "vocab.json", "model.pth"
SPEAKERS_FILE = "speakers_xtts.pth"
TRAINING_FILES = ("dvae.pth", "mel_stats.pth")
"""Only training needs them; coqui's own download leaves the first out."""
INPUT_RATE = 22_050
OUTPUT_RATE = 24_000
LATENT = "gpt_cond_latent"
"""Tensor name of what the GPT hears of the speaker: float32, shape (1, 32, 1024)."""
_TRAINER_PARTS = ("torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae", "dvae")
_UNKNOWN_TOKEN, _STOP_TOKEN = 1, 0


def is_complete(folder: Path) -> bool:
    """True when all that speaking needs lies in the folder."""
    return all((folder / name).is_file() for name in (CONFIG_FILE, VOCAB_FILE, MODEL_FILE))


def read_config(folder: Path) -> Any:
    """Return the released configuration as coqui's `XttsConfig`.

    Raises:
        BaseModelError: it is missing or damaged.
    """
    from TTS.config import load_config

    path = released.need_file(folder, (CONFIG_FILE,), TITLE)
    try:
        config = load_config(path)
    except (ValueError, KeyError, TypeError, AttributeError, ModuleNotFoundError) as error:
        raise BaseModelError(f"{TITLE}: config.json is damaged, or of another model. Get the model again.") from error
    # With a number here coqui builds the GPT (1.8 GB) twice: once before and once after the vocabulary is read.
    config.model_args.gpt_number_text_tokens = None
    return config


def read_state(folder: Path) -> "dict[str, torch.Tensor]":
    """Return the tensors of `model.pth` by their names in the network; large ones are read when they are used.

    coqui's `Xtts.load_checkpoint` writes older files anew, in place (TTS/tts/models/xtts.py, `_load_checkpoint`,
    0.28.0); this only reads.

    Raises:
        BaseModelError: the file is missing or damaged.
    """
    path = released.need_file(folder, (MODEL_FILE,), TITLE)
    try:
        content = released.load_pth(path, TITLE, lazy=True)
    except BaseModelError:
        from TTS.tts.models.xtts import _legacy_safe_globals

        with _legacy_safe_globals():  # the first releases hold their configuration as four plain data classes
            content = released.load_pth(path, TITLE, lazy=True)
    try:
        state = {name.removeprefix("xtts."): value for name, value in content["model"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise BaseModelError(f"{TITLE}: “{MODEL_FILE}” is not the released file. Get the model again.") from error
    return {name: value for name, value in state.items() if name.split(".")[0] not in _TRAINER_PARTS}


def read_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of the released vocabulary.

    Raises:
        BaseModelError: it is missing or damaged.
    """
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    path = released.need_file(folder, (VOCAB_FILE,), TITLE)
    try:
        return VoiceBpeTokenizer(vocab_file=path)
    except Exception as error:  # the library raises bare Exception for a damaged file
        raise BaseModelError(f"{TITLE}: {VOCAB_FILE} is damaged. Get the model again.") from error


def load_network(folder: Path) -> Any:
    """Build the network for speaking, on the processor.

    Raises:
        BaseModelError: a file is missing or damaged.
    """
    import torch
    from TTS.tts.models.xtts import Xtts

    network = Xtts(read_config(folder))
    network.tokenizer = read_tokenizer(folder)
    network.init_models()
    state = read_state(folder)
    # Version 1 kept the inference copy of the GPT in its file; it shares every weight with the GPT itself.
    released.load_state(network, state, TITLE, optional=("mel_stats",))
    if "mel_stats" not in state and (folder / "mel_stats.pth").is_file():
        network.mel_stats = released.load_pth(folder / "mel_stats.pth", TITLE)
    network.gpt.init_gpt_for_inference(kv_cache=network.args.kv_cache)
    torch.nn.Module.eval(network)
    return network.requires_grad_(False)


def stock_voice(folder: Path) -> "dict[str, torch.Tensor]":
    """Return the vectors of the first released speaker.

    Raises:
        BaseModelError: there are none.
    """
    speakers = released.load_pth(released.need_file(folder, (SPEAKERS_FILE,), TITLE), TITLE)
    try:
        first = next(iter(speakers.values()))
        return {LATENT: first["gpt_cond_latent"].float(), SPEAKER: first["speaker_embedding"].float()}
    except (StopIteration, KeyError, TypeError, AttributeError) as error:
        raise BaseModelError(f"{TITLE}: {SPEAKERS_FILE} is damaged. Get the model again.") from error


def describe_speaker(network: Any, clips: Sequence[Audio]) -> "dict[str, torch.Tensor]":
    """Return a speaker's vectors from recordings, with the lengths that the released configuration names.

    What `Xtts.get_conditioning_latents` does for paths, which it reads with torchaudio (it needs the shared
    libraries of FFmpeg since torch 2.9: https://github.com/idiap/coqui-ai-TTS/issues/542).
    """
    import torch

    config = network.config
    longest = INPUT_RATE * int(config.max_ref_len)
    sounds = [
        torch.from_numpy(np.ascontiguousarray(resample(clip, INPUT_RATE).samples))[None, :longest] for clip in clips
    ]
    place = network.device
    with torch.inference_mode():
        vectors = [network.get_speaker_embedding(sound.to(place), INPUT_RATE) for sound in sounds]
        latent = network.get_gpt_cond_latents(
            torch.cat(sounds, dim=-1).to(place),
            INPUT_RATE,
            length=int(config.gpt_cond_len),
            chunk_length=int(config.gpt_cond_chunk_len),
        )
    return {LATENT: latent.float().cpu().clone(), SPEAKER: torch.stack(vectors).mean(dim=0).float().cpu().clone()}


def tokens_of(tokenizer: Any, text: str, language: str) -> list[int]:
    """Return the token ids of a text; numbers and abbreviations are written out by the tokenizer.

    Raises:
        TextError: nothing in it can be spoken, or it has characters that this model does not know.
    """
    import logging

    family = language.split("-")[0] if language != "zh-cn" else language
    if not any(letter.isalnum() for letter in text):
        raise TextError("There is nothing to speak in this text. Type some words.")
    logging.getLogger("TTS.tts.layers.xtts.tokenizer").setLevel(logging.ERROR)  # it prints the text
    tokens = tokenizer.encode(hindi_numbers_as_words(text, language).strip().lower(), family)
    if _UNKNOWN_TOKEN in tokens or _STOP_TOKEN in tokens:
        raise TextError(f"{TITLE} does not know a character in “{text[:60]}”. Leave out what is not read aloud.")
    return tokens


def say(network: Any, voice: "dict[str, torch.Tensor]", text: str, language: str, speed: float) -> Audio:
    """Speak one sentence; the same text in the same voice always sounds the same.

    Raises:
        TextError: it is empty or too long, or holds what cannot be spoken.
    """
    import torch

    tokens = tokens_of(network.tokenizer, text, language)
    if len(tokens) + 2 >= network.args.gpt_max_text_tokens:
        raise TextError("This sentence is too long to be spoken in one breath. Put a full stop in it.")
    config = network.config
    devices = [network.device] if network.device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(sum(tokens))
        made = network.inference(
            hindi_numbers_as_words(text, language),
            language,
            voice[LATENT],
            voice[SPEAKER],
            temperature=config.temperature,
            length_penalty=config.length_penalty,
            repetition_penalty=config.repetition_penalty,
            top_k=config.top_k,
            top_p=config.top_p,
            speed=speed,
        )
    samples = np.clip(np.asarray(made["wav"], np.float32).reshape(-1), -1.0, 1.0)
    return Audio(samples, OUTPUT_RATE)

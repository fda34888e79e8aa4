"""WavLM, the network that hears what is said, from a local file: coqui fetches it from the network by itself."""

import ast
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.coqui.released import load_pth, load_state
from voiceclone.errors import BaseModelError

if TYPE_CHECKING:
    import torch

WAVLM_FILES = ("WavLM-Large.pt",)
SPEAKER_ENCODER_FILES = ("speaker_encoder.pt", "speaker_encoder.pth")
_patching = threading.Lock()


def load_wavlm(path: Path, title: str, layers: int | None = None) -> "torch.nn.Module":
    """Build WavLM from its released file.

    Args:
        path: `WavLM-Large.pt`: a dictionary of `cfg` and `model`.
        title: of the model that needs it, for messages.
        layers: how many transformer layers are wanted; the rest is left out of memory.

    Raises:
        BaseModelError: the file is damaged.
    """
    from TTS.vc.layers.freevc.wavlm.wavlm import WavLM, WavLMConfig

    content = load_pth(path, title)
    try:
        settings, state = dict(content["cfg"]), content["model"]
        _check_layers(settings["conv_feature_layers"])
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise BaseModelError(f"{title}: “{path.name}” is not the released WavLM file. Get the model again.") from error
    network = WavLM(WavLMConfig(settings))
    load_state(network, state, title)
    if layers is not None:
        network.encoder.layers = network.encoder.layers[:layers]
    return network.eval()


def _check_layers(written: Any) -> None:
    # WavLM passes this text from the file to Python's eval; only lists of numbers, + and * may get there.
    allowed = (
        ast.Expression, ast.List, ast.Tuple, ast.Constant, ast.BinOp, ast.Add, ast.Mult, ast.Load,
    )  # fmt: skip
    tree = ast.parse(written, mode="eval")
    if len(written) > 500 or not all(isinstance(node, allowed) for node in ast.walk(tree)):
        raise ValueError("not a list of layers")
    if any(isinstance(node, ast.Constant) and not isinstance(node.value, int) for node in ast.walk(tree)):
        raise ValueError("not numbers")


@contextmanager
def no_downloads(wavlm: "torch.nn.Module", speaker_encoder: Path | None) -> Iterator[None]:
    """Let coqui's FreeVC and kNN-VC take their parts from here while they are built.

    Their constructors fetch WavLM (1.2 GB) and a speaker encoder from a fixed address, with neither
    progress nor checksum (TTS/vc/layers/freevc/wavlm/__init__.py and TTS/vc/models/freevc.py in 0.28.0).
    """
    from TTS.vc.models import freevc, knnvc

    with _patching:
        before = freevc.get_wavlm, knnvc.get_wavlm, freevc.SpeakerEncoderEx

        def encoder(_url: str) -> "torch.nn.Module":
            return before[2](str(speaker_encoder))

        freevc.get_wavlm = knnvc.get_wavlm = lambda device="cpu": wavlm
        freevc.SpeakerEncoderEx = encoder
        try:
            yield
        finally:
            freevc.get_wavlm, knnvc.get_wavlm, freevc.SpeakerEncoderEx = before

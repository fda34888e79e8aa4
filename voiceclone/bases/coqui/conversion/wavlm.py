"""WavLM, the network that hears what is said, from a local file: coqui fetches it from the network by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases.coqui.released import load_pth, load_state
from voiceclone.bases.coqui.workarounds import check_wavlm_layers
from voiceclone.errors import BaseModelError

if TYPE_CHECKING:
    import torch

WAVLM_FILES = ("WavLM-Large.pt",)
SPEAKER_ENCODER_FILES = ("speaker_encoder.pt", "speaker_encoder.pth")


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
        check_wavlm_layers(settings["conv_feature_layers"])
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise BaseModelError(f"{title}: “{path.name}” is not the released WavLM file. Get the model again.") from error
    network = WavLM(WavLMConfig(settings))
    load_state(network, state, title)
    if layers is not None:
        network.encoder.layers = network.encoder.layers[:layers]
    return network.eval()

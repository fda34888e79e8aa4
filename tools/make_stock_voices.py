"""Make the data of Kokoro's 54 stock voices, and the licence beside it, from the npm package that carries them all.

    python tools/make_stock_voices.py                       # downloads kokoro-js 1.2.1 with npm, 27 MB
    python tools/make_stock_voices.py --tarball kokoro-js-1.2.1.tgz

Runs none of the package's code. Of each voice's table (510, 256) only the one style is kept that the app uses, exactly;
with it go the embedding of a sentence spoken in it and its median pitch. A few minutes on two cores.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

from voiceclone.audio.pitch import pitch_curve  # noqa: E402
from voiceclone.bases.kokoro.data import features  # noqa: E402
from voiceclone.bases.kokoro.model import stock_data, weights  # noqa: E402
from voiceclone.bases.kokoro.starting_voice import speak_to_compare, typical_style  # noqa: E402
from voiceclone.evaluation import speaker_similarity  # noqa: E402
from voiceclone.storage.disk import atomic_file  # noqa: E402

PACKAGE = "kokoro-js@1.2.1"
TARBALL_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
LICENCE_FILE = stock_data.DATA_FILE.with_name("stock_voices.LICENSE.txt")
ATTRIBUTION = """\
stock_voices.safetensors is derived from the voices of Kokoro-82M v1.0 (https://huggingface.co/hexgrad/Kokoro-82M),
by hexgrad, as the npm package kokoro-js 1.2.1 carries them (https://github.com/hexgrad/kokoro).

Changed by VoiceClone: of each voice's table the mean of 80 rows is kept, as safetensors, beside a speaker embedding
and the median pitch of a sentence spoken with it.

The voices are used under the licence that follows.


"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tarball", type=Path, help="the downloaded tarball (default: fetch it with npm)")
    parser.add_argument("--kokoro", type=Path, default=ROOT / "models/base/kokoro-82m", help="the converted base")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tarball = arguments.tarball or fetch(Path(folder))
        if hashlib.sha256(tarball.read_bytes()).hexdigest() != TARBALL_SHA256:
            sys.exit(f"“{tarball}” is not the file this was written for.")
        tables, licence = read_tables(tarball), read_licence(tarball)
    styles = {name: typical_style(torch.from_numpy(table)) for name, table in sorted(tables.items())}
    network = weights.load_network(arguments.kokoro)
    embeddings, pitches_hz = {}, {}
    for name, style in styles.items():
        sound = speak_to_compare(network, style)
        embeddings[name] = speaker_similarity.embed(sound)
        curve = pitch_curve(sound, features.CURVE_HOP_S)
        pitches_hz[name] = float(np.median(curve[curve > 0]))
        print(f"{name}\t{pitches_hz[name]:.0f} Hz", file=sys.stderr, flush=True)
    stored = {
        "styles": np.concatenate([style.numpy() for style in styles.values()]),
        "embeddings": np.stack(list(embeddings.values())).astype(np.float32),
        "pitches_hz": np.array(list(pitches_hz.values()), np.float32),
    }
    origin = {"origin": PACKAGE, "sha256": TARBALL_SHA256, "licence": "Apache-2.0", "voices": " ".join(styles)}
    with atomic_file(stock_data.DATA_FILE) as temporary:
        save_file(stored, temporary, origin)
    LICENCE_FILE.write_text(ATTRIBUTION + licence, encoding="utf-8")


def read_tables(tarball: Path) -> dict[str, np.ndarray]:
    """Return the voices of the package: name -> table, float32 (510, 256)."""
    tables = {}
    with tarfile.open(tarball) as archive:
        for member in archive:
            path = Path(member.name)
            if path.parent.name == "voices" and path.suffix == ".bin":
                content = archive.extractfile(member).read()
                tables[path.stem] = np.frombuffer(content, "<f4").reshape(510, 256).copy()
    return tables


def read_licence(tarball: Path) -> str:
    """Return the text of the package's licence."""
    with tarfile.open(tarball) as archive:
        return archive.extractfile("package/LICENSE").read().decode("utf-8")


def fetch(folder: Path) -> Path:
    """Download the tarball into a folder."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (tarball,) = folder.glob("*.tgz")
    return tarball


if __name__ == "__main__":
    main()

"""Make `voiceclone/bases/kokoro/data/alignment_maps.safetensors`, the alignment maps of the stock voices.

To be run again when the sentences of `alignment.py`, its cepstra or the weights change; a minute on two cores.

    python tools/make_alignment_maps.py --kokoro models/base/kokoro-82m
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safetensors.numpy import save_file  # noqa: E402

from voiceclone.bases.kokoro.data import alignment  # noqa: E402
from voiceclone.bases.kokoro.model import weights  # noqa: E402
from voiceclone.bases.kokoro.starting_voice import typical_style  # noqa: E402
from voiceclone.storage.disk import atomic_file  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kokoro", type=Path, default=ROOT / "models/base/kokoro-82m", help="the converted base")
    folder = parser.parse_args().kokoro
    network, maps = weights.load_network(folder), {}
    for name, table in sorted(weights.load_stock_voices(folder).items()):
        style = typical_style(table)
        maps[alignment.map_key(folder, style)] = alignment.fit_map(network, style)
        print(name, file=sys.stderr)
    with atomic_file(alignment.SHIPPED_MAPS) as temporary:
        save_file(maps, temporary)


if __name__ == "__main__":
    main()

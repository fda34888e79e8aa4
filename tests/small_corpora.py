"""Builds small speech corpora of exactly the layouts people download, from the example voice's recordings."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import soundfile
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone.audio.sound import decode

NAMES = sorted(EXAMPLE_TEXTS)
LENGTHS_S = {name: soundfile.info(EXAMPLE_DIR / name).duration for name in NAMES}


def bare(text: str) -> str:
    """The text as LibriSpeech has it."""
    return re.sub(r"[^A-Z' ]", "", text.upper())


def librispeech(folder: Path, speakers: dict[str, int] | None = None) -> Path:
    """Speakers and how many recordings each has, four to a chapter, under train-clean-100."""
    names = iter(NAMES)
    for speaker, count in (speakers or {"19": 2, "84": 3}).items():
        for number in range(count):
            chapter = str(198 + number // 4)
            place = folder / "LibriSpeech" / "train-clean-100" / speaker / chapter
            place.mkdir(parents=True, exist_ok=True)
            name = next(names)
            clip = f"{speaker}-{chapter}-{number:04d}"
            shutil.copy(EXAMPLE_DIR / name, place / f"{clip}.flac")
            with (place / f"{speaker}-{chapter}.trans.txt").open("a", encoding="utf-8") as table:
                table.write(f"{clip} {bare(EXAMPLE_TEXTS[name])}\n")
    (folder / "LibriSpeech" / "SPEAKERS.TXT").write_text(
        "; Some pipe(|) separated metadata\n;ID  |SEX| SUBSET           |MINUTES| NAME\n"
        "19   | F | train-clean-100  | 25.19 | Kara Shallenberg\n"
        "84   | F | dev-clean        | 8.02  | Christie | Nowak\n",
        encoding="utf-8",
    )
    return folder / "LibriSpeech"


def libritts(folder: Path) -> Path:
    """Two speakers: one with tables, one with a text beside each recording."""
    root = folder / "LibriTTS"
    for number, name in enumerate(NAMES[:5]):
        speaker = "19" if number < 2 else "84"
        place = root / "dev-clean" / speaker / "198"
        place.mkdir(parents=True, exist_ok=True)
        clip = f"{speaker}_198_00000{number}_000000"
        _as_wav(name, place / f"{clip}.wav")
        text = EXAMPLE_TEXTS[name]
        if speaker == "19":
            with (place / "19_198.trans.tsv").open("a", encoding="utf-8") as table:
                table.write(f"{clip}\t{text} No. 5\t{text}\n")
        else:
            (place / f"{clip}.original.txt").write_text(f"{text} No. 5", encoding="utf-8")
            (place / f"{clip}.normalized.txt").write_text(f"{text}\n", encoding="utf-8")
    (root / "speakers.tsv").write_text(
        "READER\tGENDER\tSUBSET\tNAME\n19\tF\tdev-clean\tKara Shallenberg\n84\tF\tdev-clean\tChristie Nowak\n",
        encoding="utf-8",
    )
    return root


def ljspeech(folder: Path) -> Path:
    """One speaker; quotes and numbers in the second column as in the original."""
    root = folder / "LJSpeech-1.1"
    (root / "wavs").mkdir(parents=True)
    lines = []
    for number, name in enumerate(NAMES[:5]):
        _as_wav(name, root / "wavs" / f"LJ001-000{number}.wav")
        lines.append(f'LJ001-000{number}|"{EXAMPLE_TEXTS[name]} No. 5|{EXAMPLE_TEXTS[name]}')
    (root / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def vctk(folder: Path) -> Path:
    """Version 0.92: two microphones; p225 is English, p294 American; p315 has no texts."""
    root = folder / "VCTK-Corpus-0.92"
    for number, name in enumerate(NAMES[:5]):
        speaker = "p225" if number < 2 else "p294"
        for part in ("txt", "wav48_silence_trimmed"):
            (root / part / speaker).mkdir(parents=True, exist_ok=True)
        clip = f"{speaker}_00{number}"
        for microphone in ("mic1", "mic2"):
            shutil.copy(EXAMPLE_DIR / name, root / "wav48_silence_trimmed" / speaker / f"{clip}_{microphone}.flac")
        text = EXAMPLE_TEXTS[name].replace(",", " ,")
        (root / "txt" / speaker / f"{clip}.txt").write_text(f"{text}\n", encoding="utf-8")
    (root / "wav48_silence_trimmed" / "p315").mkdir()
    shutil.copy(EXAMPLE_DIR / NAMES[0], root / "wav48_silence_trimmed" / "p315" / "p315_001_mic1.flac")
    (root / "speaker-info.txt").write_text(
        "ID  AGE  GENDER  ACCENTS  REGION COMMENTS \np225  23  F    English    Southern  England\n"
        "p294  33  F    American   San Francisco\n",
        encoding="utf-8",
    )
    return root


def common_voice(folder: Path, *, with_lengths: bool = True) -> Path:
    """One language, MP3 files, long speaker ids."""
    root = folder / "cv-corpus-17.0" / "en"
    (root / "clips").mkdir(parents=True)
    rows, lengths = [], []
    for number, name in enumerate(NAMES[:5]):
        clip = f"common_voice_en_{number}.mp3"
        sound = decode(EXAMPLE_DIR / name)
        soundfile.write(root / "clips" / clip, sound.samples, sound.sample_rate, format="MP3")
        speaker = ("a1" if number < 2 else "b2") * 64
        rows.append(f"{speaker}\t{clip}\t{EXAMPLE_TEXTS[name]}\t2\t0\ttwenties\tfemale_feminine\t\t\ten\t")
        lengths.append(f"{clip}\t{round(sound.duration_s * 1000)}")
    head = "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tvariant\tlocale\tsegment"
    (root / "validated.tsv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    if with_lengths:
        (root / "clip_durations.tsv").write_text("\n".join(["clip\tduration[ms]", *lengths]) + "\n", encoding="utf-8")
    return root


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "librispeech": librispeech,
    "libritts": libritts,
    "ljspeech": ljspeech,
    "vctk": vctk,
    "common-voice": common_voice,
}


def _as_wav(name: str, path: Path) -> None:
    sound = decode(EXAMPLE_DIR / name)
    soundfile.write(path, sound.samples, sound.sample_rate, subtype="PCM_16")

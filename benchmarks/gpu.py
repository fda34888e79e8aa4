"""Everything that wants a graphics card, in one call of under ten minutes: `python -m benchmarks.gpu --out FOLDER`.

Trains a minute of speech for a minute, profiles a step, speaks the twenty unseen sentences, and writes `gpu.json` and
WAV files. Judges that are not installed there are left out; `--judge FOLDER` judges the WAV files on another computer.
Without a card it runs on the processor with `--steps`, which tries the script and measures nothing worth keeping.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import steps
from benchmarks.sentences import UNSEEN
from voiceclone import compute, host
from voiceclone.audio.sound import decode, encode_wav
from voiceclone.bases.base import TrainingClip, TrainingPlan
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.errors import VoiceCloneError
from voiceclone.storage import disk

LANGUAGE = "en-us"
RESULT = "gpu.json"
SLICE_S = 15.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; return the exit code."""
    options = _options(arguments)
    if options.judge:
        _judge(options.judge, options.voice)
        return 0
    if not host.has_gpu() and options.steps is None:
        print("There is no graphics card that torch can use. --steps 3 tries this script on the processor.")
        return 2
    compute.use_this_thread()
    device = "cuda" if host.has_gpu() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {"device": device, "card": _card(), "voice": options.voice, "seconds": options.seconds}
    clips = _clips(options.voice, options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        _say("profiling a step")
        trainer = steps.start_trainer(clips, Path(folder) / "profile", options.base, device, 10_000)
        seen = steps.profile(trainer, options.profiled_steps)
        del trainer
        told |= {"step_s": seen.step_s, "share": seen.share, "kernel_share": seen.kernel_share}
        told |= _train(clips, Path(folder) / "run", options)
        disk.write_bytes(options.out / "voice.safetensors", (Path(folder) / "run" / "voice.safetensors").read_bytes())
    told["real_time_factor"] = _speak(options)
    disk.write_json(options.out / RESULT, told)
    _judge(options.out, options.voice)
    print(json.dumps(disk.read_json(options.out / RESULT, missing=_gone(), damaged=_gone()), indent=1))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out" / "gpu")
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="only judge what another computer left there")
    parser.add_argument("--voice", choices=("example", "allison", "joe"), default="example")
    parser.add_argument("--seconds", type=float, default=60.0, help="of speech (%(default)s)")
    parser.add_argument("--minutes", type=float, default=1.0, help="of training, preparation included (%(default)s)")
    parser.add_argument("--steps", type=int, help="train so many steps instead")
    parser.add_argument("--profiled-steps", type=int, default=12)
    parser.add_argument("--base", type=Path, default=host.data_dir() / "base" / DEFAULT_BASE_ID)
    options = parser.parse_args(arguments)
    if options.steps is not None:
        options.minutes = None
    return options


def _clips(voice: str, seconds: float) -> list[TrainingClip]:
    """Return what is learnt from; a benchmark voice's recordings have to be in the cache already."""
    if voice == "example":
        return steps.example_clips(seconds)
    from benchmarks.voices import get_voice
    from voiceclone.clips.quality.clean import clean
    from voiceclone.clips.quality.figures import measure

    made = []
    for clip in get_voice(voice).training_clips(seconds):
        audio = decode(clip.path)
        made.append(TrainingClip(clip.path.stem, clean(audio, measure(audio)["snr_db"]), clip.text, clip.language))
    return made


def _train(clips: Sequence[TrainingClip], run_dir: Path, options: argparse.Namespace) -> dict[str, Any]:
    import torch

    from voiceclone.bases.kokoro import KokoroBase

    _say("training")
    base = KokoroBase(options.base)
    began = time.monotonic()
    base.prepare(clips, run_dir, TrainingPlan(minutes=options.minutes, steps=options.steps))
    while True:
        result = base.train_slice(run_dir, SLICE_S)
        _say(f"step {result.step} of {result.total_steps}")
        if result.finished:
            break
    base.finish(run_dir)
    peak_gb = torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else None
    return {"minutes": (time.monotonic() - began) / 60, "steps": result.step, "peak_card_memory_gb": peak_gb}


def _speak(options: argparse.Namespace) -> float:
    """Write the unseen sentences; return the seconds taken per second of speech."""
    from voiceclone.bases.kokoro import KokoroBase

    _say("speaking")
    base = KokoroBase(options.base)
    voice = options.out / "voice.safetensors"
    base.speak(voice, UNSEEN[0], LANGUAGE)  # the first one loads the network
    taken_s = spoken_s = 0.0
    for number, sentence in enumerate(UNSEEN):
        began = time.monotonic()
        audio = base.speak(voice, sentence, LANGUAGE)
        taken_s += time.monotonic() - began
        spoken_s += audio.duration_s
        encode_wav(audio, options.out / f"{number:02d}.wav")
    return taken_s / spoken_s


def _judge(folder: Path, voice: str) -> None:
    """Add similarity, pitch, words, naturalness and tones to the figures, as far as the judges are installed here."""
    told = disk.read_json(folder / RESULT, missing=_gone(), damaged=_gone())
    recordings = [decode(folder / f"{number:02d}.wav") for number in range(len(UNSEEN))]
    try:
        from benchmarks import measure

        told["judged"] = measure.judge(UNSEEN, recordings)
        told["judged"] |= measure.similarity(recordings, _speaker(voice))
    except (ImportError, VoiceCloneError) as error:
        told["not_judged"] = str(error)
    disk.write_json(folder / RESULT, told)


def _speaker(voice: str) -> Any:
    from benchmarks import measure

    if voice != "example":
        from benchmarks.voices import get_voice

        return measure.speaker_of_clips(get_voice(voice).held_out)
    return measure.speaker_of([clip.audio for clip in steps.example_clips(60.0)])


def _card() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or platform.machine()


def _gone() -> VoiceCloneError:
    return VoiceCloneError(f"There is no readable {RESULT} in that folder. Run the benchmark there first.")


def _say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

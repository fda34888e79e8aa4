"""Make the data folder in `tests/data_folders/2026-11-28/`, which later versions must still open, continue and speak.

    python tools/make_old_data_folder.py [a folder to work in]

It was run once, with the code of commit faeb7d5 (2026-11-28); it is kept to show where each file came from, and needs
that commit's names. Everything is made through the engine, as a person would: recordings of the example voice are
added, left out, edited, listened to and cleaned; voices are made and compared; trainings end or are interrupted. The
trainings are short and the recordings few, so the voices are poor.

A data folder of this kind has some hundred megabytes. `keep` leaves out the base models (a test makes them again),
cuts sounds that are only listened to, and rounds large arrays so that they compress; names, shapes and types of what
lies in a file stay. A voice that was fine-tuned keeps a few of its tensors at a low rank, and gets the ones that only a
longer training adds.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from coqui_bundles import YOUR_TTS, write_bundle  # noqa: E402
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_noise, mixed  # noqa: E402

from voiceclone import VoiceEngine, store  # noqa: E402
from voiceclone.audio import Audio, decode, encode_flac, encode_wav, resample  # noqa: E402
from voiceclone.training.lock import TrainingLock  # noqa: E402

TARGET = ROOT / "tests" / "data_folders" / "2026-11-28"
SPOKEN = ROOT / "tests" / "data_folders" / "2026-11-28-spoken"
CLIPS = ("joe_21", "joe_07", "joe_03", "joe_25", "joe_02", "joe_11")
"""The shortest recordings of the example voice."""
RATE = 16_000
SCRIPT = "Nine boats lay at anchor. Who rang the bell? It rained all night."
SENTENCES = ("Bring me the map.", "The lamp went out.")
STEPS, INTERRUPTED_AFTER = 8, 5
CANDIDATE_EVERY_STEPS = 4
"""In place of 60, so that short trainings have candidates; see `_frequent_candidates`."""
YOUR_TTS_STEPS = 30
HEARD_S = 0.1
"""What is kept of sounds that only people listen to."""
RANK = 1
_STEPS_OF = {"sound": 128, "samples": 128, "acoustic_text": 2, "prosody_text": 2}
"""To how small a part of 1 the large arrays of prepared recordings are rounded."""
KEPT_TENSORS = 3
"""Of the matrices, and as many of the vectors, that a fine-tuned voice changes."""


def make(engine: VoiceEngine, folder: Path) -> None:
    """Fill the engine's data folder; what is there already from a call before is not made again."""
    engine.prepare_base()
    if not engine.projects():
        _add_recordings(engine, folder)
    engine.measure_pace(wait=True)
    project_id = engine.project("Joe").project_id
    _make_voices(engine, project_id)
    _make_blind_tests(engine, project_id)
    _make_your_tts(engine, project_id)
    _make_comparison(engine, project_id, folder)


def _make_voices(engine: VoiceEngine, project_id: str) -> None:
    if engine.voice_named("Joe - untrained") is None:
        engine.instant_voice(project_id, "Joe - untrained", True, consent_by="web page")
    if engine.voice_named("Joe") is None:
        _wait(engine, engine.start_training(project_id, "Joe", True, steps=STEPS, seed=3, consent_by="web page").run_id)
    names = {run.voice_name for run in engine.runs()}
    if "Joe, given up" not in names:
        run = engine.start_training(project_id, "Joe, given up", True, minutes=5, consent_by="command line")
        engine.stop_training(run.run_id)
        _wait(engine, run.run_id)
    if "Joe, style only" not in names:
        clips = {clip.source_name: clip.clip_id for clip in engine.clips(project_id)}
        run = engine.start_training(
            project_id,
            "Joe, style only",
            True,
            steps=STEPS,
            seed=1,
            clip_ids=[clips[f"{name}.flac"] for name in CLIPS[:5]],
            policy="transfer",
            continue_from="Joe - untrained",
            consent_by="web page",
        )
        _interrupt(engine, run.run_id, INTERRUPTED_AFTER)


def _make_blind_tests(engine: VoiceEngine, project_id: str) -> None:
    if engine.blind_tests():
        return
    finished = engine.make_blind_test("Joe", "recording", "like", project_id=project_id, seed=5)
    for number in range(1, len(finished.pairs) + 1):
        engine.answer_blind_test(finished.test_id, number, 1 + number % 2)
    begun = engine.make_blind_test("Joe", "stock", "better", seed=7)
    for number, choice in ((1, 1), (2, 2), (3, 2)):
        engine.answer_blind_test(begun.test_id, number, choice)


def _make_your_tts(engine: VoiceEngine, project_id: str) -> None:
    if engine.voice_named("Joe - YourTTS") is None:
        write_bundle(YOUR_TTS, engine.data_dir / "base" / YOUR_TTS)
        engine.get_model(YOUR_TTS, licence_agreed=True, agreed_by="web page")
        engine.instant_voice(project_id, "Joe - YourTTS", True, base_id=YOUR_TTS)
    if "Joe by YourTTS" not in {run.voice_name for run in engine.runs()}:
        run = engine.start_training(
            project_id, "Joe by YourTTS", True, steps=YOUR_TTS_STEPS, base_id=YOUR_TTS, policy="transfer"
        )
        _interrupt(engine, run.run_id, YOUR_TTS_STEPS // 2)


def _make_comparison(engine: VoiceEngine, project_id: str, folder: Path) -> None:
    if engine.comparisons():
        return
    # One more, which no training above heard: a comparison needs some to judge by.
    encode_flac(resample(decode(EXAMPLE_DIR / "joe_01.flac"), RATE), folder / "joe_01.flac")
    engine.add_clips(project_id, [folder / "joe_01.flac"], transcripts=EXAMPLE_TEXTS)
    engine.compare(project_id, True, steps=2, policies=["instant", "transfer"], sentences=SENTENCES)


def _add_recordings(engine: VoiceEngine, folder: Path) -> None:
    project_id = engine.create_project("Joe").project_id
    folder.mkdir(parents=True, exist_ok=True)
    sounds = {name: resample(decode(EXAMPLE_DIR / f"{name}.flac"), RATE) for name in (*CLIPS, "joe_16", "joe_19")}
    noisy = sounds["joe_16"]
    sounds["joe_16"] = mixed(noisy, make_noise(noisy.duration_s, RATE, 0.03))
    for name, sound in sounds.items():
        encode_flac(sound, folder / f"{name}.flac")
    files = [folder / f"{name}.flac" for name in sounds]
    engine.add_clips(project_id, files[:-1], transcripts=EXAMPLE_TEXTS)
    (unwritten,) = engine.add_clips(project_id, files[-1:]).added
    engine.listen(project_id)
    clips = {clip.source_name: clip.clip_id for clip in engine.clips(project_id)}
    engine.edit_clip(project_id, clips["joe_16.flac"], included=False)
    engine.edit_clip(project_id, clips["joe_02.flac"], confirmed=True)
    engine.edit_clip(project_id, unwritten.clip_id, text="")
    engine.clean(project_id, [clips["joe_21.flac"]], strength="strong")
    engine.set_own_script(project_id, SCRIPT, "en-us")


def _frequent_candidates(folder: Path) -> None:
    """Let training processes that start from now on make a candidate each few steps."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["import sys", f"sys.path.insert(0, {str(ROOT)!r})", "from voiceclone.training import moments"]
    lines += [f"moments.STEPS_BETWEEN = {CANDIDATE_EVERY_STEPS}", ""]
    (folder / "sitecustomize.py").write_text("\n".join(lines), encoding="utf-8")
    os.environ["PYTHONPATH"] = str(folder)


def _wait(engine: VoiceEngine, run_id: str) -> None:
    for status in engine.watch_training(run_id, 2.0):
        print(status.message, flush=True)


def _interrupt(engine: VoiceEngine, run_id: str, step: int) -> None:
    """Let the system end a training in its middle, as at a shutdown."""
    for status in engine.watch_training(run_id, 0.02):
        if status.step >= step:
            psutil.Process(TrainingLock(engine.data_dir).holder().pid).terminate()
            break
    while engine.training_status(run_id).process_alive:
        time.sleep(0.05)
    assert engine.training_status(run_id).state == "interrupted"


# Keeping little of it ----------------------------------------------------------------------------------------------


def keep(data_dir: Path, target: Path) -> None:
    """Copy a data folder without what a test makes again, and make its files small."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(data_dir, target, ignore=_left_out)
    for path in sorted(target.rglob("*")):
        if path.suffix == ".npz":
            _round_arrays(path)
        elif path.name == "cleaned.flac":
            encode_flac(decode(path), path, bits=16)
        elif path.suffix in (".wav", ".flac") and path.name != "original.flac":
            if path.parent.name != "dataset":
                _shorten(path)
        elif path.suffix == ".safetensors" and path.stat().st_size > 300_000:
            _thin_out(path)
        elif path.name == "kokoro-82m.json":
            content = store.read_json(path, missing=FileNotFoundError(), damaged=ValueError())
            store.write_json(path, content | {"device_name": "Processor"})


def _left_out(folder: str, names: list[str]) -> list[str]:
    if Path(folder).parent.name == "base":
        return [name for name in names if name != "base.json"]
    return [name for name in names if name.endswith((".log", ".lock", ".guard")) or name == "lock"]


def _round_arrays(path: Path) -> None:
    with np.load(path, allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    for name, values in arrays.items():
        if values.dtype == np.float32:
            steps = _STEPS_OF.get(name, 64)
            arrays[name] = (np.round(values * steps) / steps).astype(np.float32)
    with store.atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _shorten(path: Path) -> None:
    sound = decode(path)
    middle = len(sound.samples) // 2
    part = Audio(sound.samples[middle : middle + round(HEARD_S * sound.sample_rate)], sound.sample_rate)
    (encode_wav if path.suffix == ".wav" else encode_flac)(part, path)


def _thin_out(path: Path) -> None:
    """Keep a few tensors of a voice that learnt all of the network, those that change most, at a low rank."""
    from safetensors import safe_open
    from safetensors.numpy import save_file

    with safe_open(path, "np") as opened:
        about = opened.metadata()
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    ups = [name for name in tensors if name.endswith(".up") and sum(tensors[name].shape) < 3000]
    deltas = [name for name in tensors if name.endswith(".delta") and tensors[name].size < 4000]

    def strength(name: str) -> float:
        return float(np.linalg.norm(tensors[name].astype(np.float32)))

    kept = {name: value for name, value in tensors.items() if not name.endswith((".up", ".down", ".delta"))}
    for name in sorted(ups, key=strength)[-KEPT_TENSORS:]:
        down = name.removesuffix(".up") + ".down"
        kept |= {name: np.ascontiguousarray(tensors[name][:, :RANK]), down: tensors[down][:RANK]}
    kept |= {name: tensors[name] for name in sorted(deltas, key=strength)[-KEPT_TENSORS:]}
    # A training of some minutes leaves these, too; one of eight steps has heard too little for them.
    kept |= {
        "tone_curve": np.linspace(1.0, -1.0, 513, dtype=np.float32),
        "contrast": np.full(513, 0.1, np.float32),
        "pause_curve": np.linspace(-6.0, 0.0, 71, dtype=np.float32),
    }
    with store.atomic_file(path) as temporary:
        save_file(kept, temporary, metadata=about)


def speak(folder: Path, bases: Path, work: Path) -> None:
    """Let the voices that were kept say a sentence, as they are to be heard later."""
    shutil.copytree(folder, work)
    shutil.copytree(bases, work / "base", dirs_exist_ok=True, copy_function=_link)
    engine = VoiceEngine(work)
    for name in ("Joe", "Joe - untrained"):
        encode_flac(engine.speak(name, SENTENCES[0]).audio, SPOKEN / f"{name}.flac")


def _link(source: str, target: str) -> None:
    if not Path(target).exists():
        os.link(source, target)


if __name__ == "__main__":
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    _frequent_candidates(work / "start")
    made = VoiceEngine(work / "data")
    make(made, work / "recordings")
    keep(made.data_dir, TARGET)
    speak(TARGET, made.data_dir / "base", work / "kept")

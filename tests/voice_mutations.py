"""Voice files that are wrong in 300 harmless ways, each made from one good file."""

import copy
import json

import numpy as np

CUTS, LENGTHS, BROKEN_TEXT, KINDS, SHAPES, OFFSETS, NAMES, NUMBERS = 35, 10, 20, 35, 25, 25, 20, 45
"""How many of each; what the descriptions in `FIELDS` and `WHOLE_FILES` leave of 300 is drawn among all of these."""
STYLE = "style"
HUGE = 1 << 40

FIELDS = [
    (path, value)
    for path, values in {
        "format": (0.5, -1, "1", None, True, 2, 10**9),
        "name": (7, None, ["Joe"]),
        "language": (None, 5, "../..", "EN", "e" * 40, "xx"),
        "languages": ("en-us", None, ["en-us"] * 100, [3], [None], ["<b>"]),
        "base": (None, [], "kokoro-82m", {}),
        "base.id": (None, 3, "k" * 500, "a\nb"),
        "base.sha256": (None, 3, "0" * 64, "", "f" * 5_000),
        "base.licence": (None, 3, "x" * 5_000, "a\x07b"),
        "created_at": (None, 20261129, "zzz on top", "", "9999-12-31T00:00:00+00:00", "1970-01-01", "2026-13-40"),
        "trained": (None, [], 3),
        "trained.minutes": (1e308, -1, "4", None, True, [], 10**400),
        "trained.steps": (-3, 2.5, "8", None, True, 10**30),
        "trained.speech_s": (1e300, -0.1, None, {}, False),
        "trained.seed": (-1, 1.5, None, 2**64),
        "trained.device": (None, 3, "d" * 5_000),
        "trained.policy": (None, 3, "p" * 5_000, "a\x1bb"),
        "scores": (None, [], [0.9], "good", {"x": None}, {"x": "1"}, {"x": 1e300}, {"a b": 1.0}, {"": 1.0}),
        "consent": (None, [], True, "yes", {"given": True, "by": "x" * 50_000}),
        "consent.at": ([[[[[[["deep"]]]]]]],),
    }.items()
    for value in values
]
"""(place in the description, a value that may not stand there)."""

WHOLE_FILES = {
    "empty": b"",
    "text": b"Dear voice,\nhow are you?\n",
    "html": b"<!DOCTYPE html><html></html>",
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "pickle": b"\x80\x04\x95" + bytes(40),
    "zip": b"PK\x03\x04" + bytes(40),
    "zeros": bytes(500),
    "ones": b"\xff" * 500,
}


def mutations(content: bytes, count: int = 300, seed: int = 0) -> list[tuple[str, bytes]]:
    """Return `count` times what was done and the file it gave.

    Args:
        content: a good voice file of Kokoro.
        count: how many.
        seed: of what is drawn.
    """
    rng = np.random.default_rng(seed)
    header, data = split(content)
    makers = {
        "cut": (CUTS, lambda: content[: int(rng.integers(1, len(content)))]),
        "length": (LENGTHS, lambda: int(rng.integers(0, 2**63)).to_bytes(8, "little") + content[8:]),
        "text": (BROKEN_TEXT, lambda: _with_run(content, rng)),
        "kind": (KINDS, lambda: _join(_with_kind(header, rng), data)),
        "shape": (SHAPES, lambda: _join(_with_shape(header, rng), data)),
        "offsets": (OFFSETS, lambda: _join(_with_offsets(header, rng), data)),
        "name": (NAMES, lambda: _join(*_with_name(header, data, rng))),
        "number": (NUMBERS, lambda: _join(header, _with_number(header, data, rng))),
    }
    made = [(f"field {path} = {str(value)[:30]}", describe(content, path, value)) for path, value in FIELDS]
    made += [(f"file {name}", whole) for name, whole in WHOLE_FILES.items()]
    made += [(name, make()) for name, (number, make) in makers.items() for _ in range(number)]
    drawn = [(name, make()) for name, (_, make) in list(makers.items()) * count][: max(0, count - len(made))]
    return (made + drawn)[:count]


def split(content: bytes) -> tuple[dict, bytes]:
    """Return the header and the bytes of the tensors."""
    end = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:end]), content[end:]


def describe(content: bytes, path: str, value: object) -> bytes:
    """Return the file with another value at `path` of its description, keys joined by full stops."""
    header, data = split(content)
    told = json.loads(header["__metadata__"]["voiceclone"])
    *outer, last = path.split(".")
    place = told
    for key in outer:
        place = place[key]
    place[last] = value
    header["__metadata__"]["voiceclone"] = json.dumps(told)
    return _join(header, data)


def with_style(content: bytes, style: np.ndarray) -> bytes:
    """Return the file with another style, float32 (1, 256)."""
    header, data = split(content)
    begin, end = header[STYLE]["data_offsets"]
    return _join(header, data[:begin] + style.astype(np.float32).tobytes() + data[end:])


def _join(header: dict, data: bytes) -> bytes:
    encoded = json.dumps(header).encode()
    return len(encoded).to_bytes(8, "little") + encoded + data


def _tensor(header: dict, rng) -> str:
    return str(rng.choice([name for name in header if name != "__metadata__"]))


def _with_run(content: bytes, rng) -> bytes:
    """Bytes that no text holds, somewhere in the header."""
    begin = 8 + int(rng.integers(0, int.from_bytes(content[:8], "little") - 3))
    return content[:begin] + b"\xff\xff\xff" + content[begin + 3 :]


def _with_kind(header: dict, rng) -> dict:
    changed, name = copy.deepcopy(header), _tensor(header, rng)
    half = changed[name]["dtype"] == "F16"
    kinds = ["BF16", "I16", "U16", "F32"] if half else ["I32", "U32", "F64", "F16"]
    changed[name]["dtype"] = str(rng.choice([*kinds, "BOOL", "U8", "F8_E4M3", "C64", "float", ""]))
    return changed


def _with_shape(header: dict, rng) -> dict:
    changed, name = copy.deepcopy(header), _tensor(header, rng)
    shape = changed[name]["shape"]
    wrong = [[HUGE], [-1], [0], [], "many", None, [*shape, 2], [1, *shape], [1.5], [[3]], [shape[0] + 1, *shape[1:]]]
    changed[name]["shape"] = wrong[int(rng.integers(len(wrong)))]
    return changed


def _with_offsets(header: dict, rng) -> dict:
    changed, name = copy.deepcopy(header), _tensor(header, rng)
    begin, end = changed[name]["data_offsets"]
    wrong = [[end, begin], [begin + 2, end + 2], [0, HUGE], [-4, end], [begin], [], None, "0", [begin, begin], [0.5, 1]]
    changed[name]["data_offsets"] = wrong[int(rng.integers(len(wrong)))]
    return changed


def _with_name(header: dict, data: bytes, rng) -> tuple[dict, bytes]:
    """Another name of a tensor; or one tensor more, of which the network knows nothing."""
    changed, name = copy.deepcopy(header), _tensor(header, rng)
    if rng.integers(2):
        new = ["", "x", "style2", "../style", "decoder.nothing.weight.delta", "s" * 5_000, name + ".delta"]
        changed[new[int(rng.integers(len(new)))]] = changed.pop(name)
        return changed, data
    changed[f"extra.{int(rng.integers(99))}"] = {
        "dtype": "F32",
        "shape": [1],
        "data_offsets": [len(data), len(data) + 4],
    }
    return changed, data + bytes(4)


def _with_number(header: dict, data: bytes, rng) -> bytes:
    """One number of a tensor that is none, endless, or larger than in any voice."""
    tensor = header[_tensor(header, rng)]
    begin, end = tensor["data_offsets"]
    kind = np.float16 if tensor["dtype"] == "F16" else np.float32
    numbers = np.frombuffer(data[begin:end], kind).copy()
    wrong = [np.nan, np.inf, -np.inf, -3e4, 6e4]
    numbers[int(rng.integers(len(numbers)))] = wrong[int(rng.integers(len(wrong)))]
    return data[:begin] + numbers.tobytes() + data[end:]

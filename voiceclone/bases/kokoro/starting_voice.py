"""The starting point of a training: the stock voice closest to the recordings, or an existing voice."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.pitch import MIN_PITCH_HZ, pitch_curve
from voiceclone.audio.sound import Audio
from voiceclone.bases.base import START_VOICE_FILE
from voiceclone.bases.kokoro.data import dataset, features
from voiceclone.bases.kokoro.model import stock_data, synthesis
from voiceclone.bases.kokoro.model.network import STYLE_SIZE
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.kokoro.model.weights import load_network, load_stock_voices, read_info
from voiceclone.bases.kokoro.postprocess.pipeline import POSTPROCESS_TENSORS
from voiceclone.bases.kokoro.voice_tensors import STYLE, parameter_changes, read_voice_tensors
from voiceclone.errors import NotFoundError
from voiceclone.storage.disk import atomic_file, read_json, write_json

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)

START_FILE = "start.json"
_EMBEDDINGS_FILE = "stock_embeddings_{sha256}.safetensors"
_SPOKEN_TEXT = "The boy was sure he saw a ship on the thin grey line of the sea."
"""Sentence the stock voices speak to be compared with a person."""
_TYPICAL_TOKENS = slice(60, 140)
"""Rows of a stock voice's table for sentences of usual length; their mean is the style a training starts from."""
_HEARD_CLIPS = 4
"""Clips compared with the stock voices."""
_FAR_SEMITONES = 4.0
"""A stock voice further than this from the person's median pitch is passed over if another is nearer: a third, less
than the step between men's and women's usual pitch (docs/decisions/0146)."""
_UNKNOWN_PITCH_HZ = 150.0
"""Taken for a person in whose recordings no pitch was found; between men's and women's."""


def typical_style(table: "torch.Tensor") -> "torch.Tensor":
    """Return one style (1, 256) for usual sentences from a stock voice's table (510, 256)."""
    return table[_TYPICAL_TOKENS].mean(0, keepdim=True)


def choose_start(
    network: "torch.nn.Module", base_folder: Path, run_dir: Path, entries: list[dataset.ClipEntry]
) -> "torch.Tensor":
    """Return the style (1, 256) to start from; the choice is stored in the run folder.

    Where the run continues a voice (`START_VOICE_FILE`), that voice is applied to `network`.

    Needs the untouched `network`, so call it before training. Otherwise the stock voice is chosen by speaker similarity
    among those of a pitch near the person's or, where Resemblyzer is not installed, by pitch alone. Spectral distance
    chooses badly: it picked a voice of similarity 0.54 where another has 0.70.
    """
    kept = begin_at_voice(network, run_dir)
    if kept is not None:
        return kept
    styles = stock_styles(base_folder)
    name = _read_choice(run_dir)
    if name not in styles:
        try:
            name = _most_alike(network, base_folder, run_dir, entries)
        except ImportError as error:
            _LOG.warning("No judge of similarity, so the stock voice is chosen by pitch: %s", error)
            name = _nearest_pitch(network, styles, run_dir, entries)
        write_json(run_dir / START_FILE, {"stock_voice": name})
    return styles[name]


def begin_at_voice(network: "torch.nn.Module", run_dir: Path) -> "torch.Tensor | None":
    """Apply the voice a run continues to the untouched network; return its style, None without such a voice."""
    path = run_dir / START_VOICE_FILE
    return put_on(network, path) if path.is_file() else None


def put_on(network: "torch.nn.Module", voice_path: Path) -> "torch.Tensor":
    """Apply a voice to the untouched network; return its style (1, 256)."""
    import torch

    parameters = dict(network.named_parameters())
    tensors = read_voice_tensors(voice_path, {name: tuple(value.shape) for name, value in parameters.items()})
    with torch.no_grad():
        for name, change in parameter_changes(tensors).items():
            parameter = parameters[name]
            parameter.add_(change.reshape(parameter.shape).to(parameter.device, parameter.dtype))
    return tensors[STYLE]


def kept_postprocess_tensors(run_dir: Path) -> dict[str, np.ndarray]:
    """Return the post-processing tensors of the voice a run continues; valid until enough new statistics exist."""
    from safetensors import safe_open

    path = run_dir / START_VOICE_FILE
    if not path.is_file():
        return {}
    with safe_open(path, "numpy") as stored:
        return {name: stored.get_tensor(name) for name in POSTPROCESS_TENSORS if name in stored.keys()}  # noqa: SIM118


def listen_to_stock_voices(base_folder: Path) -> None:
    """Precompute what `choose_start` compares with, so that the first training need not."""
    network = load_network(base_folder, "cpu")
    try:
        stock_embeddings(network, base_folder, _own_styles(base_folder))
    except ImportError as error:
        _LOG.warning("No judge of similarity, so stock voices will be chosen by pitch: %s", error)


def stock_styles(base_folder: Path) -> dict[str, "torch.Tensor"]:
    """Return the style (1, 256) of every stock voice, by name: those this package carries and the base's own."""
    import torch

    carried = {name: torch.tensor(voice.style) for name, voice in stock_data.shipped_voices().items()}
    return dict(sorted((carried | _own_styles(base_folder)).items()))


def _own_styles(base_folder: Path) -> dict[str, "torch.Tensor"]:
    return {name: typical_style(table) for name, table in sorted(load_stock_voices(base_folder).items())}


def _read_choice(run_dir: Path) -> str | None:
    nothing = NotFoundError("no choice yet")
    try:
        return read_json(run_dir / START_FILE, missing=nothing, damaged=nothing).get("stock_voice")
    except NotFoundError:
        return None


def _most_alike(network: "torch.nn.Module", base_folder: Path, run_dir: Path, entries: list[dataset.ClipEntry]) -> str:
    """Return the stock voice with the highest speaker similarity to the recordings, of those near in pitch."""
    from voiceclone.evaluation import speaker_similarity

    carried = stock_data.shipped_voices()
    own = stock_embeddings(network, base_folder, _own_styles(base_folder))
    known = {name: voice.embedding for name, voice in carried.items()} | own
    heard = [Audio(dataset.read_sound(run_dir, entry), features.SAMPLE_RATE) for entry in entries[:_HEARD_CLIPS]]
    person = speaker_similarity.mean_embedding(heard)
    similarities = {name: speaker_similarity.cosine(embedding, person) for name, embedding in known.items()}
    pitches_hz = {name: voice.pitch_hz for name, voice in carried.items()}
    return most_alike_and_near(similarities, pitches_hz, _usual_pitch_hz(run_dir, entries))


def most_alike_and_near(similarities: dict[str, float], pitches_hz: dict[str, float], person_hz: float | None) -> str:
    """Return the most similar voice of those within `_FAR_SEMITONES` of the person's pitch; of all if none is.

    Args:
        similarities: of each voice, cosine, -1..1.
        pitches_hz: median pitch of each voice; one that is missing here counts as near.
        person_hz: None if no pitch was found; then similarity alone decides.
    """
    near = {
        name
        for name in similarities
        if person_hz is None or name not in pitches_hz or _semitones(pitches_hz[name], person_hz) <= _FAR_SEMITONES
    }
    return max(near or similarities, key=similarities.__getitem__)


def _semitones(one_hz: float, other_hz: float) -> float:
    return abs(12 * float(np.log2(one_hz / other_hz)))


def stock_embeddings(
    network: "torch.nn.Module", base_folder: Path, styles: dict[str, "torch.Tensor"]
) -> dict[str, np.ndarray]:
    """Return the speaker embedding of each stock voice, float32 (256,); computed once and stored beside the weights.

    Speaking them all takes 7 s on two cores, which a training would otherwise spend before its first step.

    Raises:
        ImportError: Resemblyzer is not installed.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    path = base_folder / _EMBEDDINGS_FILE.format(sha256=read_info(base_folder).weights_sha256[:16])
    try:
        known = load_file(path)
        if set(known) == set(styles):
            return known
    except (OSError, SafetensorError):
        pass  # not made yet, or damaged
    from voiceclone.evaluation import speaker_similarity

    known = {name: speaker_similarity.embed(speak_to_compare(network, style)) for name, style in styles.items()}
    with atomic_file(path) as temporary:
        save_file(known, temporary)
    return known


def speak_to_compare(network: "torch.nn.Module", style: "torch.Tensor") -> Audio:
    """Speak the sentence by which stock voices are compared with a person, in a style (1, 256), untouched."""
    from voiceclone.text.phonemes import phonemize

    tokens = phonemes_to_tokens(phonemize(_SPOKEN_TEXT, "en-us"))
    spoken = synthesis.synthesize(network, tokens, style.to(network.bert_encoder.weight.device))
    return Audio(spoken.cpu().numpy(), features.SAMPLE_RATE)


def _nearest_pitch(
    network: "torch.nn.Module",
    styles: dict[str, "torch.Tensor"],
    run_dir: Path,
    entries: list[dataset.ClipEntry],
) -> str:
    """Return the stock voice whose usual pitch is nearest to the recordings', as a musical interval."""
    import torch

    wanted_hz = _usual_pitch_hz(run_dir, entries) or _UNKNOWN_PITCH_HZ
    intervals = {}
    device = network.bert_encoder.weight.device
    with torch.no_grad():
        text = synthesis.encode_text(network, list(entries[0].tokens))
        for name, style in styles.items():
            prosody_style = style[:, STYLE_SIZE:].to(device)
            styled, durations = synthesis.encode_prosody(network, text, prosody_style)
            curve, _ = synthesis.predict_curves(network, styled, synthesis.whole_frames(durations), prosody_style)
            usual_hz = float(curve[curve > MIN_PITCH_HZ].median())
            intervals[name] = abs(np.log(usual_hz / wanted_hz))
    return min(intervals, key=intervals.__getitem__)


def _usual_pitch_hz(run_dir: Path, entries: list[dataset.ClipEntry]) -> float | None:
    """Return the median pitch of the first recordings; None if nothing in them is voiced."""
    heard = []
    for entry in entries[:_HEARD_CLIPS]:
        curve = pitch_curve(Audio(dataset.read_sound(run_dir, entry), features.SAMPLE_RATE), features.CURVE_HOP_S)
        heard.append(curve[curve > 0])
    voiced = np.concatenate(heard)
    return float(np.median(voiced)) if len(voiced) else None

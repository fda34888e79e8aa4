"""Folders laid out exactly as YourTTS and VITS VCTK were released, with random weights, small or of full size.

File names, keys, fields and stale absolute paths are those of the v0.10.1 and v0.6.1 releases of coqui-ai/TTS; weight
norm has its old names (`weight_g`, `weight_v`), and no discriminator is in the YourTTS file.
"""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

YOUR_TTS, VCTK = "your_tts", "vctk_vits"
RELEASED_NAMES = {
    YOUR_TTS: "tts_models--multilingual--multi-dataset--your_tts",
    VCTK: "tts_models--en--vctk--vits",
}
YOUR_TTS_SPEAKERS = (
    "female-en-5", "female-en-5\n", "female-pt-4\n", "male-en-2", "male-en-2\n", "male-pt-3\n",
)  # fmt: skip
YOUR_TTS_LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\u00af\u00b7\u00df\u00e0\u00e1\u00e2\u00e3\u00e4\u00e6\u00e7"
    "\u00e8\u00e9\u00ea\u00eb\u00ec\u00ed\u00ee\u00ef\u00f1\u00f2\u00f3\u00f4\u00f5\u00f6\u00f9\u00fa\u00fb\u00fc\u00ff"
    "\u0101\u0105\u0107\u0113\u0119\u011b\u012b\u0131\u0142\u0144\u014d\u0151\u0153\u015b\u016b\u0171\u017a\u017c"
    "\u01ce\u01d0\u01d2\u01d4\u0430\u0431\u0432\u0433\u0434\u0435\u0436\u0437\u0438\u0439\u043a\u043b\u043c\u043d\u043e"
    "\u043f\u0440\u0441\u0442\u0443\u0444\u0445\u0446\u0447\u0448\u0449\u044a\u044b\u044c\u044d\u044e\u044f\u0451\u0454"
    "\u0456\u0457\u0491\u2013"
)
SMALL_ARGUMENTS: dict[str, Any] = {
    "hidden_channels": 32,
    "hidden_channels_ffn_text_encoder": 64,
    "num_layers_text_encoder": 1,
    "num_layers_posterior_encoder": 2,
    "num_layers_flow": 2,
    "upsample_initial_channel_decoder": 32,
    "resblock_type_decoder": "2",
    "resblock_kernel_sizes_decoder": [3],
    "resblock_dilation_sizes_decoder": [[1, 2]],
    "spec_segment_size": 16,
    "periods_multi_period_discriminator": [],
}
"""0.6 million numbers in place of 40; the discriminator keeps its scale part only."""


def write_bundle(base_id: str, folder: Path, full_size: bool = False, seed: int = 0, **arguments: Any) -> Path:
    """Write a released folder into `folder` and return it.

    Args:
        base_id: `your_tts` or `vctk_vits`.
        folder: made, and filled.
        full_size: the released sizes in place of small ones.
        seed: of the random weights.
        arguments: further `model_args`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    small = {} if full_size else SMALL_ARGUMENTS
    if base_id == YOUR_TTS:
        _write_your_tts(folder, small | arguments, full_size, seed)
    else:
        _write_vctk(folder, small | arguments, full_size, seed)
    return folder


def install_bundle(base_id: str, data_dir: Path, **options: Any) -> Path:
    """Write a released folder where the program keeps it, ready to use; return the base folder."""
    folder = write_bundle(base_id, data_dir / "base" / base_id, **options)
    write_info(base_id, folder)
    return folder


def write_info(base_id: str, folder: Path) -> None:
    """Write the `base.json` that getting a model writes last."""
    (weights,) = [*folder.glob("model_file.pth*")]
    agreed = {"by": "a test", "at": "2026-01-01T00:00:00+00:00", "statement": "I agree."}
    content = {
        "base_id": base_id,
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence_agreed": agreed,
        "source": "folder",
    }
    (folder / "base.json").write_text(json.dumps(content), encoding="utf-8")


def zip_bundle(base_id: str, folder: Path, target: Path) -> Path:
    """Zip a released folder as it is downloaded: everything within one outermost folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            if path.name != "base.json":
                archive.write(path, f"{RELEASED_NAMES[base_id]}/{path.name}")
    return target


def copy_bundle(source: Path, target: Path) -> Path:
    """Return a copy of a folder that a test may damage."""
    shutil.copytree(source, target)
    return target


def add_discriminator(folder: Path, seed: int = 3) -> None:
    """Put a discriminator into a bundle's checkpoint, as some releases have."""
    import torch
    from TTS.tts.layers.vits.discriminator import VitsDiscriminator

    (path,) = [*folder.glob("model_file.pth*")]
    content = torch.load(path, weights_only=True)
    torch.manual_seed(seed)
    periods = content["config"]["model_args"]["periods_multi_period_discriminator"]
    state = VitsDiscriminator(periods=periods).state_dict()
    content["model"] |= {f"disc.{_old_name(name)}": value for name, value in state.items()}
    torch.save(content, path)


def _write_your_tts(folder: Path, arguments: dict[str, Any], full_size: bool, seed: int) -> None:
    stale = "/raid/ecasanova/checkpoints/YourTTS-EN-PT-FR"
    size = 512 if full_size else 24
    arguments = {
        "num_layers_text_encoder": 10,
        "resblock_type_decoder": "2",
        "use_d_vector_file": True,
        "d_vector_dim": size,
        "d_vector_file": [f"{stale}/speakers.json"],
        "use_language_embedding": True,
        "embedded_language_dim": 4,
        "language_ids_file": f"{stale}/language_ids.json",
        "use_speaker_encoder_as_loss": True,
        "speaker_encoder_model_path": f"{stale}/model_se.pth.tar",
        "speaker_encoder_config_path": f"{stale}/config_se.json",
    } | arguments
    characters = {
        "characters_class": "TTS.tts.models.vits.VitsCharacters",
        "pad": "_", "eos": "&", "bos": "*", "blank": None,
        "characters": YOUR_TTS_LETTERS, "punctuations": "!'(),-.:;? ", "phonemes": "",
        "is_unique": True, "is_sorted": True,
    }  # fmt: skip
    config = _config(arguments, 16_000, characters) | {
        "run_name": "YourTTS-EN-PT-FR",
        "text_cleaner": "multilingual_cleaners",
        "use_phonemes": False,
        "d_vector_file": [f"{stale}/speakers.json"],
        "d_vector_dim": size,
        "use_d_vector_file": True,
        "use_language_embedding": True,
        "language_ids_file": f"{stale}/language_ids.json",
        "speaker_encoder_loss_alpha": 9.0,
        "datasets": [
            {"formatter": "vctk", "dataset_name": "vctk", "path": "/raid/datasets/VCTK", "language": "en"},
            {"formatter": "mailabs", "dataset_name": "mailabs", "path": "/raid/datasets/fr", "language": "fr-fr"},
            {"formatter": "brspeech", "dataset_name": "tts", "path": "/raid/datasets/pt", "language": "pt-br"},
        ],
    }
    _write_json(folder / "language_ids.json", {"en": 0, "fr-fr": 1, "pt-br": 2})
    _write_json(folder / "speakers.json", _speaker_vectors(YOUR_TTS_SPEAKERS, size, seed))
    _write_speaker_encoder(folder, size, full_size, seed)
    _write_json(folder / "config.json", config)
    _write_network(folder, "model_file.pth", config, seed)


def _write_vctk(folder: Path, arguments: dict[str, Any], full_size: bool, seed: int) -> None:
    stale = "/home/julian/workspace/train/vits-vctk"
    speakers = ["ED\n", *(f"p{number}" for number in range(225, 225 + (108 if full_size else 5)))]
    arguments = {
        "use_speaker_embedding": True,
        "num_speakers": len(speakers),
        "speaker_embedding_channels": 256 if full_size else 24,
        "speakers_file": f"{stale}/speaker_ids.json",
    } | arguments
    characters = {
        "characters_class": "TTS.tts.models.vits.VitsCharacters",
        "pad": "_", "eos": "", "bos": "", "blank": "",
        "characters": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "punctuations": ';:,.!?¡¿—…"«»“” ',
        "phonemes": "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢǀǁǂǃˈˌːˑʼʴʰʱʲʷˠˤ˞↓↑→↗↘'̩'ᵻ",  # noqa: E501
        "is_unique": False, "is_sorted": True,
    }  # fmt: skip
    config = _config(arguments, 22_050, characters) | {
        "run_name": "vits_vctk",
        "text_cleaner": "english_cleaners",
        "use_phonemes": True,
        "phonemizer": "espeak",
        "phoneme_language": "en",
        "phoneme_cache_path": f"{stale}/phoneme_cache",
        "use_speaker_embedding": True,
        "speakers_file": f"{stale}/speaker_ids.json",
        "datasets": [{"name": "vctk", "path": "/home/julian/workspace/train/VCTK/", "meta_file_train": ""}],
    }
    _write_json(folder / "speaker_ids.json", {name: row for row, name in enumerate(speakers)})
    _write_json(folder / "config.json", config)
    _write_network(folder, "model_file.pth.tar", config, seed)


def _config(arguments: dict[str, Any], sample_rate: int, characters: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": "vits",
        "output_path": "/raid/checkpoints/",
        "github_branch": "inside_docker",
        "restore_path": "/raid/checkpoints/best_model.pth.tar",
        "epochs": 1000,
        "batch_size": 32,
        "use_cuda_amp_of_old": True,
        "audio": {
            "fft_size": 1024, "win_length": 1024, "hop_length": 256, "sample_rate": sample_rate, "num_mels": 80,
            "mel_fmin": 0.0, "mel_fmax": None, "stats_path": None, "resample": False,
        },
        "characters": characters,
        "add_blank": True,
        "enable_eos_bos_chars": False,
        "model_args": arguments,
        "test_sentences": [["It took me quite a long time to develop a voice.", "VCTK_p225", None, "en"]],
    }  # fmt: skip


def _write_network(folder: Path, name: str, config: dict[str, Any], seed: int) -> None:
    import torch

    from voiceclone.bases.coqui.bundle import read_bundle
    from voiceclone.bases.coqui.vits.network import build_network

    torch.manual_seed(seed)
    network = build_network(read_bundle(folder))
    with torch.no_grad():
        for parameter in network.duration_predictor.parameters():
            parameter.mul_(0.1)  # or untrained durations explode
    state = {_old_name(key): value for key, value in network.state_dict().items()}
    torch.save({"model": state, "config": config, "step": 1_000_000, "epoch": 500}, folder / name)


def _old_name(name: str) -> str:
    for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
        name = name.replace(f"parametrizations.weight.{new}", old)
    return name


def _speaker_vectors(names: tuple[str, ...], size: int, seed: int) -> dict[str, Any]:
    import numpy as np

    numbers = np.random.default_rng(seed)
    vectors = {}
    for name in names:
        centre = numbers.normal(size=size)
        for take in range(2):
            vector = centre + 0.1 * numbers.normal(size=size)
            vectors[f"{name.strip()}{len(vectors)}_{take}.wav"] = {
                "name": name,
                "embedding": (vector / np.linalg.norm(vector)).round(6).tolist(),
            }
    return vectors


def _write_speaker_encoder(folder: Path, size: int, full_size: bool, seed: int) -> None:
    import torch

    audio = {
        "fft_size": 512, "win_length": 400, "hop_length": 160, "sample_rate": 16_000, "preemphasis": 0.97,
        "num_mels": 64, "mel_fmin": 0, "mel_fmax": 8000.0, "do_trim_silence": False, "trim_db": 60, "power": 1.5,
        "signal_norm": False, "symmetric_norm": False, "max_norm": 4.0, "clip_norm": False, "frame_shift_ms": None,
        "frame_length_ms": None, "ref_level_db": 20, "min_level_db": -100, "stats_path": None, "do_sound_norm": False,
    }  # fmt: skip
    small = {"model_name": "lstm", "input_dim": 64, "use_torch_spec": True, "proj_dim": size}
    small |= {"lstm_dim": 16, "num_lstm_layers": 1}
    large = {"model_name": "resnet", "input_dim": 64, "use_torch_spec": True, "log_input": True, "proj_dim": size}
    config = {
        "model": "speaker_encoder",
        "run_name": "speaker_encoder",
        "output_path": "/raid/checkpoints/",
        "audio": audio,
        "model_params": large if full_size else small,
        "loss": "softmaxproto",
        "num_loader_workers": 8,
        "datasets": [],
        "storage": {"sample_from_storage_p": 0.66, "storage_size": 15},
    }
    _write_json(folder / "config_se.json", config)
    from TTS.config import load_config
    from TTS.encoder.utils.generic_utils import setup_encoder_model

    torch.manual_seed(seed)
    encoder = setup_encoder_model(load_config(folder / "config_se.json"))
    torch.save({"model": encoder.state_dict(), "step": 330_000, "loss": 0.1}, folder / "model_se.pth")


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=4), encoding="utf-8")

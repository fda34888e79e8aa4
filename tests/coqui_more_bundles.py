"""Released layouts of XTTS v2, Tacotron2 + HiFi-GAN and the converters, with small random weights.

File names, keys, config fields and old-style `weight_g`/`weight_v` names are those of the releases; only
the sizes are smaller, so that a test takes seconds.
"""

import json
from pathlib import Path

AGREED = {"by": "test", "at": "2026-01-01T00:00:00+00:00", "statement": "I agree."}
SMALL_WAVLM = {
    "extractor_mode": "layer_norm",
    "encoder_layers": 8,
    "encoder_embed_dim": 32,
    "encoder_ffn_embed_dim": 64,
    "encoder_attention_heads": 2,
    "activation_fn": "gelu",
    "layer_norm_first": True,
    "conv_feature_layers": "[(16,10,5)] + [(16,3,2)] * 4 + [(16,2,2)] * 2",
    "conv_bias": False,
    "normalize": True,
    "conv_pos": 16,
    "conv_pos_groups": 2,
    "relative_position_embedding": True,
    "num_buckets": 32,
    "max_distance": 80,
    "gru_rel_pos": True,
}
_SMALL_DECODER = {
    "resblock": "1",
    "resblock_kernel_sizes": [3, 7],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
    "upsample_initial_channel": 32,
    "upsample_kernel_sizes": [16, 16, 4, 4],
}


def agree(folder: Path, base_id: str) -> Path:
    """Write `base.json`, as getting the model does last."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"base_id": base_id, "weights_sha256": "e" * 64, "licence_agreed": AGREED, "source": "folder"}
    (folder / "base.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def old_style(state: dict) -> dict:
    """Name weight-normalised tensors as torch did when the models were released."""
    names = {".parametrizations.weight.original0": ".weight_g", ".parametrizations.weight.original1": ".weight_v"}
    renamed = {}
    for name, value in state.items():
        for new, old in names.items():
            name = name.replace(new, old)
        renamed[name] = value.detach().clone()
    return renamed


def shake(network) -> None:
    """Fill what starts as zeros, as trained weights are not: an untouched flow would ignore the speaker."""
    import torch

    with torch.no_grad():
        for value in network.parameters():
            if not torch.any(value):
                value.normal_(0.0, 0.1)


def write_wavlm(path: Path, conv_layers: str | None = None) -> None:
    """`WavLM-Large.pt`, small."""
    import torch
    from TTS.vc.layers.freevc.wavlm.wavlm import WavLM, WavLMConfig

    torch.manual_seed(3)
    network = WavLM(WavLMConfig(SMALL_WAVLM))
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = SMALL_WAVLM | ({"conv_feature_layers": conv_layers} if conv_layers else {})
    torch.save({"cfg": settings, "model": old_style(network.state_dict())}, path)


def openvoice(folder: Path) -> Path:
    """`converter/config.json` and `converter/checkpoint.pth`."""
    import torch
    from TTS.vc.configs.openvoice_config import OpenVoiceConfig
    from TTS.vc.models.openvoice import OpenVoice

    model = _SMALL_DECODER | {
        "zero_g": True,
        "inter_channels": 16,
        "hidden_channels": 16,
        "filter_channels": 32,
        "n_heads": 2,
        "n_layers": 6,
        "kernel_size": 3,
        "p_dropout": 0.1,
        "upsample_rates": [8, 8, 2, 2],
        "gin_channels": 24,
    }
    data = {"sampling_rate": 22050, "filter_length": 1024, "hop_length": 256, "win_length": 1024, "n_speakers": 0}
    config = OpenVoiceConfig()
    for name in set(model) & set(config.model_args.to_dict()):
        config.model_args[name] = model[name]
    torch.manual_seed(1)
    network = OpenVoice(config)
    shake(network)
    (folder / "converter").mkdir(parents=True)
    settings = {"_version_": "v2", "data": data, "model": model}
    (folder / "converter" / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    state = old_style(network.state_dict())
    torch.save(
        {"model": state, "iteration": 0, "optimizer": None, "learning_rate": 0.0003},
        folder / "converter" / "checkpoint.pth",
    )
    return agree(folder, "openvoice_v2")


def freevc(folder: Path, use_spk: bool = True, with_wavlm: bool = False) -> Path:
    """What `voice_conversion_models--multilingual--vctk--freevc24` holds, the speaker encoder, and WavLM beside."""
    import torch
    from TTS.vc.configs.freevc_config import FreeVCConfig
    from TTS.vc.layers.freevc.speaker_encoder.speaker_encoder import SpeakerEncoder
    from TTS.vc.models.freevc import FreeVC

    from voiceclone.bases.coqui.conversion import wavlm
    from voiceclone.bases.coqui.workarounds import parts_from_here

    folder.mkdir(parents=True)
    write_wavlm(folder.parent / "wavlm" / "WavLM-Large.pt")
    config = FreeVCConfig()
    model = _SMALL_DECODER | {
        "inter_channels": 16,
        "hidden_channels": 16,
        "filter_channels": 32,
        "upsample_rates": [10, 6, 4, 2],
        "gin_channels": 256 if use_spk else 24,
        "ssl_dim": SMALL_WAVLM["encoder_embed_dim"],
        "use_spk": use_spk,
    }
    for name, value in model.items():
        config.model_args[name] = value
    torch.manual_seed(2)
    encoder = folder / "speaker_encoder.pt"
    if use_spk:
        bare = SpeakerEncoder.__new__(SpeakerEncoder)
        torch.nn.Module.__init__(bare)
        bare.lstm = torch.nn.LSTM(40, 256, 3, batch_first=True)
        bare.linear = torch.nn.Linear(256, 256)
        torch.save({"step": 1, "model_state": bare.state_dict()}, encoder)
    with parts_from_here(wavlm.load_wavlm(folder.parent / "wavlm" / "WavLM-Large.pt", "FreeVC"), encoder):
        network = FreeVC(config)
        shake(network)
    state = old_style(network.state_dict())
    if not with_wavlm:
        state = {name: value for name, value in state.items() if not name.startswith("wavlm.")}
    config.save_json(folder / "config.json")
    torch.save({"model": state}, folder / "model.pth")
    return agree(folder, "freevc24")


def knnvc(folder: Path) -> Path:
    """WavLM and the unzipped `vocoder_models--en--librispeech100--wavlm-hifigan_prematched`."""
    import torch
    from TTS.vocoder.configs import HifiganConfig
    from TTS.vocoder.models import setup_generator

    part = folder / "vocoder_models--en--librispeech100--wavlm-hifigan_prematched"
    part.mkdir(parents=True)
    write_wavlm(folder.parent / "wavlm" / "WavLM-Large.pt")
    config = HifiganConfig()
    config.audio.sample_rate, config.audio.hop_length = 16000, 320
    config.generator_model_params = {
        "in_channels": 16,
        "upsample_factors": [10, 8, 2, 2],
        "upsample_kernel_sizes": [20, 16, 4, 4],
        "upsample_initial_channel": 32,
        "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
        "resblock_type": "1",
        "pre_linear": SMALL_WAVLM["encoder_embed_dim"],
        "inference_padding": 0,
    }
    torch.manual_seed(4)
    generator = setup_generator(config)
    config.save_json(part / "config.json")
    torch.save(
        {"model": {f"model_g.{name}": value for name, value in old_style(generator.state_dict()).items()}},
        part / "model.pth",
    )
    return agree(folder, "knnvc")


def xtts(folder: Path, *, old_pickle: bool = False, narrow: bool = False) -> Path:
    """The hub's files of XTTS v2 and the two that training needs; the GPT is small.

    Args:
        folder: the base folder.
        old_pickle: hold the configuration as the first releases did.
        narrow: for `small_dvae`, and clips of 0.9 s at most; else it trains in any process.
    """
    import torch
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts, _legacy_safe_globals

    folder.mkdir(parents=True)
    write_vocabulary(folder / "vocab.json")
    config = XttsConfig()
    small = {
        "gpt_max_audio_tokens": 28 if narrow else 150,
        "gpt_max_text_tokens": 120,
        "gpt_layers": 2,
        "gpt_n_model_channels": 64,
        "gpt_n_heads": 2,
        "gpt_number_text_tokens": 262,
        "gpt_start_text_token": 261,
        "gpt_stop_text_token": 0,
        "gpt_num_audio_tokens": 1026,
        "gpt_start_audio_token": 1024,
        "gpt_stop_audio_token": 1025,
        "gpt_use_perceiver_resampler": True,
        "decoder_input_dim": 64,
    }
    for name, value in small.items():
        config.model_args[name] = value
    config.gpt_cond_len, config.max_ref_len = 30, 30
    torch.manual_seed(5)
    network = Xtts(config)
    state = {"mel_stats": torch.rand(80) + 0.5} | old_style(network.state_dict())
    config.model_args.tokenizer_file = "/home/someone/XTTS/vocab.json"
    config.save_json(folder / "config.json")
    about = config if old_pickle else config.to_dict()
    with _legacy_safe_globals():  # the first releases name these classes by the module they were in then
        torch.save({"config": about, "model": state}, folder / "model.pth")
    voice = {"gpt_cond_latent": torch.randn(1, 32, 64), "speaker_embedding": torch.randn(1, 512, 1)}
    torch.save({"Claribel Dervla": voice}, folder / "speakers_xtts.pth")
    torch.save(torch.rand(80) + 0.5, folder / "mel_stats.pth")
    torch.save((small_dvae() if narrow else dvae()).state_dict(), folder / "dvae.pth")
    return agree(folder, "xtts_v2")


def small_dvae(**settings):
    """coqui's DiscreteVAE as GPTTrainer builds it, narrower."""
    return dvae(**settings | {"hidden_dim": 16})


def dvae(**settings):
    """coqui's DiscreteVAE as GPTTrainer builds it, 50 million parameters."""
    from TTS.tts.layers.xtts.dvae import DiscreteVAE

    asked = {
        "channels": 80,
        "normalization": None,
        "positional_dims": 1,
        "num_tokens": 1024,
        "codebook_dim": 512,
        "num_resnet_blocks": 3,
        "kernel_size": 3,
        "num_layers": 2,
        "use_transposed_convs": False,
        "hidden_dim": 512,
    }
    return DiscreteVAE(**asked | settings)


def write_vocabulary(path: Path) -> None:
    """A `vocab.json` with the released special tokens and single letters, those of Hindi among them."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from TTS.tts.configs.xtts_config import XttsConfig

    names = ["[STOP]", "[UNK]", "[SPACE]", *"abcdefghijklmnopqrstuvwxyz.,!?'-:;"]
    names += [chr(code) for code in range(0x0900, 0x0970)]
    names += [f"[{language}]" for language in XttsConfig().languages]
    tokenizer = Tokenizer(
        BPE({name: number for number, name in enumerate(names)} | {"[START]": 261}, [], unk_token="[UNK]")
    )
    tokenizer.add_special_tokens([name for name in names if name.startswith("[")] + ["[START]"])
    tokenizer.save(str(path))


def tacotron(folder: Path, *, prefixed_vocoder: bool = False, **vocoder_audio) -> Path:
    """The unzipped `tts_models--en--ljspeech--tacotron2-DDC`, and its vocoder in a folder of its released name.

    Args:
        folder: the base folder.
        prefixed_vocoder: write the vocoder as newer releases are, `model_g.` and `model_d.` in one; older ones
            hold the generator alone.
        vocoder_audio: audio settings of the vocoder that differ.
    """
    import torch
    from TTS.tts.configs.tacotron2_config import Tacotron2Config
    from TTS.tts.models.tacotron2 import Tacotron2
    from TTS.vocoder.configs import HifiganConfig
    from TTS.vocoder.models.gan import GAN

    sound = {"mel_fmin": 0.0, "mel_fmax": 8000.0, "signal_norm": False, "log_func": "np.log", "spec_gain": 1.0}
    sound |= {"ref_level_db": 20, "do_trim_silence": True, "trim_db": 60}
    folder.mkdir(parents=True)
    config = Tacotron2Config(
        r=6, ddc_r=12, double_decoder_consistency=True, ga_alpha=5.0, text_cleaner="english_cleaners"
    )
    config.attention_type, config.attention_norm = "original", "softmax"
    torch.manual_seed(6)
    for name, value in sound.items():
        config.audio[name] = value
    network = Tacotron2(config)
    config.audio.stats_path = "/home/erogol/scale_stats.npy"
    config.save_json(folder / "config.json")
    torch.save({"model": network.state_dict(), "step": 330_000, "epoch": 200, "r": 6}, folder / "model_file.pth")

    part = folder / "vocoder_models--en--ljspeech--hifigan_v2"
    part.mkdir()
    config = HifiganConfig()
    config.generator_model_params = {
        "in_channels": 80,
        "upsample_factors": [8, 8, 2, 2],
        "upsample_kernel_sizes": [16, 16, 4, 4],
        "upsample_initial_channel": 32,
        "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
        "resblock_type": "1",
    }
    for name, value in (sound | vocoder_audio).items():
        config.audio[name] = value
    vocoder = GAN(config)
    config.save_json(part / "config.json")
    if prefixed_vocoder:
        content = {"model": old_style(vocoder.state_dict())}
    else:
        content = {
            "model": old_style(vocoder.model_g.state_dict()),
            "model_disc": old_style(vocoder.model_d.state_dict()),
        }
    torch.save(content, part / "model_file.pth")
    return agree(folder, "tacotron2_ddc")


def make_tacotron_small(patch) -> None:
    """Narrow the parts whose sizes no configuration reaches: both decoders, and the vocoder's discriminator."""
    import torch
    from TTS.tts.layers.tacotron.tacotron2 import Decoder
    from TTS.tts.models import tacotron2
    from TTS.vocoder.models import hifigan_discriminator

    def fixed(number: int) -> property:
        return property(lambda _self: number, lambda _self, _value: None)

    sizes = {"query_dim": fixed(64), "decoder_rnn_dim": fixed(64), "prenet_dim": fixed(32), "attn_dim": fixed(16)}

    class SmallDiscriminator(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList([torch.nn.Conv1d(1, 4, 15, 4), torch.nn.Conv1d(4, 1, 5, 2)])

        def forward(self, sound):
            seen = []
            for layer in self.layers:
                sound = torch.nn.functional.leaky_relu(layer(sound), 0.1)
                seen.append(sound)
            return [sound.flatten(1)], [seen]

    patch.setattr(tacotron2, "Decoder", type("SmallDecoder", (Decoder,), sizes))
    patch.setattr(hifigan_discriminator, "HifiganDiscriminator", SmallDiscriminator)

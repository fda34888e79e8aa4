"""Kokoro's network: the classes of the `kokoro` package, put together without what that package drags in."""

import importlib.util
import sys
import types
from typing import TYPE_CHECKING, Any

from voiceclone import host
from voiceclone.bases.kokoro.model import recomputing
from voiceclone.errors import BaseModelError

if TYPE_CHECKING:
    import torch

SAMPLE_RATE = 24_000
STYLE_SIZE = 128
"""Numbers per style vector; a voice has an acoustic and a prosody one, `style[:128]` and `style[128:]`."""
FRAME_SAMPLES = 600
"""Samples per duration frame; the pitch and loudness curves have two values per frame."""
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
"""Length of a duration frame, seconds (25 ms). Wherever this package says “frames”, it means these."""
CURVE_HOP_SAMPLES = FRAME_SAMPLES // 2
MAX_TOKENS = 510
"""Positions of the text encoder less its two boundary tokens."""

# Kokoro-82M v1.0, config.json of the model card (https://huggingface.co/hexgrad/Kokoro-82M).
N_TOKENS = 178
_WIDE_REACH = 50
"""Samples between the first and the last tap of a convolution from which on it is run with the channels last."""
HIDDEN_SIZE = 512
MAX_DURATION_FRAMES = 50
_LAYERS, _TEXT_KERNEL, _MELS, _DROPOUT = 3, 5, 80, 0.2
_ISTFTNET = {
    "upsample_kernel_sizes": [20, 12],
    "upsample_rates": [10, 6],
    "gen_istft_hop_size": 5,
    "gen_istft_n_fft": 20,
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "resblock_kernel_sizes": [3, 7, 11],
    "upsample_initial_channel": 512,
}
_ALBERT = {
    "hidden_size": 768,
    "num_attention_heads": 12,
    "intermediate_size": 2048,
    "max_position_embeddings": 512,
    "num_hidden_layers": 12,
    # transformers 5 computes attention in PyTorch's fused kernel, which needs no dropout at all.
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
}


def _import_kokoro_modules() -> tuple[Any, Any]:
    """Return `kokoro.istftnet` and `kokoro.modules` without running `kokoro/__init__.py`.

    That file imports `kokoro.pipeline`, hence misaki and spaCy (2 s, 300 MB, and an English
    model fetched from a host that is not the package registry). The network needs none of it:
    a bare package object with the right search path lets its submodules load alone.
    """
    if "kokoro" not in sys.modules:
        spec = importlib.util.find_spec("kokoro")
        if spec is None or not spec.submodule_search_locations:
            raise BaseModelError(
                "The package “kokoro”, which holds the base model's network, is not installed. "
                "Run: pip install -r requirements.txt"
            )
        package = types.ModuleType("kokoro")
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules["kokoro"] = package
    import kokoro.istftnet
    import kokoro.modules

    return kokoro.istftnet, kokoro.modules


def build_network() -> "torch.nn.Module":
    """Return the untrained network as one module with children bert, bert_encoder, predictor, text_encoder, decoder.

    Weight norm is removed: the published int8 weights are plain ones, and some of their rows
    are all zero, which weight norm would turn into 0 / 0.
    """
    istftnet, _ = _import_kokoro_modules()
    network = published_network()
    _remove_weight_norm(network)
    _keep_last_layer_precise(network.decoder.generator)
    _use_lean_blocks(network.decoder.generator, istftnet.AdaINResBlock1)
    return network


def published_network() -> "torch.nn.Module":
    """Return the network exactly as the package `kokoro` builds it, without memory for its numbers."""
    import warnings

    import torch
    from transformers import AlbertConfig

    istftnet, modules = _import_kokoro_modules()
    with warnings.catch_warnings():
        # torch deprecates the old weight_norm and warns of LSTM dropout with one layer; both are the package's.
        warnings.simplefilter("ignore")
        network = torch.nn.Module()
        with torch.device("meta"):
            network.bert = modules.CustomAlbert(AlbertConfig(vocab_size=N_TOKENS, **_ALBERT))
            network.bert_encoder = torch.nn.Linear(_ALBERT["hidden_size"], HIDDEN_SIZE)
            network.predictor = modules.ProsodyPredictor(
                style_dim=STYLE_SIZE, d_hid=HIDDEN_SIZE, nlayers=_LAYERS, max_dur=MAX_DURATION_FRAMES, dropout=_DROPOUT
            )
            network.text_encoder = modules.TextEncoder(
                channels=HIDDEN_SIZE, kernel_size=_TEXT_KERNEL, depth=_LAYERS, n_symbols=N_TOKENS
            )
            network.decoder = istftnet.Decoder(dim_in=HIDDEN_SIZE, style_dim=STYLE_SIZE, dim_out=_MELS, **_ISTFTNET)
    return network


def settings() -> dict[str, Any]:
    """Return the settings that the package `kokoro` reads from `config.json`, all but the vocabulary."""
    return {
        "istftnet": _ISTFTNET,
        "plbert": _ALBERT,
        "n_token": N_TOKENS,
        "hidden_dim": HIDDEN_SIZE,
        "style_dim": STYLE_SIZE,
        "n_layer": _LAYERS,
        "max_dur": MAX_DURATION_FRAMES,
        "dropout": _DROPOUT,
        "text_encoder_kernel_size": _TEXT_KERNEL,
        "n_mels": _MELS,
    }


def _use_lean_blocks(generator: "torch.nn.Module", block_class: type) -> None:
    """Let the generator's residual blocks reach the same numbers with fewer passes over their large tensors.

    A block is norm, style, Snake, convolution. Snake is x + sin^2(a x) / a = (u + sin^2 u) / a with u = a x, `a` per
    channel and not trained. The norm multiplies and shifts each channel anyway, so it takes over the style's scale and
    shift and the factor a; the convolution's weights take over 1 / a. Two passes are left of seven, and one tensor has
    to be kept for the gradient, whose factor is 1 + sin 2u. Under autocast all of it happens in bfloat16.
    """
    import torch

    class Snake(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, u: "torch.Tensor") -> "torch.Tensor":
            ctx.save_for_backward(u)
            sine = u.sin()
            return torch.addcmul(u, sine, sine)

        @staticmethod
        def backward(ctx: Any, gradient: "torch.Tensor") -> "torch.Tensor":
            (u,) = ctx.saved_tensors
            return (u * 2).sin_().add_(1).mul_(gradient)

    def styled(norm: "torch.nn.Module", x: "torch.Tensor", style: "torch.Tensor", alpha: "torch.Tensor"):
        """Return alpha (norm(x) (1 + scale) + shift); instance norm is batch norm of every sample's every channel."""
        batch, channels, frames = x.shape
        scale, shift = norm.fc(style).float().chunk(2, dim=1)
        factor, alpha = 1 + scale, alpha.view(1, channels)
        weight = (norm.norm.weight * factor * alpha).flatten()
        bias = ((norm.norm.bias * factor + shift) * alpha).flatten()
        rows = x.reshape(1, batch * channels, frames)
        return torch.batch_norm(rows, weight, bias, None, None, True, 0.0, norm.norm.eps, False).view_as(x)

    class LeanBlock(block_class):
        def forward(self, x: "torch.Tensor", style: "torch.Tensor") -> "torch.Tensor":
            return recomputing.run(self._styled, x, style)

        def _styled(self, x: "torch.Tensor", style: "torch.Tensor") -> "torch.Tensor":
            layers = zip(self.convs1, self.convs2, self.adain1, self.adain2, self.alpha1, self.alpha2, strict=True)
            for conv1, conv2, norm1, norm2, alpha1, alpha2 in layers:
                inner = _convolve(conv1, Snake.apply(styled(norm1, x, style, alpha1)), 1 / alpha1)
                inner = _convolve(conv2, Snake.apply(styled(norm2, inner, style, alpha2)), 1 / alpha2)
                x = inner + x
            return x

    class StillBlock(LeanBlock):
        """Shapes the excitation; it does not learn, and without gradients a training step takes a tenth less."""

        def forward(self, x: "torch.Tensor", style: "torch.Tensor") -> "torch.Tensor":
            with torch.no_grad():
                return super().forward(x, style)

    for block in generator.resblocks:
        block.__class__ = LeanBlock
    for block in generator.noise_res:
        block.__class__ = StillBlock


def _convolve(convolution: "torch.nn.Conv1d", x: "torch.Tensor", factor: "torch.Tensor") -> "torch.Tensor":
    """Run a convolution over `x` times `factor`, shape (1, channels, 1), with the factor taken into its weights.

    The widest runs with the channels last, for oneDNN's bfloat16 kernel needs twice the time else. 128 channels,
    kernel 11, dilation 5, 42,000 samples on two cores: 73 ms, with the channels last and both copies 46 ms; with
    dilation 3 it is 40 ms either way. In float32 wide kernels are computed in the frequency domain.
    """
    import torch

    from voiceclone.bases.kokoro.model import fourier_convolution

    weight = convolution.weight * factor
    padding, dilation = convolution.padding[0], convolution.dilation[0]
    if fourier_convolution.is_worth_it(x, weight):
        return fourier_convolution.convolve(x, weight, convolution.bias, dilation)
    reach = (convolution.kernel_size[0] - 1) * dilation
    if reach < _WIDE_REACH or x.device.type != "cpu" or not supports_bfloat16("cpu"):
        return torch.nn.functional.conv1d(x, weight, convolution.bias, padding=padding, dilation=dilation)
    rows = x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
    out = torch.nn.functional.conv2d(
        rows, weight.unsqueeze(2), convolution.bias, padding=(0, padding), dilation=(1, dilation)
    )
    return out.squeeze(2).contiguous()


def _keep_last_layer_precise(generator: "torch.nn.Module") -> None:
    """Let the last convolution run in float32 under autocast.

    It puts out log magnitudes and phases; with bfloat16's eight bits the phases alone add
    audible noise.
    """
    import torch

    class FullPrecisionConv1d(torch.nn.Conv1d):
        def forward(self, x: "torch.Tensor") -> "torch.Tensor":
            with torch.autocast(x.device.type, enabled=False):
                return super().forward(x.float())

    last = generator.conv_post
    generator.conv_post = FullPrecisionConv1d(
        last.in_channels, last.out_channels, last.kernel_size, padding=last.padding
    )


def supports_bfloat16(device: str) -> bool:
    """True where bfloat16 convolutions are quicker than float32: GPUs since Ampere, AMD since Zen 4, Intel with AMX.

    Other processors of Intel know the numbers and gain nothing by them (docs/decisions/0024). It follows from
    the processor alone: a run that is continued computes as before.
    """
    import torch

    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported()
    if device != "cpu" or not torch.cpu._is_avx512_bf16_supported():
        return False
    return "intel" not in host.processor_name().lower() or torch.cpu._is_amx_tile_supported()


def _remove_weight_norm(network: "torch.nn.Module") -> None:
    import torch
    from torch.nn.utils.weight_norm import WeightNorm

    for module in network.modules():
        if any(isinstance(hook, WeightNorm) for hook in module._forward_pre_hooks.values()):
            torch.nn.utils.remove_weight_norm(module)

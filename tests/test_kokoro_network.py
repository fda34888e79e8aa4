"""The generator's lean blocks compute what the package's own blocks do, forwards and backwards."""

import copy

import pytest
import torch

from voiceclone.bases.kokoro.model import network
from voiceclone.bases.kokoro.model.network import (
    STYLE_SIZE,
    _import_kokoro_modules,
    _remove_weight_norm,
    _use_lean_blocks,
)
from voiceclone.bases.kokoro.model.recomputing import recomputing

CHANNELS, FRAMES = 8, 300


@pytest.fixture
def blocks():
    """The package's block, and the same made lean."""
    torch.manual_seed(0)
    block_class = _import_kokoro_modules()[0].AdaINResBlock1
    with pytest.warns(FutureWarning, match="weight_norm"):
        plain = block_class(CHANNELS, 11, (1, 3, 5), STYLE_SIZE)
    _remove_weight_norm(plain)
    for name, parameter in plain.named_parameters():
        if "alpha" in name:
            torch.nn.init.uniform_(parameter, 0.05, 4.0)
        elif "norm" in name:
            torch.nn.init.normal_(parameter, 1.0, 0.3)
        elif "conv" in name:
            torch.nn.init.normal_(parameter, 0.0, 0.1)
    generator = torch.nn.Module()
    lean = copy.deepcopy(plain)
    generator.resblocks, generator.noise_res = torch.nn.ModuleList([lean]), torch.nn.ModuleList()
    _use_lean_blocks(generator, block_class)
    return plain, lean


def test_lean_blocks_give_the_same_sound_and_the_same_gradients(blocks):
    x, style = torch.randn(3, CHANNELS, FRAMES), torch.randn(3, STYLE_SIZE)
    results = []
    for block in blocks:
        inputs = x.clone().requires_grad_(), style.clone().requires_grad_()
        out = block(*inputs)
        out.square().mean().backward()
        learnt = {name: one.grad for name, one in block.named_parameters() if "alpha" not in name}
        results.append((out, inputs[0].grad, inputs[1].grad, learnt))
    (out, x_slope, style_slope, learnt), (lean_out, lean_x_slope, lean_style_slope, lean_learnt) = results
    torch.testing.assert_close(lean_out, out, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(lean_x_slope, x_slope, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(lean_style_slope, style_slope, rtol=1e-3, atol=1e-6)
    assert any(slope is not None and slope.abs().max() > 1e-5 for slope in learnt.values())
    for name, slope in learnt.items():
        torch.testing.assert_close(lean_learnt[name], slope, rtol=1e-3, atol=1e-5)


def test_recomputed_blocks_give_the_same_and_keep_less(blocks):
    _, lean = blocks
    x, style = torch.randn(1, CHANNELS, FRAMES), torch.randn(1, STYLE_SIZE)
    learnt = [parameter for name, parameter in lean.named_parameters() if "conv" in name]

    def outcome():
        kept = {}
        note = torch.autograd.graph.saved_tensors_hooks(
            lambda one: kept.setdefault(one.data_ptr(), one) if one.dim() == 3 else one, lambda one: one
        )
        with note:
            out = lean(x.requires_grad_(), style)
        kept_bytes = sum(one.nbytes for one in kept.values())
        return out, torch.autograd.grad(out.square().mean(), [x, *learnt]), kept_bytes

    out, slopes, kept_bytes = outcome()
    with recomputing():
        again, slopes_again, kept_again_bytes = outcome()
    assert torch.equal(again, out)
    assert all(torch.equal(one, other) for one, other in zip(slopes_again, slopes, strict=True))
    assert kept_again_bytes <= x.nbytes < kept_bytes / 5


def test_bfloat16_stays_near(blocks):
    plain, lean = blocks
    x, style = torch.randn(1, CHANNELS, FRAMES), torch.randn(1, STYLE_SIZE)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        rough = lean(x, style).float()
    with torch.no_grad():
        exact = plain(x, style)
    assert (rough - exact).norm() < 0.02 * exact.norm()


@pytest.mark.parametrize(
    ("processor", "knows_it", "amx", "quicker"),
    [
        ("AMD EPYC 9R14", True, False, True),
        ("Intel(R) Xeon(R) Platinum 8488C", True, True, True),
        ("Intel(R) Xeon(R) Processor", True, False, False),
        ("AMD EPYC 7B13", False, False, False),
        ("Apple M3", False, False, False),
    ],
)
def test_half_precision_is_used_where_it_is_quicker(processor, knows_it, amx, quicker, monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: knows_it)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(network.host, "processor_name", lambda: processor)
    assert network.supports_bfloat16("cpu") is quicker

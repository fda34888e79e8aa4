"""Learn the halves of a VITS that speaking does without: the posterior encoder, and the posterior of the durations.

For developers. A network converted by `tools/piper_to_vits.py` has them at random. It is its own teacher: it speaks
sentences, what went into its decoder is kept, and the posterior encoder learns to tell that from the spectrum of the
sound. The durations it chose teach the other half. All that speaking needs stays as it is.

    python tools/complete_vits.py models/piper-vits --steps 400
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch.nn.utils.rnn import pad_sequence  # noqa: E402

from benchmarks.sentences import FIRST_READING, FURTHER_READING, UNSEEN  # noqa: E402
from tools.piper_to_vits import save_network  # noqa: E402
from voiceclone.bases.coqui.bundle import Bundle, read_bundle  # noqa: E402
from voiceclone.bases.coqui.vits import network as vits_network  # noqa: E402
from voiceclone.bases.coqui.vits.data import mel_of  # noqa: E402

POOL = ROOT / "tools" / "script_pool" / "en.txt"
LANGUAGE = "en-us"
HELD_OUT = 8
"""Sentences that reconstruction is measured by, none of them learnt from."""
WINDOW_FRAMES = 128
"""The posterior encoder hears 32 frames (0.4 s) to either side; shorter windows would be mostly edge."""
SPEAKING_NOISE, DURATION_NOISE = 0.667, 0.8
"""What VITS is trained to speak with."""
BAND_LIMIT_HZ = (6_800.0, 8_200.0)
"""Half of the windows lose what is above: recordings made at 16 kHz have nothing there."""
DURATION_POSTERIOR = ("post_pre.", "post_convs.", "post_proj.", "post_flows.", "flows.1.")
"""What the duration predictor needs for training only; speaking skips the first of its couplings."""


@dataclass(frozen=True)
class Spoken:
    """One sentence that the network has spoken."""

    spectrogram: torch.Tensor
    """Linear magnitudes, shape (bins, frames)."""
    latent: torch.Tensor
    """What went into the decoder, shape (channels, frames)."""
    text: torch.Tensor
    """What the text encoder made of the tokens, shape (tokens, channels)."""
    durations: torch.Tensor
    """Frames per token, shape (tokens,)."""
    mel: torch.Tensor
    """Log magnitudes in mel bands, shape (bands, frames)."""


def main() -> int:
    """Learn both halves and write the network again; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of the converted network; its weights are replaced")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--sentences", type=int, default=160)
    options = parser.parse_args()
    torch.manual_seed(0)
    bundle = read_bundle(options.folder)
    network, _ = vits_network.load_network(bundle, "cpu")
    network.requires_grad_(False)
    texts = [*POOL.read_text(encoding="utf-8").splitlines(), *FIRST_READING, *FURTHER_READING]
    texts = [text for text in dict.fromkeys(texts) if text and text not in UNSEEN]
    random.Random(0).shuffle(texts)
    spoken = []
    for text in texts[: options.sentences]:
        spoken.append(speak(network, bundle, text))
        if len(spoken) % 20 == 0:
            say(f"{len(spoken)} sentences spoken")
    held_out, learnt = spoken[:HELD_OUT], spoken[HELD_OUT:]
    say(f"reconstruction {reconstruction(network, held_out):.3f} before")
    learn_posterior(network, learnt, options.steps)
    say(f"reconstruction {reconstruction(network, held_out):.3f} after")
    learn_duration_posterior(network, learnt, options.steps)
    save_network(network, options.folder)
    return 0


@torch.no_grad()
def speak(network: torch.nn.Module, bundle: Bundle, text: str) -> Spoken:
    """Let the network say a sentence, and keep what it said it from."""
    network.inference_noise_scale, network.inference_noise_scale_dp = SPEAKING_NOISE, DURATION_NOISE
    tokens = torch.tensor([vits_network.token_ids(network, bundle, text, LANGUAGE)])
    nobody = {"d_vectors": torch.ones(1, network.embedded_speaker_dim), "speaker_ids": None, "language_ids": None}
    count = torch.tensor([tokens.shape[1]])
    said = network.inference(tokens, {**nobody, "x_lengths": count, "durations": None})
    encoded, _, _, _ = network.text_encoder(tokens, count)
    sound = said["model_outputs"].clone()
    return Spoken(
        spectrogram=vits_network.spectrogram_of(network, sound)[0],
        latent=said["z"][0].clone(),
        text=encoded[0].T.clone(),
        durations=said["durations"][0, 0].clone(),
        mel=mel_of(network, sound)[0],
    )


def learn_posterior(network: torch.nn.Module, spoken: list[Spoken], steps: int, batch: int = 8) -> None:
    """Teach the posterior encoder to tell the latent from the spectrum (Gaussian negative log likelihood)."""
    encoder = network.posterior_encoder.requires_grad_(True)
    encoder.enc.cond_layer.requires_grad_(False)  # one speaker tells nothing about others: it stays silent
    optimizer, schedule = optimizer_of([one for one in encoder.parameters() if one.requires_grad], 1e-3, steps)
    chooser, began_s = random.Random(1), time.process_time()
    nobody = vits_network.conditioning(network, torch.ones(batch, network.embedded_speaker_dim))
    bins = spoken[0].spectrogram.shape[0]
    for step in range(steps):
        heard, wanted = [], []
        for one in chooser.choices(spoken, k=batch):
            begin = chooser.randrange(max(1, one.latent.shape[1] - WINDOW_FRAMES))
            window = slice(begin, begin + WINDOW_FRAMES)
            spectrogram = one.spectrogram[:, window].clone()
            if chooser.random() < 0.5:
                limit = chooser.uniform(*BAND_LIMIT_HZ) / (network.config.audio.sample_rate / 2)
                spectrogram[int(limit * bins) :] = 0.0
            heard.append(spectrogram.T)
            wanted.append(one.latent[:, window].T)
        lengths = torch.tensor([len(one) for one in heard])
        latent = pad_sequence(wanted, batch_first=True).transpose(1, 2)
        spectrogram = pad_sequence(heard, batch_first=True).transpose(1, 2)
        _, mean, log_scale, mask = encoder(spectrogram, lengths, g=nobody)
        likelihood = log_scale + 0.5 * (latent - mean) ** 2 * torch.exp(-2 * log_scale)
        loss = (likelihood * mask).sum() / (mask.sum() * latent.shape[1])
        optimize(optimizer, schedule, loss)
        if step % 50 == 0 or step == steps - 1:
            step_s = (time.process_time() - began_s) / (step + 1)
            say(f"posterior, step {step}: {float(loss.detach()):.3f}, {step_s:.2f} s of one core a step")
    encoder.requires_grad_(False)


def learn_duration_posterior(network: torch.nn.Module, spoken: list[Spoken], steps: int, batch: int = 16) -> None:
    """Teach the durations' posterior, and the coupling that speaking skips, on the durations the network chose."""
    predictor = network.duration_predictor
    missing = [value for name, value in predictor.named_parameters() if name.startswith(DURATION_POSTERIOR)]
    for parameter in missing:
        parameter.requires_grad_(True)
    optimizer, schedule = optimizer_of(missing, 1e-3, steps)
    chooser = random.Random(2)
    nobody = vits_network.conditioning(network, torch.ones(batch, network.embedded_speaker_dim))
    for step in range(steps):
        chosen = chooser.choices(spoken, k=batch)
        text = pad_sequence([one.text for one in chosen], batch_first=True).transpose(1, 2)
        durations = pad_sequence([one.durations for one in chosen], batch_first=True)[:, None]
        mask = (durations > 0).float()
        loss = predictor(text, mask, durations, g=nobody).sum() / mask.sum()
        optimize(optimizer, schedule, loss)
        if step % 100 == 0 or step == steps - 1:
            say(f"durations, step {step}: {float(loss.detach()):.3f}")
    predictor.requires_grad_(False)


def optimizer_of(
    parameters: list[torch.nn.Parameter], rate: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return an optimizer whose rate rises at once and falls along a cosine."""
    optimizer = torch.optim.AdamW(parameters, lr=rate, betas=(0.8, 0.99))
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)


def optimize(
    optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler, loss: torch.Tensor
) -> None:
    """Make one step."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 5.0)
    optimizer.step()
    schedule.step()


@torch.no_grad()
def reconstruction(network: torch.nn.Module, spoken: list[Spoken]) -> float:
    """Return how far sounds are from themselves after posterior encoder and decoder: mean distance of log mel bands."""
    distances = []
    nobody = vits_network.conditioning(network, torch.ones(1, network.embedded_speaker_dim))
    for one in spoken:
        frames = torch.tensor([one.spectrogram.shape[1]])
        latent, _, _, mask = network.posterior_encoder(one.spectrogram[None], frames, g=nobody)
        again = mel_of(network, network.waveform_decoder(latent * mask, g=nobody))[0]
        distances.append(float((again - one.mel).abs().mean()))
    return sum(distances) / len(distances)


def say(text: str) -> None:
    """Tell on standard error how it goes."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

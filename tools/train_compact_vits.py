"""Train a small YourTTS-like VITS on the benchmark's voices, from nothing or from a converted network, and measure it.

For developers; hours on a processor. It shows that the losses of the coqui path go down and that speech gets
intelligible and similar, where released weights cannot be had. Speakers are vectors (Resemblyzer's, 256 numbers), the
loop's losses are those of `voiceclone.bases.coqui`, and the folder it leaves is laid out like a release.

    nice -n 10 python tools/train_compact_vits.py --minutes 480 --stock-voices 6 --out models/compact-vits

From nothing 100 minutes are 3,000 steps, which is not yet speech. `--start FOLDER` begins with a network that speaks
(`tools/piper_to_vits.py`, then `tools/complete_vits.py`) and teaches it to tell its speakers apart:

    python tools/train_compact_vits.py --start models/piper-vits --voices joe --stock-voices 1 --rate 2e-4 \\
        --minutes 12 --adversarial-from 1 --out models/two-voices-vits

Stopped (Ctrl-C) and called again with the same folder it goes on; `--minutes` counts all calls together, and counts
the processor's time, so that it may run beside other work. It writes
`curve.jsonl` (losses), `measured.jsonl` (word errors and similarity), `heard/*.wav`, `config.json`, `model_file.pth`,
`speakers.json`.
"""

import argparse
import json
import math
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.sentences import FIRST_READING, FURTHER_READING, UNSEEN  # noqa: E402
from benchmarks.voices import CACHE_DIR, ENGLISH_VOICES, get_voice, read_by_joe  # noqa: E402
from tools.piper_to_vits import save_network  # noqa: E402
from voiceclone.audio.sound import Audio, decode, encode_flac, encode_wav  # noqa: E402
from voiceclone.bases.coqui.bundle import Bundle, read_bundle  # noqa: E402
from voiceclone.bases.coqui.vits import losses as vits_losses  # noqa: E402
from voiceclone.bases.coqui.vits import network as vits_network  # noqa: E402
from voiceclone.bases.coqui.vits.data import LoadedClip, load_clip, make_batch  # noqa: E402
from voiceclone.bases.run.checkpoint import load_checkpoint, save_checkpoint  # noqa: E402
from voiceclone.bases.run.trainer import clip_gradients  # noqa: E402
from voiceclone.evaluation import speaker_similarity, wer  # noqa: E402
from voiceclone.storage import disk  # noqa: E402

POOL = ROOT / "tools" / "script_pool" / "en.txt"
SAMPLE_RATE = 16_000
LANGUAGE = "en-us"
HELD_OUT = 6
"""Clips per voice that are never learnt from."""
MEASURED_SENTENCES = 5
SAVE_EVERY_S = 300.0
CHECKPOINT = "checkpoint.safetensors"
COMPACT: dict[str, Any] = {
    "hidden_channels": 96,
    "hidden_channels_ffn_text_encoder": 384,
    "num_layers_text_encoder": 4,
    "num_layers_posterior_encoder": 8,
    "num_layers_flow": 3,
    "upsample_initial_channel_decoder": 128,
    "upsample_rates_decoder": [8, 8, 4],
    "upsample_kernel_sizes_decoder": [16, 16, 8],
    "resblock_type_decoder": "2",
    "resblock_kernel_sizes_decoder": [3, 5, 7],
    "resblock_dilation_sizes_decoder": [[1, 2], [2, 6], [3, 12]],
    "dropout_p_duration_predictor": 0.1,
    "periods_multi_period_discriminator": [2, 5],
    "use_d_vector_file": True,
    "d_vector_dim": 256,
}


@dataclass(frozen=True)
class Speaker:
    """One voice of the set."""

    name: str
    vector: torch.Tensor
    """float32, shape (1, 256)."""
    clips: list[LoadedClip]
    held_out: list[LoadedClip]
    real: np.ndarray
    """Mean embedding of the held-out recordings, which similarity is measured to."""


def main() -> int:
    """Train until the time is over; return the exit code."""
    options = parse(sys.argv[1:])
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    begins_with = read_bundle(options.start) if options.start else None
    if not (options.out / "config.json").is_file():
        about = begins_with.config if begins_with else configuration(options.phonemes)
        disk.write_json(options.out / "config.json", about)
    bundle = read_bundle(options.out)
    torch.manual_seed(options.seed)
    if begins_with:
        network, _ = vits_network.load_network(begins_with, "cpu", discriminator=True)
    else:
        network = vits_network.build_network(bundle, discriminator=True)
    speakers = [speaker_of(name, clips, network, bundle) for name, clips in recordings(options)]
    minutes = sum(len(clip.samples) for one in speakers for clip in one.clips) / bundle.sample_rate / 60
    say(f"{len(speakers)} voices, {minutes:.0f} minutes; {count(network, False):.1f} M numbers speak, "
        f"{count(network, True):.1f} M tell true from false")  # fmt: skip
    run = Training(options, network, bundle, speakers)
    run.go_on()
    run.train()
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, required=True, help="of all cores, all calls together")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results; one that is there goes on")
    parser.add_argument("--start", type=Path, help="folder of the network to begin with; not given, from nothing")
    parser.add_argument("--voices", nargs="+", default=list(ENGLISH_VOICES), help="benchmark voices")
    parser.add_argument("--stock-voices", type=int, default=0, help="stock voices of Kokoro that read 120 sentences")
    parser.add_argument("--kokoro", type=Path, default=ROOT / "models/base/kokoro-82m", help="folder of Kokoro")
    parser.add_argument("--letters", dest="phonemes", action="store_false", help="letters, as YourTTS; not phonemes")
    parser.add_argument("--batch", type=int, default=8, help="clips per step")
    parser.add_argument("--rate", type=float, default=4e-4, help="learning rate")
    parser.add_argument("--adversarial-from", type=float, default=0.4, help="share of the time without discriminator")
    parser.add_argument("--measure-every", type=float, default=30.0, help="minutes between two measurements")
    parser.add_argument("--bfloat16", action="store_true", help="half precision, for processors that have it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def configuration(phonemes: bool) -> dict[str, Any]:
    """Return the released configuration of the small model."""
    characters = {
        "characters_class": "TTS.tts.models.vits.VitsCharacters",
        "pad": "_", "eos": "", "bos": "", "blank": "",
        "characters": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "punctuations": "!'(),-.:;? ",
        "phonemes": "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢˈˌːˑʰʲ'̩'ᵻ",
        "is_unique": True, "is_sorted": True,
    }  # fmt: skip
    audio = {"fft_size": 1024, "win_length": 1024, "hop_length": 256, "sample_rate": SAMPLE_RATE, "num_mels": 80}
    return {
        "model": "vits",
        "run_name": "compact-vits",
        "audio": audio | {"mel_fmin": 0.0, "mel_fmax": None},
        "characters": characters,
        "text_cleaner": "english_cleaners" if phonemes else "multilingual_cleaners",
        "use_phonemes": phonemes,
        "phonemizer": "espeak" if phonemes else None,
        "phoneme_language": "en-us",
        "add_blank": True,
        "model_args": COMPACT,
        "use_d_vector_file": True,
        "d_vector_dim": 256,
    }


# Speech -------------------------------------------------------------------------------------------


def recordings(options: argparse.Namespace) -> list[tuple[str, list[tuple[Audio, str]]]]:
    """Return the voices with their recordings and texts; none of the unseen sentences is among them."""
    found = []
    for name in options.voices:
        voice = get_voice(name)
        found.append((name, [(decode(clip.path), clip.text) for clip in (*voice.held_out, *voice.training)]))
        if name == "joe":
            found[-1][1].extend(further_reading_of_joe())
    if options.stock_voices:
        found += stock_readings(options.kokoro, options.stock_voices)
    return found


def pool_sentences() -> list[str]:
    """Return the sentences of the reading script's pool, none of them among the unseen ones."""
    return [line for line in POOL.read_text(encoding="utf-8").splitlines() if line and line not in UNSEEN]


def further_reading_of_joe() -> list[tuple[Audio, str]]:
    """Return the synthetic reader reading the pool, too: his share of the benchmark is six minutes only."""
    folder, sentences = CACHE_DIR / "joe-pool", pool_sentences()
    paths = [folder / f"{number:03d}.wav" for number in range(len(sentences))]
    if not all(path.is_file() for path in paths):
        for path, audio in zip(paths, read_by_joe(sentences), strict=True):
            encode_wav(audio, path)
    return [(decode(path), text) for path, text in zip(paths, sentences, strict=True)]


def stock_readings(base_folder: Path, wanted: int) -> list[tuple[str, list[tuple[Audio, str]]]]:
    """Return stock voices of Kokoro reading our sentences; spoken once, then kept in the benchmark's cache.

    English ones where they are (the official weights), else those that came with the program.
    """
    from voiceclone.bases.kokoro.model import synthesis, weights
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
    from voiceclone.bases.kokoro.starting_voice import typical_style
    from voiceclone.text.phonemes import phonemize

    sentences = [*FIRST_READING, *FURTHER_READING]
    tables, found, network = weights.load_stock_voices(base_folder), [], None
    names = sorted(name for name in tables if name.startswith(("af_", "am_"))) or sorted(tables)
    for name in names[:: max(1, len(names) // wanted)][:wanted]:
        paths = [CACHE_DIR / "stock-readings" / name / f"{number:03d}.flac" for number in range(len(sentences))]
        for sentence, path in zip(sentences, paths, strict=True):
            if path.is_file():
                continue
            network = network or weights.load_network(base_folder)
            tokens = phonemes_to_tokens(phonemize(sentence, LANGUAGE))
            samples = synthesis.synthesize(network, tokens, typical_style(tables[name]))
            encode_flac(Audio(samples.numpy(), 24_000), path)
        say(f"{name} has read {len(sentences)} sentences")
        found.append((name, [(decode(path), text) for path, text in zip(paths, sentences, strict=True)]))
    return found


def speaker_of(name: str, clips: list[tuple[Audio, str]], network: torch.nn.Module, bundle: Bundle) -> Speaker:
    """Return a voice as training takes it."""
    order = sorted(range(len(clips)), key=lambda index: random.Random(f"{name}{index}").random())
    loaded = [load_clip(network, bundle, *clips[index], LANGUAGE, name) for index in order]
    heard = [clips[index][0] for index in order[: HELD_OUT + 6]]
    return Speaker(
        name=name,
        vector=torch.from_numpy(speaker_similarity.mean_embedding(heard[HELD_OUT:]))[None],
        clips=loaded[HELD_OUT:],
        held_out=loaded[:HELD_OUT],
        real=speaker_similarity.mean_embedding(heard[:HELD_OUT]),
    )


# Training -----------------------------------------------------------------------------------------


class Training:
    """One training in memory."""

    def __init__(self, options: argparse.Namespace, network: torch.nn.Module, bundle: Bundle, speakers: list[Speaker]):
        self.options, self.network, self.bundle, self.speakers = options, network, bundle, speakers
        self.step, self.measured, self.before_s = 0, 0, 0.0
        self.vectors = {one.name: one.vector for one in speakers}
        spoken = [value for name, value in network.named_parameters() if not name.startswith("disc.")]
        self.optimizers = [
            torch.optim.AdamW(parameters, lr=options.rate, betas=(0.8, 0.99), eps=1e-9, fused=True)
            for parameters in (spoken, list(network.disc.parameters()))
        ]
        self.began_s = time.process_time()
        self.stopped = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)

    def stop(self, *_: Any) -> None:
        """End after this step (a signal handler)."""
        self.stopped = True

    @property
    def minutes(self) -> float:
        """Time that all cores worked, earlier calls included."""
        return (self.before_s + (time.process_time() - self.began_s) / self.options.threads) / 60

    def go_on(self) -> None:
        """Continue from the folder's checkpoint, if there is one."""
        path = self.options.out / CHECKPOINT
        if path.is_file():
            about = load_checkpoint(path, dict(self.network.named_parameters()), self.optimizers)
            self.step, self.measured, self.before_s = about["step"], about["measured"], about["elapsed_s"]
            say(f"going on at step {self.step}, minute {self.minutes:.0f}")

    def train(self) -> None:
        """Make steps until the time is over, measuring and saving meanwhile."""
        saved_at = time.monotonic()
        while self.minutes < self.options.minutes and not self.stopped:
            told = self.make_step()
            if self.step % 10 == 0:
                self.write("curve.jsonl", {"step": self.step, "minutes": round(self.minutes, 2), **told})
            if self.step % 100 == 0:
                say(f"step {self.step}, minute {self.minutes:.1f}: {told}")
            if self.minutes // self.options.measure_every > self.measured:
                self.measured += 1
                self.measure()
            if time.monotonic() - saved_at > SAVE_EVERY_S:
                self.save()
                saved_at = time.monotonic()
        if not self.stopped:
            self.measure()
        self.save()

    def make_step(self) -> dict[str, float]:
        """Make one step; return its losses."""
        chooser = random.Random(f"{self.options.seed}:{self.step}")
        clips = [chooser.choice(chooser.choice(self.speakers).clips) for _ in range(self.options.batch)]
        adversarial = self.minutes >= self.options.adversarial_from * self.options.minutes
        network, (generator, discriminator) = self.network.train(), self.optimizers
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
            for group in optimizer.param_groups:
                group["lr"] = self.options.rate * (1 - 0.9 * min(1.0, self.minutes / self.options.minutes))
        batch = make_batch(network, clips, "cpu")
        speakers = torch.cat([self.vectors[name] for name in batch.speakers])
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.bfloat16):
            outputs = vits_losses.forward(network, batch, speakers)
            told = {}
            if adversarial:
                network.disc.requires_grad_(True)
                told["loss_disc"] = vits_losses.discriminator_loss(network, outputs)
                told["loss_disc"].backward()
                if math.isfinite(clip_gradients([discriminator], math.inf)):
                    discriminator.step()
                network.disc.requires_grad_(False)
            losses = vits_losses.generator_losses(network, batch, outputs, adversarial)
        losses["loss"].backward()
        if math.isfinite(clip_gradients([generator], 100.0)):
            generator.step()
        self.step += 1
        return {name: round(float(value.detach()), 3) for name, value in {**losses, **told}.items()}

    def measure(self) -> None:
        """Speak unseen sentences in every voice, and write word errors, similarity and held-out distance."""
        self.network.eval()
        sentences = UNSEEN[:MEASURED_SENTENCES]
        rows: dict[str, Any] = {"step": self.step, "minutes": round(self.minutes, 1)}
        with torch.random.fork_rng():
            torch.manual_seed(1)
            for one in self.speakers:
                spoken = [
                    vits_network.speak(self.network, self.bundle, one.vector, text, LANGUAGE) for text in sentences
                ]
                alike = [speaker_similarity.cosine(speaker_similarity.embed(sound), one.real) for sound in spoken]
                rows[one.name] = {
                    "held_out_mel": round(vits_losses.held_out_mel(self.network, one.held_out, one.vector), 4),
                    "word_error_rate": round(wer.word_error_rate(sentences, spoken), 3),
                    "similarity": round(fmean(alike), 4),
                }
                encode_wav(spoken[0], self.options.out / "heard" / f"{self.step:06d}_{one.name}.wav")
        means = {key: fmean(rows[one.name][key] for one in self.speakers) for key in rows[self.speakers[0].name]}
        rows["mean"] = {key: round(value, 4) for key, value in means.items()}
        self.write("measured.jsonl", rows)
        say(f"measured at step {self.step}: {rows['mean']}")

    def save(self) -> None:
        """Write the checkpoint, and the model as a release would hold it."""
        about = {"step": self.step, "measured": self.measured, "elapsed_s": self.minutes * 60}
        save_checkpoint(self.options.out / CHECKPOINT, dict(self.network.named_parameters()), self.optimizers, about)
        save_network(self.network, self.options.out)
        vectors = {one.name: {"name": one.name, "embedding": one.vector[0].tolist()} for one in self.speakers}
        disk.write_json(self.options.out / "speakers.json", vectors)

    def write(self, name: str, row: dict[str, Any]) -> None:
        """Append a line to one of the tables."""
        with (self.options.out / name).open("a", encoding="utf-8") as table:
            table.write(json.dumps(row) + "\n")


def count(network: torch.nn.Module, discriminator: bool) -> float:
    """Return how many million numbers a part of the network has."""
    names = dict(network.named_parameters()).items()
    return sum(value.numel() for name, value in names if name.startswith("disc.") is discriminator) / 1e6


def say(text: str) -> None:
    """Tell on standard error how it goes."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

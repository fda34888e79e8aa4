"""What is written beside a voice that is exported for other programs."""

from voiceclone.text.languages import language_name
from voiceclone.voices.consent import consent_words
from voiceclone.voices.voice_file import Voice

_LOADING = """\
```python
import json
import torch
from kokoro import KModel, KPipeline

model = KModel(repo_id="hexgrad/Kokoro-82M", config="config.json", model="model.pth").eval()
pipeline = KPipeline(lang_code="a", repo_id="hexgrad/Kokoro-82M", model=model)
voice = torch.load("voice.pt", weights_only=True)
for result in pipeline("Hello, this is my voice.", voice=voice):
    samples = result.audio  # 24 kHz
```"""


def about_export(voice: Voice) -> str:
    """Return the README, in Markdown, of a voice that is exported for the package `kokoro`."""
    languages = ", ".join(language_name(code) for code in voice.languages)
    consent = consent_words(voice.consent_record, voice.imported)
    return f"""\
# {_plain(voice.name)}

A voice made with VoiceClone, for programs that use the Python package `kokoro` (tried with 0.9.4).

- Recorded in: {_plain(languages)}
- Speech it learnt from: {voice.speech_s:.0f} s
- Made from: {_plain(voice.base_id)}, licence {_plain(voice.base_licence)}
- Made on: {voice.created_at[:10]}
- Consent: {_plain(consent)}

`model.pth` holds all weights of the base model with this voice's changes, `voice.pt` its style, `config.json` the
settings and phonemes. Unpack them, then:

{_LOADING}

VoiceClone's own reading of texts and its corrections of the sound are not in these files, so they sound a little
different. Whoever has these files can speak in this voice. Use it only for what its speaker agreed to.
"""


def _plain(words: str) -> str:
    """Return words without the signs that Markdown gives a meaning."""
    return "".join(" " if letter in "\r\n`*_#<>[]|\\" else letter for letter in words).strip()

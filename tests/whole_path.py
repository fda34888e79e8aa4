"""A person's whole way on a served page, in one process: `python -m tests.whole_path HOME BASE_FACTORY|""`.

Bring recordings, clean them, listen, train a few steps, speak, compare, take everything along. The tests about the
network and about the logs run it in a process of its own.
"""

import logging
import os
import sys
import threading
import warnings
from pathlib import Path

from tests.browser.conftest import EXAMPLE
from tests.fake_base import BASE_ID, BREAKS_FILE
from voiceclone import VoiceEngine, logs
from voiceclone.bases.catalogue import DEFAULT_BASE_ID

NAME = "Zephyrine Quill"
VOICE = "Ottoline of Larkspur"
WORDS = "A marmalade sky over Thistledown."
FILE = "Brambleberry kitchen"
SECRETS = (*NAME.split(), "Ottoline", "Larkspur", "marmalade", "Thistledown", "Brambleberry", "joe_0")
"""What nothing but the data folder may tell: of names, of texts, of recordings."""
STEPS = 6
CLIPS = 8


def main(home: Path, factory: str | None) -> None:
    """Go the whole way with the page's own handlers; any refusal ends it."""
    from tests.served_page import Page
    from voiceclone.clips.transcripts.reader import read_transcripts

    logs.keep_private()
    engine = VoiceEngine(home, BASE_ID if factory else DEFAULT_BASE_ID, base_factory=factory)
    page = Page(home, engine)
    logs.make_handlers_private()
    try:
        page.http.get(page.server).raise_for_status()
        succeed(page.ask("restore", ""))
        succeed(page.ask("create", NAME, "en-us"))
        project = engine.projects.get(NAME)
        _bring(page, project.project_id)
        texts = read_transcripts(EXAMPLE[0].with_name("metadata.csv"))
        engine.projects.add_clips(project.project_id, EXAMPLE[1:CLIPS], transcripts=texts)
        succeed(page.ask("clean", project.project_id, 0, "gentle"))
        engine.projects.listen(project.project_id, [engine.projects.clips(project.project_id)[0].clip_id])
        engine.prepare_base()
        asked = (project.project_id, VOICE, True, "", "", "quick", STEPS, None, 0)
        succeed(page.ask("start", *asked))
        *_, last = engine.runs.watch(engine.runs.all()[0].run_id, 0.2)
        assert last.state == "finished", last.message or last.error
        heard, to_save, _ = succeed(page.ask("say", last.voice_id, WORDS, "en-us", 1.0))["data"]
        assert heard["value"]["url"] and to_save["value"]["url"], "the player or the download has no file"
        engine.compare(project.project_id, True, steps=STEPS, sentences=[WORDS])
        succeed(page.ask("pack", project.project_id))
        exported = engine.voices.export(last.voice_id, home / "taken along.safetensors")
        engine.voices.import_file(exported)
        if factory:
            _get_into_trouble(page, asked)
    finally:
        page.close()


def _bring(page, project_id: str) -> None:
    """Upload a recording whose name and words tell of a person, without a text, so that it is transcribed."""
    import shutil

    named = Path(os.environ["TMPDIR"]) / f"{FILE}.flac"
    shutil.copyfile(EXAMPLE[0], named)
    succeed(page.ask("add", project_id, [page.upload(named)], None, None, "en-us", False, 0))


def _get_into_trouble(page, asked) -> None:
    """Let everything go wrong that says something in a log: ours, gradio's, a thread's, a training's, a library's."""
    engine, secret = page.engine, " ".join(SECRETS)

    def break_down(*_given, **_named):
        raise ValueError(f"{secret} in {engine.data_dir}") from OSError(2, "gone", f"{engine.data_dir}/{secret}")

    kept = engine.projects.clips
    engine.projects.clips = break_down
    assert not page.ask("open_project", asked[0])[0]
    engine.projects.clips = kept
    engine.projects.add_clips = break_down
    take = {"project_id": asked[0], "language": "en-us", "sentence": WORDS, "wav": "AAAA"}
    assert not page.call("keep_take", take)["ok"]
    speak = page.event("say")
    assert not page.ask_event(speak, NAME, WORDS, secret, 1.0)[0]  # gradio itself refuses the language
    page.http.post(f"{page.url}/component_server", json={"fn_name": secret, "data": secret, "component_id": secret,
                                                          "session_hash": secret})  # fmt: skip
    thread = threading.Thread(target=break_down)
    thread.start()
    thread.join()
    warnings.warn(f"{secret} {engine.data_dir}", RuntimeWarning, stacklevel=1)
    logging.getLogger("a.library").warning("read %s", secret)
    logging.getLogger("a.library").warning(f"read {secret}")
    logging.getLogger("voiceclone.somewhere").warning("not kept: %s", ValueError(secret))
    (engine.data_dir / "base" / BASE_ID / BREAKS_FILE).write_text(secret, encoding="utf-8")
    succeed(page.ask("start", asked[0], f"{VOICE} again", *asked[2:]))
    *_, last = engine.runs.watch(engine.runs.all()[0].run_id, 0.2)
    assert last.state == "failed", last.state
    print("got into all the trouble", flush=True)


def succeed(answer: tuple[bool, dict]) -> dict:
    """Return what a handler answered; raise if it refused."""
    went_well, told = answer
    assert went_well, told
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None)

"""What each command does with the engine; every function returns its exit code."""

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.cli.app import app
from voiceclone.cli.candidates import candidates
from voiceclone.cli.compare import compare
from voiceclone.cli.consent import consent
from voiceclone.cli.corpora import add_from_corpus, check_sources, chosen_corpus, speakers
from voiceclone.cli.marks import check, marking
from voiceclone.cli.models import convert, get, instant, models, remove
from voiceclone.cli.output import confirm, confirm_deletion, note, progress_bar, require_sound_name, table, tell
from voiceclone.cli.training import list_runs, pause, resume, status, stop, train, watch
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError, NotFoundError, TextError
from voiceclone.storage.disk import is_id, private_by_default
from voiceclone.storage.privacy import make_private
from voiceclone.text.languages import ANY_LANGUAGE, colour_only, language_name
from voiceclone.voices.consent import consent_words
from voiceclone.wording import count, is_are, seconds, size

if TYPE_CHECKING:
    from voiceclone.clips.model import AddReport, Clip, Project, Readiness
    from voiceclone.deletion import Deletion
    from voiceclone.voices.voice_file import Voice

_DEFAULT_LANGUAGE = "en-us"


def run(options: Namespace, engine: VoiceEngine) -> int:
    """Run the command that was typed; what it makes is for its user only, apart from what is exported."""
    make_private(engine.data_dir)
    with private_by_default():
        return _COMMANDS[options.command](options, engine)


def setup(options: Namespace, engine: VoiceEngine) -> int:
    """Prepare the base model."""
    with progress_bar("Getting the base model ready") as on_progress:
        engine.prepare_base(on_progress, official=options.official)
    base = engine.base
    told = {
        "base_id": base.base_id,
        "title": base.title,
        "licence": base.licence,
        "ready": engine.base.is_ready(),
    }
    tell(options, told, [f"{base.title} is ready (licence: {base.licence})."])
    return 0


def projects(options: Namespace, engine: VoiceEngine) -> int:
    """List the projects, or delete everything about one."""
    if options.delete is not None:
        return _delete_project(options, engine)
    if options.keep_voices:
        raise InputError("--keep-voices goes with --delete PROJECT. Name the project to delete.")
    known = engine.projects.all()
    for sentence in engine.projects.unreadable():
        note(sentence)
    tell(options, known, table((project.name, project.language, project.project_id) for project in known))
    return 0


def _delete_project(options: Namespace, engine: VoiceEngine) -> int:
    told = engine.deletion.of_person(options.delete, keep_voices=options.keep_voices)
    confirm_deletion(options, told)
    project_id = told.subject_id
    return _tell_deleted(options, engine.deletion.delete_person(project_id, keep_voices=options.keep_voices))


def _tell_deleted(options: Namespace, told: "Deletion") -> int:
    words = f"Everything about “{told.name}” was deleted ({size(told.size_bytes)})."
    tell(options, {"deleted": told, "size_bytes": told.size_bytes}, [words])
    return 0


def add(options: Namespace, engine: VoiceEngine) -> int:
    """Add recordings, or one speaker of a corpus."""
    check_sources(options)
    project, report, readiness = (add_from_corpus if chosen_corpus(options) else _add_files)(options, engine)
    is_there = any(known.project_id == project.project_id for known in engine.projects.all())
    for rejected in report.rejected:
        note(rejected.sentence)
    if report.added and (limits := colour_only(report.added[0].language)):
        note(limits)
    told = {
        "project": project if is_there else None,
        "added": report.added,
        "rejected": report.rejected,
        "readiness": readiness,
    }
    words = f"Added {count(len(report.added), 'clip')} to “{project.name}”. {readiness.sentence}"
    tell(options, told, [words if is_there else f"Nothing was added, so there is no project “{project.name}”."])
    return 0 if report.added or not report.rejected else 2


def _add_files(options: Namespace, engine: VoiceEngine) -> "tuple[Project, AddReport, Readiness]":
    transcripts = None
    if options.text_column is not None and options.transcripts is None:
        raise InputError(
            "--text-column says which column of a table holds the words. Name the table with --transcripts."
        )
    if options.transcripts is not None:
        from voiceclone.clips.transcripts.reader import read_transcripts

        transcripts = read_transcripts(options.transcripts, options.text_column)
    chosen = options.language if options.language != ANY_LANGUAGE else None
    with engine.projects.get_or_create(options.project, chosen or _DEFAULT_LANGUAGE) as project:
        with progress_bar("Adding") as on_progress:
            report = engine.projects.add_clips(
                project.project_id,
                options.files,
                text=options.text,
                transcripts=transcripts,
                language=options.language,
                on_progress=on_progress,
            )
        return project, report, engine.projects.readiness(project.project_id)


def clean(options: Namespace, engine: VoiceEngine) -> int:
    """Clean recordings."""
    project = engine.projects.get(options.project)
    if options.undo:
        undone = engine.projects.undo_cleaning(project.project_id)
        words = f"{count(undone, 'clip')} of “{project.name}” {is_are(undone)} as recorded."
        tell(options, {"undone": undone}, [words])
        return 0
    with progress_bar("Cleaning") as on_progress:
        cleaned = engine.projects.clean(project.project_id, on_progress=on_progress, strength=options.strength)
    words = f"Cleaned {count(len(cleaned), 'clip')} of “{project.name}”; the originals are unchanged."
    tell(options, cleaned, [words])
    return 0


def clips(options: Namespace, engine: VoiceEngine) -> int:
    """List clips."""
    project = engine.projects.get(options.project)
    for sentence in engine.projects.unreadable(project.project_id):
        note(sentence)
    if options.listen or options.mine:
        with progress_bar("Listening") as on_progress:
            engine.projects.listen(project.project_id, on_progress=on_progress)
    if options.mine:
        engine.projects.keep_speaker(
            project.project_id, _whole_id(engine.projects.clips(project.project_id), options.mine)
        )
    known = [clip for clip in engine.projects.clips(project.project_id) if not options.to_look_at or clip.needs_review]
    readiness = engine.projects.readiness(project.project_id)
    rows = (
        (
            clip.clip_id[:8],
            seconds(clip.duration_s),
            clip.verdict.level if clip.included else "left out",
            "cleaned" if clip.cleaned else "",
            clip.text + (f"  [{clip.verdict.reason}]" if clip.verdict.reason else ""),
        )
        for clip in known
    )
    tell(
        options,
        {"project": project, "clips": known, "readiness": readiness},
        [*table(rows), readiness.sentence],
    )
    return 0


def _whole_id(known: "list[Clip]", beginning: str) -> str:
    """Return the full id of the clip whose id starts with `beginning`; lists show the first eight letters."""
    found = [clip.clip_id for clip in known if clip.clip_id.startswith(beginning)]
    if len(found) != 1:
        raise NotFoundError(f"There is no clip “{beginning}”. Use an id from the first column of the list.")
    return found[0]


def recogniser(options: Namespace, engine: VoiceEngine) -> int:
    """Get, remove or list recognisers."""
    if options.key and options.remove:
        confirm(options, f"Delete the recogniser “{options.key}”? You can download it again.")
        engine.models.remove_recogniser(options.key)
    elif options.key:
        with progress_bar("Fetching") as on_progress:
            engine.models.install_recogniser(options.key, on_progress)
    there = engine.models.recognisers()
    words = f"Installed for all languages: {', '.join(there)}." if there else "Only English is transcribed."
    tell(options, {"recognisers": there}, [words])
    return 0


def room(options: Namespace, engine: VoiceEngine) -> int:
    """Check a room before recording."""
    report = engine.projects.check_room(options.silence, options.speech)
    words = [report.sentence, *(f"- {finding.sentence}" for finding in report.findings)]
    tell(options, report, words)
    return 0


def speak(options: Namespace, engine: VoiceEngine) -> int:
    """Speak a text into a file."""
    require_sound_name(options.out)
    text = options.text if options.text is not None else _read_text(options.text_file)
    with progress_bar("Speaking") as on_progress:
        spoken = engine.speak_to_file(options.voice, text, options.out, options.language, options.speed, on_progress)
    words = f"{seconds(spoken.duration_s)} in {spoken.path} (made in {seconds(spoken.elapsed_s)})."
    tell(options, spoken, [words])
    return 0


def voices(options: Namespace, engine: VoiceEngine) -> int:
    """List the voices: the user's own, then the stock voices."""
    known, broken, stock = engine.voices.all(), engine.voices.broken(), engine.voices.stock()
    rows = [
        (
            voice.name,
            voice.language,
            count(voice.steps, "step"),
            seconds(voice.speech_s),
            f"{voice.size_mb} MB",
            voice.voice_id,
        )
        for voice in known
    ]
    lines = [*table(rows), *_consents(known)] if known else ["You have no voices yet. Train one, or import a file."]
    if broken:
        lines += ["", "Voices that cannot be used; each can be deleted by its id:"]
        lines += [f"{one.name} ({one.voice_id}): {one.problem}" for one in broken]
    if stock:
        lines += ["", "Stock voices, which are not clones of anyone and can only be spoken with:"]
        lines += table((one.name, one.sex, language_name(one.language), one.voice_id) for one in stock)
    told = [asdict(voice) for voice in known] + [asdict(one) | {"broken": True} for one in broken]
    told += [asdict(one) | {"stock": True} for one in stock]
    tell(options, told, lines)
    return 0


def _consents(known: "list[Voice]") -> list[str]:
    return ["", *(f"{voice.name}: {consent_words(voice.consent_record, voice.imported)}" for voice in known)]


def dataset(options: Namespace, engine: VoiceEngine) -> int:
    """Write a project's clips into a zip file."""
    with progress_bar("Writing") as on_progress:
        packed = engine.projects.export_dataset(options.project, options.file, on_progress)
    words = f"{count(packed, 'clip')} {is_are(packed)} in {options.file}."
    tell(options, {"clips": packed, "path": options.file}, [words])
    return 0


def export_voice(options: Namespace, engine: VoiceEngine) -> int:
    """Copy a voice to a file."""
    voice = engine.voices.get(options.voice)
    if options.for_kokoro:
        path = engine.voices.export_for_kokoro(voice.voice_id, options.file)
    else:
        path = engine.voices.export(voice.voice_id, options.file, private_use=options.private_use)
    condition = engine.voices.sharing_condition(voice.voice_id)
    if condition:
        note(condition)
    tell(options, {"voice": voice, "path": path}, [f"“{voice.name}” is in {path}."])
    return 0


def import_voice(options: Namespace, engine: VoiceEngine) -> int:
    """Add a voice file."""
    voice = engine.voices.import_file(options.file)
    tell(options, voice, [f"“{voice.name}” was added."])
    return 0


def delete(options: Namespace, engine: VoiceEngine) -> int:
    """Delete a voice with its trainings, comparisons and listening tests."""
    voice_id = engine.voices.to_delete(options.voice)[0] if not is_id(options.voice) else options.voice
    confirm_deletion(options, engine.deletion.of_voice(voice_id))
    return _tell_deleted(options, engine.deletion.delete_voice(voice_id))


def rename(options: Namespace, engine: VoiceEngine) -> int:
    """Rename a voice."""
    voice = engine.voices.rename(options.voice, options.new_name)
    tell(options, voice, [f"It is now called “{voice.name}”."])
    return 0


def _read_text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError(f"“{name}” is not a UTF-8 text. Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise NotFoundError(f"“{name}” cannot be read ({error.strerror}). Choose a text file.") from error


_COMMANDS: dict[str, Callable[[Namespace, VoiceEngine], int]] = {
    "app": app,
    "setup": setup,
    "projects": projects,
    "add": add,
    "recogniser": recogniser,
    "speakers": speakers,
    "clean": clean,
    "clips": clips,
    "room": room,
    "consent": consent,
    "train": train,
    "runs": list_runs,
    "status": status,
    "stop": stop,
    "watch": watch,
    "pause": pause,
    "resume": resume,
    "continue": resume,
    "candidates": candidates,
    "compare": compare,
    "speak": speak,
    "voices": voices,
    "dataset": dataset,
    "export": export_voice,
    "import": import_voice,
    "delete": delete,
    "rename": rename,
    "models": models,
    "get": get,
    "remove": remove,
    "instant": instant,
    "convert": convert,
    "check": check,
    "marking": marking,
}

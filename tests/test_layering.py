"""Who may import what, and how quick and quiet importing is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "voiceclone"
HEAVY = (
    "torch",
    "torchaudio",
    "transformers",
    "librosa",
    "faster_whisper",
    "onnxruntime",
    "onnx",
    "TTS",
    "kokoro",
)
IMPORT_LIMIT_S = 0.3
MAX_LINES = 450
MAX_PUBLIC_METHODS = 30

EVERYWHERE = "errors limits progress wording"
ROOMS = {
    "version": "",
    "limits": "",
    "progress": "",
    "wording": "",
    "logs": "",
    "errors": "",
    "host": "errors",
    "compute": "host",
    "storage": f"{EVERYWHERE} version",
    "text": f"{EVERYWHERE} storage",
    "audio": f"{EVERYWHERE} storage",
    "recognition": f"{EVERYWHERE} host compute storage text audio",
    "marking": f"{EVERYWHERE} version host compute storage audio",
    "evaluation": f"{EVERYWHERE} compute text audio recognition",
    "bases": f"{EVERYWHERE} storage text audio",
    "bases.run": f"{EVERYWHERE} storage audio bases",
    "bases.kokoro": f"{EVERYWHERE} host compute storage text audio evaluation bases bases.run",
    "bases.coqui": f"{EVERYWHERE} host compute storage text audio evaluation bases bases.run",
    "bases.registry": f"{EVERYWHERE} bases bases.kokoro bases.coqui",
    "clips": f"{EVERYWHERE} storage text audio recognition marking evaluation bases",
    "voices": f"{EVERYWHERE} host compute storage text audio bases clips",
    "consent": f"{EVERYWHERE} storage text audio recognition evaluation clips",
    "models": f"{EVERYWHERE} storage bases bases.coqui voices",
    "corpora": f"{EVERYWHERE} storage text audio recognition clips",
    "training": f"{EVERYWHERE} host logs compute storage text audio evaluation bases bases.run bases.registry clips "
    "voices",
    "services": f"{EVERYWHERE} host storage text audio recognition marking bases bases.kokoro bases.registry clips "
    "voices consent models corpora training",
    "compare": f"{EVERYWHERE} host storage text audio recognition evaluation bases clips voices training services",
    "blind": f"{EVERYWHERE} storage text audio clips training services compare",
    "deletion": f"{EVERYWHERE} storage bases clips voices training services compare blind",
    "engine": f"{EVERYWHERE} host storage audio marking bases clips voices training services compare blind deletion",
    "voiceclone": "version engine",
    "ui": f"{EVERYWHERE} host logs text audio recognition evaluation bases clips voices models training services "
    "compare blind deletion engine",
    "cli": f"{EVERYWHERE} version host logs storage text recognition evaluation bases clips voices models corpora "
    "training compare deletion engine ui",
    "__main__": "cli",
}
"""Every room in the order data flows, with the rooms it may import from, imports for type checking among them. A room
is a module or a package directly below `voiceclone`; those below `bases` are rooms of their own, and `bases` itself is
what all of them share."""

PAGE_MAY_IMPORT = {
    "engine": {"VoiceEngine", "is_id"},
    # constants, settings and tables
    "host": None,
    "limits": None,
    "logs": None,
    "bases.catalogue": {"BaseCard", "DEFAULT_BASE_ID"},
    "blind.model": {"QUESTIONS", "RECORDING", "STOCK", "BlindTest", "Side"},
    "clips.transcripts.reader": {"TABLE_SUFFIXES", "SIDECAR_SUFFIXES"},
    "clips.transcripts.recording_names": {"SOUND_SUFFIXES"},
    "clips.transcripts.timed_texts": {"TIMED_SUFFIXES"},
    "deletion": {"Deletion"},
    "compare.model": {"PICTURE_FILE", "RECORDING_FILE"},
    "recognition.recognisers": {"RECOGNISERS"},
    "services.voices": {"STOCK_MARK"},
    "text.languages": {"ANY_LANGUAGE", "LANGUAGES", "RECORDED_LANGUAGES", "colour_only", "language_name"},
    "training.candidate_schedule": {"MAX_CANDIDATES"},
    # types and values
    "audio.sound": {"Audio", "encode_wav", "resample"},
    "bases.base": {"Ability", "Effort"},
    "clips.model": {"AddReport", "Clip", "Readiness"},
    "errors": None,
    "evaluation.panel": {"Judged"},
    "models.in_use": {"ModelRemoval"},
    "models.library": {"ModelStatus"},
    "progress": None,
    "training.candidates": {"BY_PERSON", "RECORDING_SOUND", "START_SOUND", "Candidates"},
    "training.estimate": {"TrainingEstimate"},
    "training.history": {"RunRecord"},
    "training.preflight": {"Preflight"},
    "training.runs": {"RunStatus"},
    "voices.voice_file": {"Voice"},
    # words for figures
    "evaluation.pitch": None,
    "wording": None,
}
"""What the page imports from below it: the engine does the work, the rest are values. None allows every name."""
PAGE_COMMAND = PACKAGE / "cli" / "app.py"
"""`voiceclone app`: the one file outside `ui/` that may import the page, and only inside a function."""


def sources(*folders):
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    assert found
    return found


def imported(path, *, top_level_only=False):
    """Top-level package names a file imports; with `top_level_only` those at import time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree)
    if top_level_only:
        nodes = [node for statement in tree.body for node in _run_at_import(statement)]
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def _run_at_import(statement):
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test):
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        yield from _run_at_import(child)


def relative(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def module_name(path, package=PACKAGE):
    """`voiceclone.audio.sound` for its file, `voiceclone.audio` for the `__init__.py` there."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module):
    """The room a module lies in."""
    parts = module.split(".")[1:]
    if not parts:
        return "voiceclone"
    inner = ".".join(parts[:2])
    return inner if parts[0] == "bases" and inner in ROOMS else parts[0]


def own_imports(path, package=PACKAGE):
    """(module, name) of everything a file imports from the package, wherever in the file; name is "" for a module."""
    known = {module_name(one, package) for one in package.rglob("*.py")}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports from the top"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add((inner, "") if inner in known else (node.module, alias.name))
    return {(module, name) for module, name in found if module.split(".")[0] == package.name}


def arrows(package=PACKAGE):
    """(room, room it imports from, file) for every import between rooms."""
    return {
        (room(module_name(path, package)), room(module), str(path.relative_to(package.parent)))
        for path in package.rglob("*.py")
        for module, _ in own_imports(path, package)
        if room(module) != room(module_name(path, package))
    }


def test_every_room_is_in_the_plan():
    assert {room(module_name(path)) for path in sources(PACKAGE)} == set(ROOMS)


def test_the_plan_has_no_circles():
    order = list(ROOMS)
    back = [(one, other) for one in order for other in ROOMS[one].split() if order.index(other) >= order.index(one)]
    assert back == []


def test_rooms_import_only_what_the_plan_allows():
    assert sorted(arrow for arrow in arrows() if arrow[1] not in ROOMS[arrow[0]].split()) == []


def test_the_page_reaches_behaviour_through_the_engine_only():
    guilty = []
    for path in sources(PACKAGE / "ui"):
        for module, name in own_imports(path):
            inside = module.removeprefix("voiceclone.")
            allowed = PAGE_MAY_IMPORT.get(inside, set())
            if room(module) != "ui" and not (allowed is None or name in allowed):
                guilty.append((str(path.relative_to(ROOT)), inside, name))
    assert guilty == []


def test_no_file_is_long():
    long = {
        str(path.relative_to(ROOT))
        for path in sources(PACKAGE)
        if len(path.read_text("utf-8").splitlines()) > MAX_LINES
    }
    assert long == set()


def public_methods(path):
    """{class: number of its public methods and properties} of a file."""
    return {
        node.name: sum(
            isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.name.startswith("_")
            for one in node.body
        )
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def test_no_class_does_everything():
    found = {(str(path.relative_to(ROOT)), *one) for path in sources(PACKAGE) for one in public_methods(path).items()}
    assert {one for one in found if one[2] > MAX_PUBLIC_METHODS} == set()


def guesses_abilities(path):
    """True for a file with `getattr(base, …, default)`."""
    return any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "getattr"
        and len(node.args) == 3
        and ast.unparse(node.args[0]).split(".")[-1] in ("base", "_base", "default")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_what_a_base_can_do_is_a_protocol_and_not_guessed():
    assert {str(path.relative_to(ROOT)) for path in sources(PACKAGE) if guesses_abilities(path)} == set()


def test_the_page_knows_no_torch():
    heavy = {path: imported(path) & set(HEAVY) for path in [*sources(PACKAGE / "ui"), ROOT / "app.py"]}
    assert {str(path): names for path, names in heavy.items() if names} == {}


def test_only_the_page_knows_gradio():
    outside = [path for path in sources(PACKAGE) if (PACKAGE / "ui") not in path.parents]
    guilty = [path for path in outside if {"gradio", "gradio_client"} & imported(path)]
    assert relative(guilty) == []


def test_nothing_below_the_page_imports_it():
    outside = [path for path in sources(PACKAGE) if (PACKAGE / "ui") not in path.parents and path != PAGE_COMMAND]
    guilty = [path for path in outside if "voiceclone.ui" in path.read_text(encoding="utf-8")]
    assert relative(guilty) == []


def test_the_terminal_imports_the_page_only_when_it_opens_it():
    tree = ast.parse(PAGE_COMMAND.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    (opens,) = [function for function in functions if "voiceclone.ui" in ast.unparse(function)]
    assert opens.name == "app"
    assert not [node for node in tree.body if node is not opens and "voiceclone.ui" in ast.unparse(node)]


def test_heavy_libraries_are_imported_inside_functions():
    light = [path for path in sources(PACKAGE) if (PACKAGE / "bases") not in path.parents]
    guilty = {str(path): imported(path, top_level_only=True) & set(HEAVY) for path in light}
    assert {path: names for path, names in guilty.items() if names} == {}


def test_only_host_reads_the_environment():
    guilty = [
        path
        for path in sources(PACKAGE)
        if path.name != "host.py"
        and any(word in path.read_text("utf-8") for word in ("os.environ[", "getenv", "environ.get"))
    ]
    assert relative(guilty) == []


def test_no_shell_and_no_pickle():
    for path in sources(PACKAGE):
        assert "pickle" not in imported(path), path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert not any(keyword.arg == "shell" for keyword in node.keywords), path
                assert ast.unparse(node.func) not in ("os.system", "eval", "exec"), path
                if ast.unparse(node.func) == "torch.load":  # the official weights are published as .pth
                    assert "weights_only=True" in {ast.unparse(keyword) for keyword in node.keywords}, path


def loaded_by(statement):
    """Names of all modules in a fresh Python after `statement`, and how long it took, seconds."""
    program = (
        "import sys, time; began = time.perf_counter()\n"
        f"{statement}\n"
        "print(time.perf_counter() - began); print(*sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    duration, names = output.stdout.splitlines()
    return {name.split(".")[0] for name in names.split()}, float(duration)


def test_importing_the_package_is_quick_and_light():
    tries = [loaded_by("import voiceclone") for _ in range(3)]
    assert min(duration_s for _, duration_s in tries) < IMPORT_LIMIT_S
    assert not tries[0][0] & {"numpy", "gradio", *HEAVY}


@pytest.mark.parametrize(
    "statement",
    [
        "import voiceclone.engine; voiceclone.engine.VoiceEngine('models').voices.all()",
        "from voiceclone.cli.parser import build_parser; build_parser()",
        "import voiceclone.cli.commands",
        "import voiceclone.training.worker",
    ],
)
def test_the_engine_and_the_terminal_start_without_torch(statement):
    assert not loaded_by(statement)[0] & {"gradio", *HEAVY}


def test_the_engine_loads_no_tables_of_languages():
    loaded_by("import voiceclone.engine; assert 'voiceclone.text.normalize' not in sys.modules")


def test_the_checks_above_see_what_they_look_for(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("import torch.nn\ndef later():\n    from gradio import Blocks\nif True:\n    import onnx\n")
    assert imported(path) == {"torch", "gradio", "onnx"}
    assert imported(path, top_level_only=True) == {"torch", "onnx"}


def test_the_plan_sees_imports_wherever_they_are_written(tmp_path):
    package = tmp_path / "voiceclone"
    for name, words in {
        "storage/disk.py": "if TYPE_CHECKING:\n    from voiceclone.engine import VoiceEngine\n",
        "bases/kokoro/base.py": "def later():\n    from voiceclone.bases import registry\n",
        "bases/registry.py": "import voiceclone.bases.base\n",
        "bases/base.py": "getattr(base, 'told', None)\nclass Big:\n    def one(self): ...\n    def _two(self): ...\n",
        "engine.py": "from voiceclone.storage import disk\n",
    }.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    assert arrows(package) == {
        ("storage", "engine", "voiceclone/storage/disk.py"),
        ("bases.kokoro", "bases.registry", "voiceclone/bases/kokoro/base.py"),
        ("bases.registry", "bases", "voiceclone/bases/registry.py"),
        ("engine", "storage", "voiceclone/engine.py"),
    }
    assert own_imports(package / "engine.py", package) == {("voiceclone.storage.disk", "")}
    assert guesses_abilities(package / "bases/base.py") and not guesses_abilities(package / "engine.py")
    assert public_methods(package / "bases/base.py") == {"Big": 1}

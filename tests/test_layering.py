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
        "import voiceclone.engine; voiceclone.engine.VoiceEngine('models').voices()",
        "from voiceclone.cli.parser import build_parser; build_parser()",
        "import voiceclone.cli.commands",
        "import voiceclone.training.worker",
    ],
)
def test_the_engine_and_the_terminal_start_without_torch(statement):
    assert not loaded_by(statement)[0] & {"gradio", *HEAVY}


def test_the_checks_above_see_what_they_look_for(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("import torch.nn\ndef later():\n    from gradio import Blocks\nif True:\n    import onnx\n")
    assert imported(path) == {"torch", "gradio", "onnx"}
    assert imported(path, top_level_only=True) == {"torch", "onnx"}

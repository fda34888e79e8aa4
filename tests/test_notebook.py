"""The notebook: clean and readable as it lies there, and every cell run by a real kernel on the example voice."""

import ast
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples" / "colab.ipynb"
SMALL = """
PROJECT = "Joe"
I_HAVE_CONSENT = True  # the example voice is synthetic and CC0
STEPS = 2
TEXT = "Hello there."
DATA_DIR = {folder!r}
"""
SMALL_BASE = """
import sys
sys.path.insert(0, "..")
import voiceclone
from tests.small_project import fake_engine
from voiceclone.compare import Figures, judging
voiceclone.VoiceEngine = fake_engine
judging.judge_voice = judging.judge_recordings = lambda *_: Figures()  # the judges know no tones
"""
CELL_TIMEOUT_S = 1800
NO_PROXY_IS_THERE = "http://127.0.0.1:9"


@pytest.fixture
def notebook():
    nbformat = pytest.importorskip("nbformat", reason="pip install -r requirements-dev.txt")
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_nothing_of_a_former_run_is_kept(notebook):
    import nbformat

    nbformat.validate(notebook)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(notebook))


def test_each_step_is_explained_before_it_is_done(notebook):
    for index, cell in enumerate(notebook.cells):
        ast.parse(cell.source) if cell.cell_type == "code" else None
        if cell.source.startswith("## "):
            assert len(cell.source.splitlines()) > 1, cell.source
            assert notebook.cells[index + 1].cell_type == "code"
    headings = [cell.source.splitlines()[0] for cell in notebook.cells if cell.source.startswith("## ")]
    assert [heading.split(". ")[1] for heading in headings][:3] == ["Settings", "Install", "Recordings"]


def test_consent_is_not_given_beforehand(notebook):
    settings = next(cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", []))
    assert "I_HAVE_CONSENT = False" in settings.source


def run_with(notebook, first_cell, monkeypatch):
    """Run every cell, with `first_cell` put behind the settings; return what was shown and what was printed."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, NO_PROXY_IS_THERE)  # whatever asks the network is refused at once
    monkeypatch.setenv("no_proxy", "")
    place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(first_cell))
    # The kernel runs where a person opens the notebook: in the folder it lies in.
    NotebookClient(notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3").execute(cwd=str(NOTEBOOK.parent))
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    shown = [output.data for output in outputs if "data" in output]
    return shown, "".join(output.text for output in outputs if output.output_type == "stream")


def check_everything_was_shown(shown, printed, folder):
    assert sum("image/png" in data for data in shown) == 3, "before and after, the losses, the comparison"
    assert sum("<audio" in data.get("text/html", "") for data in shown) >= 8
    assert "Your voice “Joe” is ready" in printed
    assert "between" in printed or "Training" in printed or "measured" in printed, "the verdict"
    assert [path.name for path in folder.glob("*.safetensors")] == ["Joe.safetensors"]


def test_every_cell_runs_with_the_small_base(notebook, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    check_everything_was_shown(*run_with(notebook, SMALL.format(folder=str(folder)) + SMALL_BASE, monkeypatch), folder)


@pytest.mark.slow
@pytest.mark.timeout(2 * CELL_TIMEOUT_S)
def test_every_cell_runs_with_the_real_base(notebook, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    check_everything_was_shown(*run_with(notebook, SMALL.format(folder=str(folder)), monkeypatch), folder)

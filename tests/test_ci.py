"""The files that tell other programs how to check this project can be read by them, and agree with the project."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def load(name):
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_the_workflow_runs_what_is_run_here():
    steps = load(".github/workflows/ci.yml")["jobs"]["check"]["steps"]
    assert ".ci/run" in [step.get("run") for step in steps]


def test_what_the_workflow_runs_may_be_executed():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_workflow_may_change_nothing():
    assert load(".github/workflows/ci.yml")["permissions"] == {"contents": "read"}


def test_the_hooks_call_tools_that_are_required_or_in_the_repository():
    required = (ROOT / "requirements-dev.txt").read_text("utf-8")
    (local,) = load(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"  # so that versions are those of requirements-dev.txt
    for hook in local["hooks"]:
        words = hook["entry"].replace("'", " ").split()
        tools = [word for word in words if word.startswith("tools/")]
        assert all((ROOT / tool).is_file() for tool in tools)
        assert tools or f"\n{Path(words[0]).name}==" in required


def test_the_files_that_the_type_checker_looks_at_are_there():
    files = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["files"]
    assert [name for name in files if not (ROOT / name).exists()] == []

"""Put VoiceClone on a Hugging Face Space: make it, set its password, and upload what it needs.

    hf auth login                              # once, with a token that may write
    python tools/push_to_space.py anna/voice   # asks for the password that visitors have to enter
    python tools/push_to_space.py anna/voice --keep-password   # a newer version; the password stays
    python tools/push_to_space.py anna/voice --gpu             # for hardware with a graphics card
    python tools/push_to_space.py anna/voice --dry-run         # only list what would be uploaded

`git push` does not do: the hub takes recordings and weights only through Git LFS, and this repository has none. The
hub's own upload stores each file the right way. Only files that git knows go there, never your recordings.
"""

import argparse
import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import install  # noqa: E402
from voiceclone import host  # noqa: E402
from voiceclone.errors import InputError  # noqa: E402

NEEDED = ("README.md", "LICENSE", "app.py", "pyproject.toml", "voiceclone", "examples")
REQUIREMENTS = "requirements.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Upload; return the exit code."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        stage(folder, gpu=options.gpu)
        if options.dry_run:
            print(*sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()), sep="\n")
            return 0
        try:
            password = "" if options.keep_password else asked_password()
        except InputError as error:
            raise SystemExit(str(error)) from None
        print(f"The Space is at {push(options.space, folder, password, public=options.public)}")
    return 0


def stage(folder: Path, *, gpu: bool = False) -> None:
    """Copy into a folder what a Space needs: files that git knows, and its own list of packages."""
    listed = subprocess.run(["git", "ls-files", "-z", *NEEDED], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode("utf-8").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    (folder / REQUIREMENTS).write_text(space_requirements(gpu=gpu), encoding="utf-8")


def space_requirements(*, gpu: bool = False) -> str:
    """Return `requirements.txt` for a Space; without a graphics card torch comes without CUDA.

    The lock file is of no use there: a Space installs packages of its own in the same step, which want other versions
    of what gradio needs and for which there are no checksums.
    """
    wanted = (ROOT / REQUIREMENTS).read_text(encoding="utf-8").splitlines()
    if gpu:
        return "\n".join(wanted) + "\n"
    cpu = (ROOT / install.TORCH_CPU).read_text(encoding="utf-8").splitlines()
    return "\n".join([*cpu, *(line for line in wanted if line.split("==")[0] not in install.TORCH)]) + "\n"


def push(space: str, folder: Path, password: str, *, public: bool = False) -> str:
    """Make the Space if need be, set its password unless that is empty, upload the folder; return its address."""
    from huggingface_hub import HfApi

    api = HfApi()
    made = api.create_repo(space, repo_type="space", space_sdk="gradio", private=not public, exist_ok=True)
    if password:
        api.add_space_secret(space, host.PASSWORD_VARIABLE, password)
    api.upload_folder(
        repo_id=space,
        repo_type="space",
        folder_path=folder,
        commit_message="Update VoiceClone",
        delete_patterns="*",  # what an older version left
    )
    return str(made)


def asked_password() -> str:
    """Return the password for visitors: `VOICECLONE_PASSWORD`, or what is typed."""
    if not host.password():
        os.environ[host.PASSWORD_VARIABLE] = getpass.getpass(
            f"Password for visitors (at least {host.MIN_PASSWORD_CHARACTERS} characters): "
        )
    if not host.password():
        raise InputError("A Space needs a password; with --keep-password the one it has stays.")
    return host.password()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("space", help="owner/name of the Space")
    parser.add_argument("--gpu", action="store_true", help="for hardware with a graphics card: torch with CUDA")
    parser.add_argument("--public", action="store_true", help="make a new Space public (default: private)")
    parser.add_argument("--keep-password", action="store_true", help="leave the Space's password as it is")
    parser.add_argument("--dry-run", action="store_true", help="list what would be uploaded")
    return parser


if __name__ == "__main__":
    sys.exit(main())

#!/bin/sh
# Makes the virtual environment with a Python that fits: make_venv.sh FOLDER [PYTHON]
set -eu

folder=$1
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'

if [ -x "$folder/bin/python" ] && "$folder/bin/python" -c "$fits" 2>/dev/null \
    && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

without_venv=
for python in ${2:-python3.12 python3.11 python3 python}; do
    # Run, not only looked for: a version manager may list a name that starts nothing.
    "$python" -c "$fits" 2>/dev/null || continue
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        without_venv=$python
        continue
    fi
    echo "Making $folder with $("$python" --version)"
    rm -rf "$folder"
    exec "$python" -m venv "$folder"
done

if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$without_venv cannot make virtual environments: its part ensurepip is missing." >&2
    echo "Install it (on Debian and Ubuntu: apt-get install python$version-venv), then run make again." >&2
else
    echo "VoiceClone needs Python 3.11 or 3.12, and none was found." >&2
    echo "Install one from https://www.python.org/downloads/, or name yours: make PYTHON=/path/to/python" >&2
fi
exit 1

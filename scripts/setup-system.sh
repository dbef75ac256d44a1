#!/bin/sh
# Installs what neither pip nor npm can bring, when it may (root and apt); otherwise stops with the one line to type.
#   setup-system.sh run    C compiler, Python headers, venv
#   setup-system.sh test   the same and a browser, CJK fonts and pango
# PYTHON names the interpreter (default python3).
set -eu
PYTHON="${PYTHON:-python3}"
WANT="${1:-run}"
MISSING=""

need() { MISSING="$MISSING $1"; }

if ! command -v "$PYTHON" >/dev/null 2>&1; then
    echo "adcue needs Python 3.11 or newer; '$PYTHON' was not found. Install it, or name it: make run PYTHON=/path/to/python" >&2
    exit 1
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "adcue needs Python 3.11 or newer; $PYTHON is $("$PYTHON" -V 2>&1). Name a newer one: make run PYTHON=/path/to/python" >&2
    exit 1
fi
"$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv
# durable-rules ships as source only and does not build on 3.13 and newer, where the reference resolver decides.
if "$PYTHON" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
    command -v gcc >/dev/null 2>&1 || command -v cc >/dev/null 2>&1 || need gcc
    printf '#include <stdio.h>\n' | "${CC:-cc}" -E - >/dev/null 2>&1 || need libc6-dev
    "$PYTHON" -c 'import pathlib, sys, sysconfig
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())' || need python3-dev
fi
if [ "$WANT" = test ]; then
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need chromium
    { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-tw 2>/dev/null | head -n 1)" ]; } || need "fontconfig fonts-noto-cjk"
    ldconfig -p 2>/dev/null | grep -q libpangoft2 || need "libpango-1.0-0 libpangoft2-1.0-0"
fi

[ -z "$MISSING" ] && exit 0
LINE="apt-get install -y --no-install-recommends$MISSING"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing on this machine (Debian names):$MISSING. Install them with your package manager and run make again." >&2
elif [ "$(id -u)" = 0 ]; then
    echo "Installing:$MISSING"
    if DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null &&
        DEBIAN_FRONTEND=noninteractive $LINE -qq >/dev/null; then
        exit 0
    fi
    echo "Could not install. Type: $LINE" >&2
else
    echo "Missing on this machine. Type: sudo $LINE" >&2
fi
# A browser, fonts and pango serve tests that skip with a reason; the rest is needed.
case "$MISSING" in
    *venv* | *gcc* | *libc6* | *python3-dev*) exit 1 ;;
    *) echo "Going on without them; the tests that need them will be skipped with a reason." >&2 ;;
esac

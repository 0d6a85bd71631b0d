#!/bin/sh
# One sum over every file of vendor/ and its name; tests/build/vendor.sha256 holds what the pinned packages must give.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../../vendor"
find . -name __pycache__ -prune -o ! -type d -print | sort | xargs -d '\n' sha256sum | sha256sum | cut -d ' ' -f 1

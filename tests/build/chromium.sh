#!/bin/sh
# Make sure that the system has a Chromium for the browser tests; install Debian's where that may be done.
set -eu

found() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    # Run, not only looked up: Ubuntu has a chromium-browser that does nothing but ask for a snap.
    "$name" --version >/dev/null 2>&1 && return 0
  done
  return 1
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Chromium for the browser tests, once.'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } </dev/null >/dev/null || true
  found && exit 0
fi
cat >&2 <<'END'
The browser tests need Chromium, and it is not here. Install the package chromium (Debian: apt-get install chromium;
Fedora and EPEL: dnf install chromium) or Google Chrome, or leave these tests out: make test BROWSER=no
END
exit 1

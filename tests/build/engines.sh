#!/bin/sh
# Have Firefox and WebKit for the long browser tests; install Debian's where that may be done. Without them these tests
# are skipped, so nothing fails here.
set -eu

found() {
  { command -v firefox-esr || command -v firefox; } >/dev/null &&
    command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null &&
    /usr/bin/python3 -c 'import gi; gi.require_version("WebKit2", "4.1")' 2>/dev/null
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing Firefox and WebKit for the long browser tests, once.'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends \
    firefox-esr webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb; } </dev/null >/dev/null || true
  found && exit 0
fi
cat >&2 <<'END'
The long browser tests want Firefox and WebKit; those without their browser are skipped. Debian has both:
apt-get install firefox-esr webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb. To leave these tests out on purpose:
make test-long BROWSER=no
END

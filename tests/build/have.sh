#!/bin/sh
# Make sure that the system has what tests need: have.sh chromium, engines or shells. Debian's packages are installed where
# that may be done. Chromium must be there; tests that want any of the rest are skipped where it is not.
set -eu

has_chromium() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    # Run, not only looked up: Ubuntu has a chromium-browser that does nothing but ask for a snap.
    "$name" --version >/dev/null 2>&1 && return 0
  done
  return 1
}
has_fonts() { # without them these languages are as wide as a row of boxes
  command -v fc-list >/dev/null || return 0
  for tag in ko th zh-cn; do [ -n "$(fc-list ":lang=$tag")" ] || return 1; done
}
has_engines() {
  { command -v firefox-esr || command -v firefox; } >/dev/null &&
    command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null &&
    /usr/bin/python3 -c 'import gi; gi.require_version("WebKit2", "4.1")' 2>/dev/null
}
has_shells() { for name in bash busybox mksh yash ksh93; do command -v "$name" >/dev/null || return 1; done; }

case $1 in
  chromium) needed='chromium fonts' packages='chromium fonts-noto-core fonts-noto-cjk' ;;
  engines) needed=engines packages='firefox-esr webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb' ;;
  shells) needed=shells packages='bash busybox mksh yash ksh93u+m' ;;
  *) echo "have.sh: no $1" >&2 && exit 2 ;;
esac
found() { for each in $needed; do "has_$each" || return 1; done; }

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing $packages for the tests, once."
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of words
  { apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages; } </dev/null >/dev/null || true
  found && exit 0
fi
echo "Tests want what is not here. Debian has it: apt-get install $packages" >&2
case $1 in shells) ;; *)
  echo 'To leave out those in a browser on purpose: make test BROWSER=no, make test-long BROWSER=no' >&2 ;; esac
[ "$1" != chromium ] || has_chromium

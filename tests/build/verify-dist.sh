#!/bin/sh
# Clone the last commit into two folders, build it in each as a different machine would, and compare every byte.
# PYTHON names the first interpreter; the second is any other 3.9-3.14 that is found, else the same one.
set -eu

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM

# version PYTHON: as 3.11; fails where that one cannot make the environment of the build
version() {
  "$1" -c 'import ensurepip, sys, venv
assert sys.version_info >= (3, 9)
print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}
first=$(version "$PYTHON") || first=
second=$PYTHON
for other in python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 \
  "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
  found=$(version "$other") && [ "$found" != "$first" ] && second=$other && break
done

# build FOLDER PYTHON UMASK TZ LANGUAGE ATTRIBUTES
build() (
  unset MAKEFLAGS MFLAGS MAKELEVEL
  umask "$3"
  git clone -q . "$place/$1"
  echo "$6" >>"$place/$1/.git/info/attributes"
  TZ=$4 LC_ALL=$5 make -s -C "$place/$1" vendor PYTHON="$2"
  [ -z "$6" ] || mkdir "$place/$1/vendor/jinja2/__pycache__" "$place/$1/vendor/jinja2/stray"
  TZ=$4 LC_ALL=$5 make -s -C "$place/$1" dist PYTHON="$2" SIGN="$place/key"
)
ssh-keygen -q -t ed25519 -N '' -C '' -f "$place/key"
build 'one' "$PYTHON" 022 UTC C ''
build 'the other/deeper' "$second" 077 Asia/Kathmandu C.UTF-8 'plugin/** export-ignore'
diff -r "$place/one/dist" "$place/the other/deeper/dist"

cd "$place/one/dist"
sha256sum --quiet -c SHA256SUMS
rm ./*.json # an administrator may not have it
echo "webmail-signin $(cat "$place/key.pub")" >allowed_signers
# As README.md tells an administrator to.
sed -n -e 's/^    \(ssh-keygen -Y verify .*\)/\1/p' -e 's/^    \(grep .*sha256sum -c\)$/\1/p' "$OLDPWD/README.md" >"$place/verify"
[ "$(wc -l <"$place/verify")" = 2 ]
sh -e "$place/verify"
tar -tzf ./*.tar.gz | grep -E '\.(so|pyc|pyd|c)$|/tests/.*\.py$|/\.' && {
  echo 'This does not belong into the tarball.' >&2
  exit 1
}
tar -xzf ./*.tar.gz
(
  cd ./*/
  sed 's/ 0[67][45][45] /  /' MANIFEST | sha256sum --quiet -c
  [ "$(find . -type f ! -path ./MANIFEST | wc -l)" = "$(wc -l <MANIFEST)" ]
)
cd - >/dev/null
# Nothing but loopback where that can be had; elsewhere every way out that a program might take is broken.
nowhere=http://127.0.0.1:9
export http_proxy=$nowhere https_proxy=$nowhere all_proxy=$nowhere PIP_INDEX_URL=$nowhere PIP_NO_INDEX=1
alone() { "$@"; }
if unshare -n ip link set lo up 2>/dev/null; then
  # shellcheck disable=SC2016 # the inner shell's
  alone() { unshare -n sh -c 'ip link set lo up && exec "$@"' alone "$@"; }
fi
ONCE=1 alone .venv/bin/python -m tests.demo "$(echo "$place"/one/dist/*/)" >"$place/demo" || {
  cat "$place/demo" >&2
  exit 1
}
tail -n 1 "$place/demo"
cd "$place/one/dist"
echo "The same bytes from Python $first and $(version "$second"): $(grep 'tar\.gz' SHA256SUMS)"

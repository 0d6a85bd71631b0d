#!/bin/sh
# From the last commit and vendor/, the files of a release in dist/. Called by `make dist`, which sets PYTHON (one with
# the SBOM's library) and SIGN (a private key of ssh, or nothing). Same commit, same bytes: nothing here depends on the
# clock, the folder, the locale, the umask, or git's configuration and attributes on this machine.
set -eu
export LC_ALL=C TZ=UTC
unset TAR_OPTIONS GZIP
umask 022

# These are used from the working tree, so there they must be the commit's.
git diff --quiet HEAD -- requirements.txt requirements-build.txt Makefile tests/build || {
  echo 'The tarball is made from the last commit, and what builds it differs from that: commit first.' >&2
  exit 1
}
[ -z "$(find vendor ! -type d ! -type f)" ] || {
  echo 'vendor/ holds what is no plain file: rm -r vendor && make vendor' >&2
  exit 1
}
[ "$(sh tests/build/vendor-sum.sh)" = "$(cat tests/build/vendor.sha256)" ] || {
  echo 'vendor/ is not what requirements.txt pins: rm -r vendor, and if the pins are new, write their sum anew:' >&2
  echo 'make vendor && sh tests/build/vendor-sum.sh >tests/build/vendor.sha256' >&2
  exit 1
}

rm -rf dist
mkdir dist
# A clone has none of the attributes in .git/info; in it no settings or attributes of this machine's or its user's hold.
git clone -q --template= --no-checkout . dist/clone
export GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1 HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent
version=$(git -C dist/clone show HEAD:plugin/__init__.py | sed -n 's/^__version__ = "\(.*\)"$/\1/p')
[ -n "$version" ] || { echo 'plugin/__init__.py says no version.' >&2; exit 1; }
name=webmail-signin-$version
time=$(git -C dist/clone log -1 --format=%ct HEAD)
sed '/^#/d' tests/build/contents.txt | xargs git -C dist/clone archive --format=tar --prefix="$name/" HEAD >dist/tree.tar
tar -xf dist/tree.tar -C dist
cp -R vendor "dist/$name/vendor"
find "dist/$name" -name __pycache__ -prune -exec rm -rf {} +
find "dist/$name" -depth -type d -empty -exec rmdir {} +
chmod -R u=rwX,go=rX "dist/$name"
# What install.sh holds an unpacked tarball against: sum, mode and path of every file but this one.
(
  cd "dist/$name"
  find . -type f -printf '%P\n' | sort >../files
  xargs -d '\n' sha256sum <../files | cut -d ' ' -f 1 >../sums
  xargs -d '\n' stat -c '0%a %n' <../files | paste -d ' ' ../sums - >MANIFEST
)
tar -cf "dist/$name.tar" -C dist --format=ustar --sort=name --owner=root:0 --group=root:0 --mtime="@$time" "$name"
gzip -9n "dist/$name.tar"
rm -rf dist/clone dist/tree.tar dist/files dist/sums "dist/$name"

"$PYTHON" -m tests.build.sbom "dist/$name.tar.gz" "$version" "$time" >"dist/$name.cdx.json"
(cd dist && sha256sum "$name.cdx.json" "$name.tar.gz" >SHA256SUMS)
[ -z "${SIGN:-}" ] || ssh-keygen -q -Y sign -f "$SIGN" -n webmail-signin dist/SHA256SUMS
echo "dist/$name.tar.gz"

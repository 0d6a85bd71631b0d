#!/bin/sh
# Webmail Sign-in on a cPanel server: check, install (also upgrades and repairs), apply, hook, rollback, uninstall.
#
# All of it is functions, and the last line calls main: a file that arrived cut off does nothing. Each change is a
# step: said first, so that --dry-run can print the same list; its undo is noted before it is done; and whatever ends
# this script early, a failure or a signal, makes leave() undo the steps, the last one first.

set -u
umask 022
CALLERS_PATH=$PATH # only for looking for a Python
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CDPATH

ID=webmail_signin
PARTS="plugin templates vendor cgi install.sh"
COMPILING='check and compile settings, templates and sentences'
NEEDED_KB=16384 # two releases with their bytecode, and room to breathe
FOLDER=a=rx,u+w,a-s # 0755; a plain number would keep the set-group-ID bit that a folder has from the one above it
LINE='
'
TAB=$(printf '\t')
me=$(id -u)

# Each variable that is read before some step sets it: none comes from the environment.
VERB='' ROOT='' GIVEN_ROOT='' GIVEN_PYTHON='' GIVEN_THEMES='' DRY='' JSON='' PURGE='' YES=''
PYTHON='' TAG='' TOOL='' WHY='' UNDOS='' BROKEN='' ENDED='' CREATED='' REPAIRED='' STAGING='' PLACED=''
FINDINGS='' FAILURES=0 WARNINGS=0 SIGNALS='' VERSION=''

usage() {
  cat <<'END'
Usage: sh install.sh [install|check|apply|rollback|uninstall] [OPTION]...

  install     install, upgrade or repair (this is the default)
  check       say whether this server, and what is installed on it, is in order
  apply       make an edited config.yaml, own templates and sentences take effect
  rollback    return to the release that was installed before
  uninstall   remove what was installed

  --root DIR      work in the staged tree below DIR instead of on this server
  --theme NAME    the theme to install into, may be repeated (jupiter)
  --python PATH   the Python (3.9 or newer) that runs the page
  --dry-run       print each step and change nothing
  --json          check: print the findings as JSON
  --purge         uninstall: remove config.yaml too
  --yes           do not ask

Exit status: 0 done, 1 failed and undone, 2 misuse, 3 this server does not qualify; nothing was changed.
END
}

# --- the vocabulary ---

# Nobody who listens is no reason to fail: what is said of a change is not the change.
say() { [ "$VERB" = hook ] || [ -n "$JSON" ] || printf '%s\n' "$*" 2>/dev/null || :; }

warn() { [ "$VERB" = hook ] || printf '%s%s%s\n' "$YELLOW" "$*" "$PLAIN" >&2; }

misuse() {
  printf 'install.sh: %s\nTry: sh install.sh --help\n' "$*" >&2
  exit 2
}

fail() {
  WHY=$1${WHY:+: $WHY}
  [ "$VERB" = hook ] || printf '%sFailed:%s %s\n' "$RED" "$PLAIN" "$WHY" >&2
  exit 1
}

step() { # TEXT FUNCTION [ARGUMENT]...
  say "- $1"
  [ -z "$DRY" ] || return 0
  WHY='' doing=$1
  shift
  "$@" || fail "$doing"
}

undo() { UNDOS="$1 $UNDOS"; } # FUNCTION, called before what it undoes

# A program that may take its time: in the background, because a shell sits on a signal until its foreground ends.
# As long as $! is not what ENDED says, it runs: no moment between its start and the noting of its number.
try() {
  "$@" >"$KEPT/output" 2>&1 </dev/null &
  wait "$!"
  code=$?
  ENDED=$!
  [ "$code" = 0 ] || WHY=$(briefly "$(cat "$KEPT/output" 2>/dev/null)")
  return "$code"
}

briefly() { # OUTPUT: of a traceback the last line, which says what it is
  case $1 in *Traceback*) printf '%s' "${1##*"$LINE"}" ;; *) printf '%s' "$1" ;; esac
}

panel() { exec "$@" 9>&-; } # a program of cPanel's: whatever it leaves running must not hold our lock

# A module of that tree's code: exec, so that a signal to $! reaches it. It holds the lock as long as it works, even if
# this shell was killed.
module() { # TREE MODULE [ARGUMENT]...
  exec "$TOOL" -ISB -c 'import runpy, sys
tree, name = sys.argv[1:3]
sys.path += [tree, tree + "/vendor"]
sys.argv[:3] = [name]
runpy.run_module(name, run_name="__main__")' "$@"
}

# The kernel's rename: mv would move a link into the folder that the old link points to.
replace() { "$TOOL" -ISB -c 'import os, sys; os.replace(*sys.argv[1:])' "$1" "$2"; }

exchange() { # FOLDER FOLDER: at one stroke where the file system can do that
  "$TOOL" -ISB -c 'import ctypes, os, sys
one, two = map(os.fsencode, sys.argv[1:])
try:
    done = ctypes.CDLL(None).renameat2(-100, one, -100, two, 2) == 0
except AttributeError:
    done = False
if not done:
    os.rename(two, two + b".old")
    os.rename(one, two)
    os.rename(two + b".old", one)' "$1" "$2"
}

own() { [ "$me" != 0 ] || chown -hR 0:0 "$@"; }

make_folder() { # PATH relative to ROOT; noted, so that undoing and uninstalling remove only what was not there before
  [ ! -d "$ROOT/$1" ] || return 0
  CREATED="$1 $CREATED"
  mkdir "$ROOT/$1" 2>/dev/null || { # another install.sh may just have made it: then it is not ours to remove
    CREATED=${CREATED#"$1 "}
    [ -d "$ROOT/$1" ]
    return
  }
  chmod "$FOLDER" "$ROOT/$1" && own "$ROOT/$1"
}

unmake_folders() { for folder in $CREATED; do rmdir "$ROOT/$folder" 2>/dev/null; done; }

among() { case " $2 " in *" $1 "*) ;; *) return 1 ;; esac; } # WORD LIST

quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# --- findings ---

json() { printf '%s' "$1" | tr '\000-\010\013-\037' '?' | sed 's/[\\"]/\\&/g; s/	/\\t/g; $!s/$/\\n/' | tr -d '\n'; }

finding() { # ok|warning|failure NAME TEXT [REMEDY]
  case $1 in
    ok) colour=$GREEN ;;
    warning) colour=$YELLOW WARNINGS=$((WARNINGS + 1)) ;;
    failure) colour=$RED FAILURES=$((FAILURES + 1)) WHY="${WHY:+$WHY; }$3" ;;
  esac
  if [ -n "$JSON" ]; then
    item=$(printf '{"level": "%s", "name": "%s", "text": "%s", "remedy": ' "$1" "$2" "$(json "$3")")
    if [ -n "${4-}" ]; then item="$item\"$(json "$4")\"}"; else item="${item}null}"; fi
    FINDINGS="${FINDINGS:+$FINDINGS,$LINE}    $item"
  elif [ "$VERB" = check ] || { [ "$VERB" != hook ] && [ "$1" != ok ]; }; then
    printf '%s%-8s%s %s\n' "$colour" "$1" "$PLAIN" "$3"
    [ -z "${4-}" ] || printf '         mend it: %s\n' "$4"
  fi
}

qualify() { # every finding that does not need Python; sets PYTHON, TAG and THEMES
  if [ -n "$ROOT" ]; then
    finding ok root "works in the staged tree $ROOT"
  elif [ "$me" = 0 ]; then
    finding ok root "runs as root"
  else
    finding failure root "only root can do this on a server" "sudo $COMMAND $VERB"
  fi
  qualify_cpanel
  qualify_places
  qualify_themes
  qualify_python
  if [ "$(cat "$ROOT/sys/fs/selinux/enforce" 2>/dev/null)" = 1 ]; then
    finding warning selinux "SELinux is enforcing, which cPanel does not support" "setenforce 0"
  fi
  space=$CPANEL
  [ ! -d "$THIRD" ] || space=$THIRD
  free=$(df -Pk "$space" 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [ ! -d "$space" ]; then
    : # there is no cPanel, which is said already
  elif [ "${free:-0}" -lt "$NEEDED_KB" ] 2>/dev/null; then
    finding failure space "only ${free:-0} KB are free where $THIRD is; $NEEDED_KB KB are needed" "df -h $(quoted "$space")"
  else
    finding ok space "$free KB are free"
  fi
  for part in $PARTS vendor/jinja2 vendor/markupsafe vendor/yaml; do
    [ -e "$HERE/$part" ] || finding failure source "$HERE/$part is missing" "make vendor # or unpack the tarball anew"
  done
  # shellcheck disable=SC2086 # parts are words
  special=$(cd "$HERE" && find $PARTS ! -type f ! -type d 2>/dev/null)
  [ -z "$special" ] || finding failure source "in $HERE these are not plain files: $special" "unpack the tarball anew"
}

qualify_cpanel() {
  if [ -s "$CPANEL/version" ]; then
    finding ok cpanel "cPanel $(head -n 1 "$CPANEL/version")"
  else
    finding failure cpanel "there is no cPanel here: $CPANEL/version is missing" "ls $(quoted "$CPANEL")"
  fi
  for program in bin/uapi scripts/install_plugin; do
    if [ -f "$CPANEL/$program" ] && [ -x "$CPANEL/$program" ]; then
      finding ok "${program##*/}" "$CPANEL/$program can be run"
    else
      finding failure "${program##*/}" "$CPANEL/$program is missing or cannot be run" "/usr/local/cpanel/scripts/upcp --force"
    fi
  done
  [ -x "$CPANEL/scripts/uninstall_plugin" ] ||
    finding warning uninstall_plugin "$CPANEL/scripts/uninstall_plugin is missing: files will be removed by name" \
      "/usr/local/cpanel/scripts/upcp --force"
  [ -x "$CPANEL/bin/manage_hooks" ] ||
    finding warning manage_hooks "$CPANEL/bin/manage_hooks is missing: no repair after cPanel updates" \
      "$COMMAND # after each update"
}

qualify_places() {
  for place in usr usr/local usr/local/cpanel usr/local/cpanel/base usr/local/cpanel/base/frontend \
    usr/local/cpanel/3rdparty "$BASE_" "$BASE_/releases" etc etc/webmail-signin; do
    real -d "$ROOT/$place"
    owned_by_root "$ROOT/$place"
  done
  for place in "$LOCK" "$RECORD" "$ETC/config.yaml"; do real -f "$place"; done
  for program in scripts scripts/install_plugin scripts/uninstall_plugin bin bin/manage_hooks; do
    owned_by_root "$(readlink -f "$CPANEL/$program")" # root runs them
  done
  for place in "$BASE/current" "$BASE/previous"; do
    [ -L "$place" ] || [ ! -e "$place" ] || taken "$place"
  done
  [ -n "$OURS" ] || [ -z "$(others_in "$BASE" .lock)" ] || taken "$BASE"
  release=$BASE/releases/$VERSION
  if [ "$VERB" = install ] && [ -n "$VERSION" ] && { [ ! -f "$release/MANIFEST" ] || [ -L "$release" ]; }; then
    free_name "$release"
  fi
  [ -n "$OURS" ] || free_name "$CPANEL/whostmgr/addonfeatures/$ID"
}

real() { # -d|-f PATH: if it is there, it must be a folder (a file) itself
  if [ -L "$2" ]; then
    finding failure symlink "$2 is a symlink" "ls -ld $(quoted "$2") # then put there what it points to"
  elif [ -e "$2" ] && ! test "$1" "$2"; then
    finding failure taken "$2 is in the way" "mv $(quoted "$2") $(quoted "$2.old")"
  fi
}

owned_by_root() { # PATH; what is ours is not for its group to write either
  case $1 in "$BASE"* | "$ETC") group=020 closed=go-w ;; *) group=002 closed=o-w ;; esac
  [ "$me" != 0 ] || [ ! -e "$1" ] || [ -L "$1" ] ||
    [ -n "$(find "$1" -prune -user 0 ! -perm "-$group" ! -perm -002)" ] ||
    finding failure owner "$1 is not root's alone" "chown root $(quoted "$1"); chmod $closed $(quoted "$1")"
}

others_in() { # FOLDER NAME: whatever it holds beside NAME
  [ ! -d "$1" ] || find "$1/" -mindepth 1 -maxdepth 1 ! -name "$2"
}

free_name() { [ ! -e "$1" ] && [ ! -L "$1" ] || taken "$1"; }

beside() { finding failure taken "$1 does not belong beside the page" "mv $(quoted "$1") /root/"; }

taken() { finding failure taken "$1 is there already and is not ours" "mv $(quoted "$1") $(quoted "$1.old")"; }

qualify_themes() {
  wanted=${GIVEN_THEMES:-${RECORDED:-jupiter}} THEMES=''
  [ "$VERB" != install ] || for theme in $RECORDED; do
    among "$theme" "$wanted" || wanted="$wanted $theme"
  done
  for theme in $wanted; do
    folder=$FRONTEND/$theme
    if [ -L "$folder" ]; then
      finding failure theme "the theme $theme is a symlink: $folder" "$COMMAND --theme $(quoted "$(readlink "$folder")")"
    elif [ -d "$folder" ]; then
      finding ok theme "the theme $theme is there"
      THEMES="${THEMES:+$THEMES }$theme"
      owned_by_root "$folder"
      qualify_names "$theme"
    elif [ "$wanted" != "$theme" ] && [ -z "$GIVEN_THEMES" ]; then
      finding warning theme "the theme $theme is no longer there"
    else
      finding failure theme "there is no theme $theme: $folder" "ls $(quoted "$FRONTEND") # then --theme NAME"
    fi
  done
}

qualify_names() { # THEME
  real -d "$folder/$ID"
  for place in "$folder/dynamicui" "$folder/assets" "$folder/assets/application_icons"; do
    [ ! -L "$place" ] || finding warning symlink "$place is a symlink, which cPanel's programs will follow" "ls -ld $(quoted "$place")"
  done
  [ ! -L "$folder/$ID/index.live.cgi" ] || taken "$folder/$ID/index.live.cgi"
  [ -L "$folder/$ID" ] || each_line beside "$(others_in "$folder/$ID" '*index.live.cgi*')"
  ! among "$1" "$RECORDED" || return 0
  for name in "$ID/index.live.cgi" "dynamicui/dynamicui_$ID.conf" "assets/application_icons/$ID.svg" \
    "assets/application_icons/$ID.png"; do free_name "$folder/$name"; done
}

# --- the interpreter: one that every account can run and nobody but root can change ---

PROBE='import sys
assert sys.version_info >= (3, 9)
import ctypes, fcntl, hashlib, html, json, os, socket, subprocess, syslog, urllib.parse
print(os.path.realpath(sys.executable), sys.implementation.cache_tag, sep="\n")'
# In a session of its own and without our descriptors: what runs as nobody is open to every other process of nobody.
AS_NOBODY='import os, sys
from subprocess import DEVNULL, PIPE, run
nobody = {} if os.geteuid() else {"user": 65534, "group": 65534, "extra_groups": []}
print(run([sys.argv[1], "-ISB", "-c", sys.argv[2]], stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, timeout=20, check=True,
          start_new_session=True, cwd="/", env={}, **nobody).stdout.decode())'

roots_alone() { # FILE: executable by everybody, writable by root only, and so is each folder on its way
  way=$1
  while [ -n "$(find "$way" -prune -user 0 ! -perm -020 ! -perm -002 -perm -001 2>/dev/null)" ]; do
    [ "$way" != / ] || return 0
    way=${way%/*}
    way=${way:-/}
  done
  return 1
}

in_a_home() { case $1 in /home*/* | /root/*) ;; *) return 1 ;; esac; }

usable() { # PATH [given [followed]]: sets PYTHON and TAG, or UNFIT; only the file itself counts, no link to it
  PYTHON='' TAG='' UNFIT='is not a program'
  found=$(readlink -f "$1") && [ -f "$found" ] && [ -x "$found" ] || return 1
  # A script's first line: "#!", " -IS" and the end of line make 127 with this.
  case $found in *[!A-Za-z0-9._/+-]*) false ;; esac && [ "${#found}" -le 120 ] ||
    { UNFIT="has a path that a script's first line cannot hold: $found" && return 1; }
  UNFIT='lies in a home'
  [ "$me" != 0 ] || [ -n "${2-}" ] || ! in_a_home "$found" || return 1
  UNFIT='can be changed by others than root, or not be run by everybody'
  [ "$me" != 0 ] || [ -n "${2-}" ] || roots_alone "$found" || return 1
  UNFIT="($found) is older than 3.9, does not work, or cannot be run by an ordinary user"
  answer=$("${TOOL:-$found}" -ISB -c "$AS_NOBODY" "$found" "$PROBE" 2>/dev/null </dev/null) || return 1
  TAG=${answer##*"$LINE"} answer=${answer%"$LINE"*}
  if [ "$answer" != "$found" ]; then # it only starts another one
    [ -z "${3-}" ] && usable "$answer" "${2-}" followed
    return
  fi
  PYTHON=$found
}

candidates() { # the system's folders come before PATH
  [ "$VERB" = install ] || for theme in $RECORDED; do in_use "$theme"; done
  IFS=:
  for folder in /usr/bin /usr/local/bin /bin /opt/alt/python3*/bin $CALLERS_PATH; do
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9; do
      [ ! -x "$folder/$name" ] || printf '%s\n' "$folder/$name"
    done
  done
}

in_use() { sed -n '1s/^#!\(.*\) -IS$/\1/p' "$FRONTEND/$1/$ID/index.live.cgi" 2>/dev/null; }

qualify_python() { # sets PYTHON, which runs the page, and TOOL, which root runs
  each_line first_usable "$(candidates)"
  TOOL=$PYTHON TOOL_TAG=$TAG
  if [ -n "$GIVEN_PYTHON" ]; then
    usable "$GIVEN_PYTHON" given ||
      finding failure python "--python $GIVEN_PYTHON $UNFIT" "$COMMAND # without --python, or with another one"
  elif [ -z "$RECORDED_PYTHON" ] || ! usable "$RECORDED_PYTHON" given; then
    RECORDED_PYTHON='' PYTHON=$TOOL TAG=$TOOL_TAG
    [ -n "$PYTHON" ] || finding failure python \
      "there is no Python 3.9 or newer that every account can run and only root can change" "$(python_remedy)"
  fi
  [ -z "$PYTHON" ] || chosen_python
}

first_usable() { [ -n "$PYTHON" ] || usable "$1"; }

chosen_python() {
  risk=''
  ! in_a_home "$PYTHON" || risk=", which lies in a home"
  if [ "$me" != 0 ] || roots_alone "$PYTHON"; then
    TOOL=$PYTHON TOOL_TAG=$TAG
  else
    risk="$risk: whoever can change it acts as every account that clicks"
    [ -n "$TOOL" ] || { risk="$risk, and as root, who has no other" TOOL=$PYTHON TOOL_TAG=$TAG; }
    [ "$TAG" = "$TOOL_TAG" ] || risk="$risk; root does not run it, so it gets no bytecode and clicks are slower"
  fi
  finding ok python "the page runs with $PYTHON"
  remedy="$COMMAND --python $(quoted "$TOOL")"
  [ "$TOOL" != "$PYTHON" ] || remedy=$(python_remedy)
  [ -z "$risk" ] || finding warning python "the page runs with $PYTHON$risk" "$remedy"
}

python_remedy() {
  release=$ROOT/etc/os-release
  [ -f "$release" ] || release=/etc/os-release
  like=$(sed -n 's/^ID\(_LIKE\)*=//p' "$release" 2>/dev/null | tr -d '"\n')
  case $like:$(sed -n 's/^VERSION_ID="*\([0-9]*\).*/\1/p' "$release" 2>/dev/null) in
    *debian*) echo "apt-get install -y python3" ;;
    *:8) echo "dnf install -y python3.12" ;;
    *) echo "dnf install -y python3" ;;
  esac
}

# --- what is there ---

survey() {
  CURRENT=$(readlink "$BASE/current" 2>/dev/null) PREVIOUS=$(readlink "$BASE/previous" 2>/dev/null)
  CURRENT=${CURRENT#releases/} PREVIOUS=${PREVIOUS#releases/}
  RECORDED=$(sed -n 's/^theme //p' "$RECORD" 2>/dev/null | tr '\n' ' ')
  RECORDED=${RECORDED% }
  RECORDED_PYTHON=$(sed -n 's/^python //p' "$RECORD" 2>/dev/null)
  WERE_CREATED=$(sed -n 's/^created //p' "$RECORD" 2>/dev/null | tr '\n' ' ')
  OURS=$CURRENT$RECORDED
  [ ! -d "$BASE/releases" ] || OURS=yes
}

stop_unless_qualified() {
  [ "$FAILURES" != 0 ] || return 0
  case $VERB in
    install) say "This server does not qualify, see above; nothing was changed." ;;
    *) say "Nothing was changed, see above." ;;
  esac
  exit 3
}

needs_installation() {
  [ -n "$CURRENT" ] && [ -d "$BASE/releases/$CURRENT/" ] ||
    finding failure installed "Webmail Sign-in is not installed here" "$COMMAND install"
}

needs_themes() { # those that were named must be those that it is installed in
  for theme in $GIVEN_THEMES; do
    among "$theme" "$RECORDED" ||
      finding failure theme "it is not installed in the theme $theme" "$COMMAND install --theme $theme"
  done
}

confirm() {
  [ -z "$YES$DRY" ] && [ -t 0 ] && [ "$VERB" != hook ] || return 0
  printf '%s [y/N] ' "$1"
  read -r reply || reply=
  case $reply in [yY]*) return 0 ;; esac
  say "Nothing was changed."
  exit 1
}

# --- the steps ---

# Held by file descriptor 9 of this shell, so it ends with the process, however that ends.
LOCKING='import fcntl, os, signal, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    if len(sys.argv) < 3:
        sys.exit(1)
    print(sys.argv[2], flush=True)
    signal.alarm(120)
    fcntl.flock(9, fcntl.LOCK_EX)
sys.exit(not os.path.exists(sys.argv[1]) or not os.path.samestat(os.fstat(9), os.stat(sys.argv[1])))'

take_lock() {
  undo unlock
  make_folder usr/local/cpanel/3rdparty && make_folder "$BASE_" || return 1
  [ -n "$TOOL" ] || return 0 # uninstalling where there is no Python any more
  umask 077
  command exec 9>>"$LOCK" || return 1
  umask 022
  "$TOOL" -ISB -c "$LOCKING" "$LOCK" "  another install.sh is at work here; waiting, up to two minutes" </dev/null &
  wait "$!"
  code=$?
  ENDED=$!
  [ "$code" = 0 ] || { WHY="another install.sh is at work, or has just removed the plugin; run it again" && return 1; }
  survey # the other one may have changed what was seen before
}

unlock() { # the file stays, unless this was a first installation, and no other is waiting for its turn
  if [ -z "$OURS" ] && [ -e "$LOCK" ] && "$TOOL" -ISB -c "$LOCKING" "$LOCK" 2>/dev/null; then
    rm -f "$LOCK"
  fi
  unmake_folders
}

keep() { # a copy of each file that may change, so that it can be put back byte for byte
  undo put_back
  rm -rf "$KEPT" "$GONE" && mkdir -m 0700 "$KEPT" "$KEPT/copying" || return 1
  for file in $(changeable); do
    [ -e "$ROOT/$file" ] || continue
    mkdir -p "$KEPT/copying/${file%/*}" && cp -p "$ROOT/$file" "$KEPT/copying/$file" || return 1
  done
  mv "$KEPT/copying" "$KEPT/files"
}

changeable() {
  for theme in $THEMES; do
    printf 'usr/local/cpanel/base/frontend/%s\n' "$theme/$ID/index.live.cgi" "$theme/dynamicui/dynamicui_$ID.conf" \
      "$theme/assets/application_icons/$ID.svg" "$theme/assets/application_icons/$ID.png"
  done
  printf '%s\n' "usr/local/cpanel/whostmgr/addonfeatures/$ID" "$BASE_/record"
}

put_back() {
  if [ -d "$KEPT/files" ]; then # otherwise the copying was not over, and nothing had been changed
    for file in $(changeable); do
      if [ -e "$KEPT/files/$file" ]; then
        mkdir -p "$ROOT/${file%/*}" && mv -f "$KEPT/files/$file" "$ROOT/$file" || BROKEN=yes
      else
        rm -f "$ROOT/$file" || BROKEN=yes
      fi
    done
  fi
  [ -n "$BROKEN" ] || each_leftover rm -rf
}

stage() { # beside the old release, with nothing in it but our own plain files
  undo unstage
  unstage && make_folder "$BASE_/releases" && mkdir "$STAGED" || return 1
  for part in $PARTS; do cp -R "$HERE/$part" "$STAGED/" || return 1; done
  find "$STAGED" \( -name __pycache__ -o -name '*.pyc' \) -prune -exec rm -rf {} + || return 1
  # Clicks that are under way in the same release find the generation that they started with.
  for generation in "$TARGET"/.compiled-*; do
    [ ! -d "$generation" ] || cp -Rp "$generation" "$STAGED/" || return 1
  done
  own "$STAGED" && find "$STAGED" -type d -exec chmod "$FOLDER" {} + && find "$STAGED" -type f -exec chmod 0644 {} + &&
    chmod 0755 "$STAGED/install.sh" "$STAGED/plugin/admin/registration/hook" "$STAGED/cgi/index.live.cgi" &&
    try module "$HERE" plugin.admin.manifest write "$STAGED"
}

unstage() { rm -rf "$STAGED"; }

write_settings() {
  undo unwrite_settings
  new=$ETC/.config.yaml.new
  make_folder etc && make_folder etc/webmail-signin && cp "$HERE/plugin/admin/registration/config.yaml" "$new" &&
    chmod 0644 "$new" && own "$new" && mv -f "$new" "$ETC/config.yaml"
}

unwrite_settings() { # unless somebody has written into them meanwhile
  ! cmp -s "$HERE/plugin/admin/registration/config.yaml" "$ETC/config.yaml" || rm -f "$ETC/config.yaml" || BROKEN=yes
}

# Anew even where bytecode is: it may be damaged. Each file is replaced at one stroke, so there is nothing to undo.
compile_code() {
  try "$TOOL" -ISB -m compileall -qf "$RELEASE/plugin" "$RELEASE/vendor" || return 1
  find "$RELEASE/plugin" "$RELEASE/vendor" -name __pycache__ -exec chmod -R u=rwX,go=rX {} + &&
    own "$RELEASE/plugin" "$RELEASE/vendor"
}

compiled_well() { # as far as can be told: a page that is in order itself must run
  theme=${THEMES%% *}
  [ -f "$RELEASE/plugin/__pycache__/__init__.$TAG.pyc" ] || return 1
  ! entry_in_order "$theme" || prove "$FRONTEND/$theme/$ID/index.live.cgi"
}

compile_settings() {
  GENERATION=$(readlink "$RELEASE/compiled")
  [ -n "$STAGING" ] || undo restore_generation
  mkdir "$KEPT/generations" || return 1
  for generation in "$RELEASE"/.compiled-*; do
    [ ! -d "$generation" ] || cp -Rp "$generation" "$KEPT/generations/" || return 1
  done
  try module "$RELEASE" plugin.ready "$RELEASE" && return
  # Going back and repairing must not depend on a typing error in the settings.
  [ "$VERB" = rollback ] || [ "$VERB" = hook ] || return 1
  [ -d "$RELEASE/compiled/registration" ] && warn "  the settings do not hold, the last good ones stay in force: $WHY"
}

restore_generation() {
  [ -d "$KEPT/generations" ] || return 0
  if [ "$(readlink "$RELEASE/compiled")" != "$GENERATION" ]; then
    ln -s "$GENERATION" "$RELEASE/.compiled-back" && replace "$RELEASE/.compiled-back" "$RELEASE/compiled" || BROKEN=yes
  fi
  for generation in "$RELEASE"/.compiled-*; do
    [ -e "$KEPT/generations/${generation##*/}" ] || rm -rf "$generation"
  done
  for generation in "$KEPT"/generations/.compiled-*; do
    [ -d "$RELEASE/${generation##*/}" ] || mv "$generation" "$RELEASE/" || BROKEN=yes
  done
}

entry() { # the page's entry, with the chosen interpreter
  printf '#!%s -IS\n' "$PYTHON"
  sed 1d "$CODE/cgi/index.live.cgi"
}

prove_aside() { # the release that is not yet in use, in a tree of its own that has the same shape
  undo remove_aside
  folder=$ASIDE/base/frontend/${THEMES%% *}/$ID
  remove_aside
  mkdir -p "$folder" "$ASIDE/3rdparty/webmail-signin" &&
    ln -s "../../../releases/${RELEASE##*/}" "$ASIDE/3rdparty/webmail-signin/current" &&
    entry >"$folder/index.live.cgi" && chmod 0755 "$folder/index.live.cgi" &&
    prove "$folder/index.live.cgi" && remove_aside
}

remove_aside() { rm -rf "$ASIDE"; }

prove() { try module "$HERE" plugin.admin.prove "$ROOT" "$1"; }

put_in_place() {
  if [ -e "$TARGET" ]; then
    undo exchange_back
    exchange "$STAGED" "$TARGET"
  else
    undo move_back
    mv "$STAGED" "$TARGET"
  fi && RELEASE=$TARGET PLACED=yes
}

exchange_back() { [ -z "$PLACED" ] || exchange "$STAGED" "$TARGET" || BROKEN=yes; }

move_back() { [ ! -d "$TARGET" ] || mv "$TARGET" "$STAGED" || BROKEN=yes; }

point() { # current|previous VERSION, or nothing for none
  if [ -n "$2" ]; then
    rm -f "$BASE/.new-$1" && ln -s "releases/$2" "$BASE/.new-$1" && replace "$BASE/.new-$1" "$BASE/$1"
  else
    rm -f "$BASE/$1"
  fi
}

switch() {
  undo switch_back
  point previous "$NEXT_PREVIOUS" && point current "$NEXT"
}

switch_back() { point current "$CURRENT" && point previous "$PREVIOUS" || BROKEN=yes; }

write_record() { # themes, folders that were not there before, and an interpreter that somebody insisted on
  for folder in whostmgr whostmgr/addonfeatures; do absent "usr/local/cpanel/$folder"; done
  for theme in $THEMES; do
    for folder in dynamicui assets assets/application_icons; do absent "usr/local/cpanel/base/frontend/$theme/$folder"; done
    absent "usr/local/cpanel/base/frontend/$theme/$ID"
  done
  {
    printf '%s\n' "$RECORDED $THEMES" | tr -s ' ' '\n' | sort -u | sed -n 's/^./theme &/p'
    for folder in $CREATED $WERE_CREATED; do echo "created $folder"; done
    [ -z "$GIVEN_PYTHON$RECORDED_PYTHON" ] || echo "python $PYTHON"
  } >"$BASE/.new-record" && chmod 0644 "$BASE/.new-record" && mv -f "$BASE/.new-record" "$RECORD"
}

absent() { [ -d "$ROOT/$1" ] || among "$1" "$CREATED $WERE_CREATED" || CREATED="$1 $CREATED"; }

place_entry() { # THEME
  folder=$FRONTEND/$1/$ID
  [ -d "$folder" ] || { mkdir "$folder" && own "$folder"; } || return 1
  new=$folder/.index.live.cgi.new
  chmod "$FOLDER" "$folder" && entry >"$new" && chmod 0755 "$new" && own "$folder" && mv -f "$new" "$folder/index.live.cgi"
}

entry_in_order() { # THEME
  file=$FRONTEND/$1/$ID/index.live.cgi
  entry | cmp -s - "$file" && [ -n "$(find "$file" -prune -type f -perm 0755 -user "$me")" ] &&
    [ -n "$(find "${file%/*}" -prune -perm 0755 -user "$me")" ]
}

register() { # THEME
  try panel "$CPANEL/scripts/install_plugin" "$BASE/releases/$NEXT/compiled/registration" "--theme=$1" || return 1
  for kind in svg png; do # an icon of the other kind is one that the settings named before
    [ -e "$BASE/releases/$NEXT/compiled/registration/icon.$kind" ] || rm -f "$FRONTEND/$1/assets/application_icons/$ID.$kind"
  done
  registered "$1" || warn "  install_plugin reports success, but the icon's files are not where cPanel keeps them"
}

registered() { # THEME
  [ -f "$FRONTEND/$1/dynamicui/dynamicui_$ID.conf" ] && [ -f "$CPANEL/whostmgr/addonfeatures/$ID" ] &&
    { [ -f "$FRONTEND/$1/assets/application_icons/$ID.svg" ] || [ -f "$FRONTEND/$1/assets/application_icons/$ID.png" ]; }
}

hooked() { "$CPANEL/bin/manage_hooks" list 2>/dev/null </dev/null 9>&- | grep -qF "$BASE/current/plugin/admin/registration/hook"; }

manage_hook() { # add|delete
  try panel "$CPANEL/bin/manage_hooks" "$1" script "$BASE/current/plugin/admin/registration/hook" --manual \
    --category System --event upcp --stage post
}

add_hook() {
  undo unhook
  manage_hook add
}

unhook() { manage_hook delete || :; }

each_leftover() { # COMMAND [ARGUMENT]...: for each thing that only a run that was ended leaves behind
  for path in "$KEPT" "$GONE" "$ASIDE" "$BASE"/.new-* "$BASE"/releases/.staged-* "$BASE"/releases/*/.compiled-back \
    "$ETC/.config.yaml.new" "$FRONTEND"/*/"$ID/.index.live.cgi.new"; do
    [ ! -e "$path" ] && [ ! -L "$path" ] || "$@" "$path" || return 1
  done
}

leftovers() { each_leftover basename | tr '\n' ' '; }

older() { # releases of ours that are neither the current nor the previous one
  for path in "$BASE"/releases/*/MANIFEST; do
    name=${path%/MANIFEST} name=${name##*/}
    case $name in "$NEXT" | "$NEXT_PREVIOUS" | *[!0-9A-Za-z.+-]*) ;; *) printf '%s ' "$name" ;; esac
  done
}

remove_older() {
  # shellcheck disable=SC2086 # names of releases, without spaces
  for name in $older; do rm -rf "$BASE/releases/$name" || return 1; done
}

committed() { # from here on nothing is undone, and nothing stops the little that is left: tidying up
  ignore_signals
  UNDOS=''
  rm -rf "$KEPT" "$GONE" "$BASE"/releases/.staged-*
}

# --- the verbs ---

check() {
  qualify
  live=$HERE
  [ -z "$CURRENT" ] || live=$BASE/releases/$CURRENT
  [ -z "$TOOL" ] || check_settings
  if [ -n "$CURRENT" ] && [ -n "$PYTHON" ]; then
    for theme in $THEMES; do
      used=$(in_use "$theme")
      unfit=$([ -z "$used" ] || [ "$used" = "$PYTHON" ] || usable "$used" given || echo "$UNFIT")
      [ -z "$unfit" ] ||
        finding failure interpreter "the page of $theme runs with $used, which $unfit" "$COMMAND install"
      if registered "$theme"; then
        finding ok icon "the icon is registered in $theme"
      else
        finding warning icon "the icon is not registered in $theme" "$COMMAND install"
      fi
    done
    # shellcheck disable=SC2086 # themes are words
    if report=$( (module "$HERE" plugin.admin.check "$live" "$COMMAND" $THEMES) 2>&1 </dev/null); then
      each_line reported "$report"
    else
      finding failure check "what is installed could not be checked: $report" "$COMMAND install"
    fi
    [ ! -x "$CPANEL/bin/manage_hooks" ] || hooked ||
      finding warning hook "the hook after cPanel updates is not registered" "$COMMAND install"
  fi
  if [ -n "$JSON" ]; then
    installed=null
    [ -z "$CURRENT" ] || installed="\"$(json "$CURRENT")\""
    printf '{\n  "version": "%s",\n  "installed": %s,\n  "failures": %s,\n  "warnings": %s,\n  "findings": [\n%s\n  ]\n}\n' \
      "$(json "$VERSION")" "$installed" "$FAILURES" "$WARNINGS" "$FINDINGS"
  else
    printf '%s\n' "Failures: $FAILURES, warnings: $WARNINGS."
  fi || fail "print the findings"
  [ "$FAILURES" = 0 ] || exit 3
}

each_line() { # FUNCTION TEXT
  while IFS= read -r line; do
    [ -z "$line" ] || "$1" "$line"
  done <<END
$2
END
}

settings_hold() { # TREE of the code that checks them; sets SAID
  SAID=$( (module "$1" plugin.ready "$1" --check --root "$ROOT") 2>&1 </dev/null)
}

check_settings() {
  if settings_hold "$live"; then
    [ -z "$CURRENT" ] || each_line edit_finding "$SAID"
  else
    case $SAID in
      '' | *Traceback*) finding failure check "the settings could not be checked: $(briefly "$SAID")" "$COMMAND install" ;;
      *) each_line settings_finding "$SAID" ;;
    esac
  fi
}

settings_finding() { finding failure settings "$1" "edit it, then: $COMMAND apply"; }

edit_finding() { finding warning apply "${1#*"$TAB"}" "$COMMAND apply"; }

reported() { # LEVEL, NAME, TEXT and REMEDY with tabs between them
  rest=$1
  level=${rest%%"$TAB"*} rest=${rest#*"$TAB"}
  name=${rest%%"$TAB"*} rest=${rest#*"$TAB"}
  finding "$level" "$name" "${rest%%"$TAB"*}" "${rest#*"$TAB"}"
}

# One way for installing, upgrading, repairing and going back: make RELEASE ready, prove it, switch, prove it again.
activate() {
  [ -f "$ETC/config.yaml" ] || [ "$VERB" = rollback ] ||
    step "write $ETC/config.yaml, all comments" write_settings
  [ "$TAG" != "$TOOL_TAG" ] || { [ "$VERB" = hook ] && compiled_well; } ||
    repair "compile the code for $PYTHON" compile_code
  [ "$VERB" = hook ] && [ -d "$RELEASE/compiled/registration" ] && [ -z "$REPAIRED" ] ||
    step "$COMPILING" compile_settings
  step "run the page of release $NEXT, out of the way of the clicks" prove_aside
  [ -z "$STAGING" ] || step "put it in place as $TARGET" put_in_place
  [ "$NEXT" = "$CURRENT" ] && [ "$NEXT_PREVIOUS" = "$PREVIOUS" ] || step "switch to release $NEXT" switch
  step "record what is installed in $RECORD" write_record
  for theme in $THEMES; do
    entry_in_order "$theme" || repair "put the page into $FRONTEND/$theme/$ID" place_entry "$theme"
    { [ "$VERB" = hook ] && registered "$theme"; } || repair "register the icon in $theme" register "$theme"
  done
  [ ! -x "$CPANEL/bin/manage_hooks" ] || hooked || repair "add the hook that repairs after cPanel updates" add_hook
  for theme in $THEMES; do
    step "run the installed page in $theme" prove "$FRONTEND/$theme/$ID/index.live.cgi"
  done
  older=$(older)
  [ -n "$DRY" ] || committed
  [ -z "$older" ] || step "remove older releases: $older" remove_older
}

repair() { # a step that a hook's log line tells of
  REPAIRED="${REPAIRED:+$REPAIRED; }$1"
  step "$@"
}

begin() {
  step "lock $BASE" take_lock
  # Only the release that is in use repairs it; it may be another one by now.
  [ "$VERB" != hook ] || [ "$HERE" = "$BASE/releases/$CURRENT" ] ||
    exec /bin/sh "$BASE/releases/$CURRENT/install.sh" hook ${DRY:+--dry-run}
  [ -z "$(leftovers)" ] || step "remove what an interrupted run left: $(leftovers)" each_leftover rm -rf
  step "keep a copy of what may change" keep
}

install() {
  [ -n "$VERSION" ] || finding failure source "$HERE/plugin/__init__.py names no version" "unpack the tarball anew"
  qualify
  stop_unless_qualified
  confirm "Install Webmail Sign-in $VERSION${ROOT:+ below $ROOT}?"
  begin
  NEXT=$VERSION NEXT_PREVIOUS=$PREVIOUS TARGET=$BASE/releases/$VERSION CODE=$HERE
  RELEASE=$TARGET STAGED=$BASE/releases/.staged-$VERSION
  [ -z "$CURRENT" ] || [ "$CURRENT" = "$VERSION" ] || NEXT_PREVIOUS=$CURRENT
  [ "$VERB" = hook ] || foresee "$HERE"
  if [ ! -d "$TARGET/compiled/registration" ] || ! (module "$HERE" plugin.admin.manifest same "$HERE" "$TARGET") >/dev/null 2>&1; then
    STAGING=yes RELEASE=$STAGED
    [ "$HERE" != "$TARGET" ] || [ -d "$TARGET/compiled/registration" ] || STAGING='' RELEASE=$TARGET
    [ "$HERE" != "$TARGET" ] || [ -z "$STAGING" ] ||
      fail "release $VERSION is damaged and cannot repair itself; unpack the tarball and run its install.sh"
    [ -z "$STAGING" ] || step "copy release $VERSION to $STAGED" stage
  fi
  activate
  done_line "Webmail Sign-in $VERSION is installed, and its page was run."
}

hook() {
  needs_installation
  stop_unless_qualified
  install
  log_line "${REPAIRED:-in order}"
}

log_line() {
  printf 'webmail-signin: after the cPanel update: %s\n' "$(printf '%s' "$1" | tr '\n' ' ')" >&2
  [ -n "$ROOT" ] || ! command -v logger >/dev/null || logger -t webmail-signin -p authpriv.notice "after the cPanel update: $1"
}

foresee() { # TREE of the code that would compile the settings: a dry run fails where the real one will
  [ -z "$DRY" ] || settings_hold "$1" || { WHY=$(briefly "$SAID") && fail "$COMPILING"; }
}

done_line() {
  if [ -n "$DRY" ]; then say "Nothing was changed."; else say "$GREEN$1$PLAIN"; fi
}

apply() {
  needs_installation
  needs_themes
  qualify
  stop_unless_qualified
  begin # chosen only now: whoever held the lock may have changed what is in use
  NEXT=$CURRENT RELEASE=$BASE/releases/$CURRENT
  foresee "$RELEASE"
  step "$COMPILING" compile_settings
  for theme in $THEMES; do
    step "register the icon in $theme" register "$theme"
    step "run the installed page in $theme" prove "$FRONTEND/$theme/$ID/index.live.cgi"
  done
  [ -n "$DRY" ] || committed
  done_line "The settings are in force, and the page was run."
}

rollback() {
  needs_installation
  [ -n "$PREVIOUS" ] && [ "$PREVIOUS" != "$CURRENT" ] && [ -d "$BASE/releases/$PREVIOUS" ] ||
    finding failure previous "there is no previous release to return to" "$COMMAND install # from the older tarball"
  needs_themes
  qualify
  release=$BASE/releases/$PREVIOUS
  [ -z "$PREVIOUS" ] || (module "$HERE" plugin.admin.manifest same "$release" "$release") 2>/dev/null ||
    finding failure previous "release $PREVIOUS is damaged" "$COMMAND install # from the older tarball"
  stop_unless_qualified
  confirm "Return from release $CURRENT to $PREVIOUS?"
  begin
  NEXT=$PREVIOUS NEXT_PREVIOUS=$CURRENT
  RELEASE=$BASE/releases/$PREVIOUS CODE=$RELEASE TARGET=$RELEASE STAGED=$BASE/releases/.staged-$PREVIOUS
  activate
  done_line "Release $NEXT is in use again, and its page was run."
}

uninstall() {
  [ -n "$ROOT" ] || [ "$me" = 0 ] || finding failure root "only root can do this on a server" "sudo $COMMAND uninstall"
  qualify_places
  remaining='' THEMES=''
  for theme in $RECORDED; do
    if among "$theme" "${GIVEN_THEMES:-$RECORDED}"; then THEMES="$THEMES $theme"; else remaining="$remaining $theme"; fi
  done
  needs_themes
  [ -n "$remaining" ] || not_ours
  stop_unless_qualified
  qualify_python 2>/dev/null >&2 # for the lock only
  FAILURES=0
  if [ -n "$OURS" ]; then
    confirm "Remove Webmail Sign-in${ROOT:+ below $ROOT}?"
    begin
    uninstall_themes
    if [ -n "$remaining" ]; then
      RECORDED=$remaining THEMES=''
      step "record what is installed in $RECORD" write_record
    else
      step "remove $BASE" set_aside
    fi
  else
    say "Webmail Sign-in is not installed${ROOT:+ below $ROOT}."
  fi
  [ -n "$remaining" ] || uninstall_settings
  if [ -z "$DRY" ]; then
    committed
    CREATED=$WERE_CREATED
    [ -n "$remaining" ] || unmake_folders
  fi
  done_line "Done."
}

not_ours() { # what would go with the rest although nobody knows whose it is
  for path in "$BASE"/* "$BASE"/.[!.]* "$BASE"/releases/* "$BASE"/releases/.[!.]*; do
    case ${path#"$BASE/"} in
      releases | current | previous | record | .lock | .aside | .new-* | releases/.staged-*) ;;
      releases/*)
        if [ -f "$path/MANIFEST" ]; then each_line stray "$(strays "$path")"; else free_name "$path"; fi
        ;;
      *) free_name "$path" ;;
    esac
  done
}

strays() { # RELEASE: the files in it that are neither in its MANIFEST nor made by compiling
  (cd "$1" && find . \( -name __pycache__ -o -name '.compiled-*' -o -path ./compiled -o -path ./MANIFEST \) -prune \
    -o ! -type d -print | awk 'NR == FNR { listed["./" substr($0, 71)]; next } !($0 in listed)' MANIFEST -)
}

stray() { taken "$path/${1#./}"; }

uninstall_themes() {
  [ -n "$remaining" ] || ! hooked || step "remove the hook after cPanel updates" remove_hook
  for theme in $THEMES; do
    step "unregister the icon from $theme" unregister "$theme"
    step "remove the page from $FRONTEND/$theme/$ID" remove_page "$theme"
  done
}

remove_hook() {
  undo add_again
  manage_hook delete || warn "  manage_hooks failed, remove the hook by hand: $WHY"
}

add_again() { hooked || manage_hook add || BROKEN=yes; }

unregister() { # THEME
  if [ -z "$remaining" ]; then # uninstall_plugin would take the feature from the other themes too
    registration=$BASE/releases/$CURRENT/compiled/registration
    if [ -x "$CPANEL/scripts/uninstall_plugin" ] && [ -d "$registration" ]; then
      try panel "$CPANEL/scripts/uninstall_plugin" "$registration" "--theme=$1" || warn "  uninstall_plugin failed: $WHY"
    fi
    rm -f "$CPANEL/whostmgr/addonfeatures/$ID" || return 1
  fi
  # By name what is left: the program may be missing or have failed (cpanel-facts.md §4 lists what registering makes).
  icon=$FRONTEND/$1/assets/application_icons/$ID
  rm -f "$FRONTEND/$1/dynamicui/dynamicui_$ID.conf" "$icon.svg" "$icon.png"
}

remove_page() { # THEME
  rm -f "$FRONTEND/$1/$ID/index.live.cgi" "$FRONTEND/$1/$ID/.index.live.cgi.new" || return 1
  [ ! -d "$FRONTEND/$1/$ID" ] || rmdir "$FRONTEND/$1/$ID" 2>/dev/null ||
    say "  $FRONTEND/$1/$ID stays, for what in it is not ours"
}

set_aside() { # one rename: a click finds either all of it or nothing
  undo bring_back
  mv "$BASE" "$GONE"
}

bring_back() { [ ! -d "$GONE" ] || mv "$GONE" "$BASE" || BROKEN=yes; }

uninstall_settings() {
  if [ -n "$PURGE" ] && [ -e "$ETC/config.yaml" ]; then
    step "remove $ETC/config.yaml" remove_settings
  fi
  for path in "$ETC"/*; do
    case $path in
      "$ETC/*") ;;
      "$ETC/config.yaml") [ -n "$PURGE" ] || say "  $path stays; --purge removes it" ;;
      *) say "  $path stays, it is yours" ;;
    esac
  done
  [ -z "$PURGE$WERE_CREATED" ] || [ ! -d "$ETC" ] || [ -n "$DRY" ] || rmdir "$ETC" 2>/dev/null
}

remove_settings() {
  undo bring_settings_back
  { [ ! -d "$KEPT" ] || cp -p "$ETC/config.yaml" "$KEPT/"; } && rm -f "$ETC/config.yaml"
}

bring_settings_back() {
  [ -e "$ETC/config.yaml" ] || [ ! -e "$KEPT/config.yaml" ] || mv "$KEPT/config.yaml" "$ETC/" || BROKEN=yes
}

# --- beginning and end ---

# shellcheck disable=SC2086 # names, those that this shell knows
ignore_signals() { trap '' $SIGNALS; }

leave() {
  code=$?
  ignore_signals
  trap - EXIT
  [ "${!-}" = "$ENDED" ] || { kill "$!" 2>/dev/null; wait "$!" 2>/dev/null; }
  if [ -n "$UNDOS" ]; then
    BROKEN=''
    for each in $UNDOS; do "$each"; done
    code=1
    if [ -z "$BROKEN" ]; then
      warn "Everything was put back as it was."
    else
      warn "Not everything could be put back; see $BASE and run: $COMMAND check"
    fi
  fi
  [ "$VERB" != hook ] || [ "$code" = 0 ] || log_line "failed: $WHY"
  exit "$code"
}

arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      install | check | apply | rollback | uninstall | hook)
        [ -z "$VERB" ] || misuse "one of $VERB and $1, not both"
        VERB=$1
        ;;
      --root=* | --theme=* | --python=*)
        option=$1
        shift
        set -- "${option%%=*}" "${option#*=}" "$@"
        continue
        ;;
      --root | --theme | --python)
        case ${2-} in '' | --*) misuse "$1 needs a value" ;; esac
        case $1 in
          --root) GIVEN_ROOT=$2 ;;
          --python) GIVEN_PYTHON=$2 ;;
          --theme)
            case $2 in .* | *[!A-Za-z0-9._-]*) misuse "--theme: not the name of a theme: $2" ;; esac
            among "$2" "$GIVEN_THEMES" || GIVEN_THEMES="${GIVEN_THEMES:+$GIVEN_THEMES }$2"
            ;;
        esac
        shift
        ;;
      --dry-run) DRY=yes ;;
      --json) JSON=yes ;;
      --purge) PURGE=yes ;;
      --yes) YES=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) misuse "unknown word: $1" ;;
    esac
    shift
  done
  VERB=${VERB:-install}
  [ -z "$JSON" ] || [ "$VERB" = check ] || misuse "--json goes with check"
  [ -z "$PURGE" ] || [ "$VERB" = uninstall ] || misuse "--purge goes with uninstall"
}

main() {
  trap leave EXIT
  for signal in HUP INT QUIT PIPE TERM USR1 USR2 ALRM XCPU XFSZ VTALRM; do
    (trap : "$signal") 2>/dev/null && SIGNALS="$SIGNALS $signal" && trap 'WHY="ended by a signal"; exit 1' "$signal"
  done
  RED='' GREEN='' YELLOW='' PLAIN=''
  if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    RED=$(printf '\033[31m') GREEN=$(printf '\033[32m') YELLOW=$(printf '\033[33m') PLAIN=$(printf '\033[0m')
  fi
  arguments "$@"
  case $0 in */*) HERE=${0%/*} ;; *) HERE=. ;; esac
  HERE=$(cd -- "$HERE/" && pwd -P && echo .) || misuse "cannot find the folder of $0"
  HERE=${HERE%"$LINE".}
  if [ -n "$GIVEN_ROOT" ]; then
    ROOT=$(cd -- "$GIVEN_ROOT/" 2>/dev/null && pwd -P && echo .) || misuse "--root: there is no folder $GIVEN_ROOT"
    ROOT=${ROOT%"$LINE".}
    ROOT=${ROOT%/}
  else
    # A copy inside a release belongs to the tree that it lies in.
    case $HERE in */usr/local/cpanel/3rdparty/webmail-signin/releases/*) ROOT=${HERE%/usr/local/cpanel/3rdparty/*} ;; esac
  fi
  case $GIVEN_PYTHON in
    */*) folder=$(cd -- "${GIVEN_PYTHON%/*}/" 2>/dev/null && pwd) && GIVEN_PYTHON=$folder/${GIVEN_PYTHON##*/} ;;
    ?*) GIVEN_PYTHON=$(PATH=$CALLERS_PATH && command -v "$GIVEN_PYTHON" || printf '%s' "$GIVEN_PYTHON") ;;
  esac
  COMMAND="sh $(quoted "$HERE/install.sh")${ROOT:+ --root $(quoted "$ROOT")}"
  [ ! -f "$HERE/plugin/__init__.py" ] ||
    VERSION=$(sed -n 's/^__version__ = "\([0-9A-Za-z][0-9A-Za-z.+-]*\)"$/\1/p' "$HERE/plugin/__init__.py")
  BASE_=usr/local/cpanel/3rdparty/webmail-signin
  CPANEL=$ROOT/usr/local/cpanel FRONTEND=$ROOT/usr/local/cpanel/base/frontend ETC=$ROOT/etc/webmail-signin
  THIRD=$CPANEL/3rdparty BASE=$ROOT/$BASE_
  LOCK=$BASE/.lock RECORD=$BASE/record ASIDE=$BASE/.aside
  KEPT=$THIRD/.webmail-signin.kept GONE=$THIRD/.webmail-signin.gone
  survey
  "$VERB"
}

main "$@"

#!/bin/sh
# Webmail Sign-in on a cPanel server: the gate. It refuses a source that others can change, finds a Python for root and
# hands over to plugin/admin; where there is no Python any more, it removes by name. All of it is functions, and the last
# line calls main: a file that arrived cut off does nothing. Trust is judged by what programs print, complaints and a last
# word included, as a shell that can start no program stops before it; not by exit codes, which an ignored SIGCHLD loses.
# shellcheck disable=SC2086 # what is not quoted is a list of words
POSIXLY_CORRECT=1 # bash: from here on exec is exec and set is set, whatever functions it was handed; [ is not
set -u
BASE=usr/local/cpanel/3rdparty/webmail-signin ID=webmail_signin VERB='' ROOT='' ASKED='' FLAGS='' PYTHON='' option=''

alone() { echo 'install.sh: unpack the whole tarball, in a folder such as /root, and run it there' >&2 && exit 2; }
refuse() { # TEXT REMEDY
  flat=$(printf '%s' "$1" | tr '\n\\"' ';??')
  case $VERB$FLAGS in
    hook*) # reads to the end and answers in one line, as cPanel wants it (cpanel-facts.md, 4)
      [ -t 0 ] || cat >/dev/null
      printf '0 webmail-signin: after the cPanel update: failed: %s\n' "$flat"
      [ -n "$ROOT" ] || logger -t webmail-signin -p authpriv.notice "after the cPanel update: failed: $flat"
      ;;
    *--json*)
      printf '{"failures": 1, "warnings": 0, "findings": [{"level": "failure", "kind": "server", "name": "gate", '
      printf '"text": "%s", "remedy": "%s", "look": null}]}\n' "$flat" "$2"
      ;;
    *) printf 'failure  %s\n         mend it: %s\n' "$1" "$2" ;;
  esac
  exit 3
}

others() { # WORDS OF FIND...: what is not root's or mine alone; a user's group is that user's affair, root's is not
  find "$@" \( ! -user 0 ! -user "$me" -o -perm "-$group" -o -perm -002 \) -print 2>&1 |
    sed 's/^[.][/]//; s/$/ is a link, or others can change it/'
}

# From the top, so that each answer lasts: where nobody else can write, nobody else can put one folder in another's
# place. Nor can they in a sticky folder, such as /tmp, as long as what lies there is not theirs.
way() { # PATH: what others can change of it and above it
  above=$1
  set -- "$1"
  while [ -n "${above%/*}" ]; do above=${above%/*} && set -- "$above" "$@"; done
  others / "$@" -prune ! \( -type d -perm -1000 \( -user 0 -o -user "$me" \) \)
}

differences() { # between what lies in HERE and what may be run
  way "$HERE"
  cd -- "$HERE" 2>&1 || return
  if [ ! -e MANIFEST ]; then # a checkout; what begins with a dot can be no module, and its content may be anybody's
    others . \( ! -path './.?*' -o -prune \( ! -type l -o ! -user 0 ! -user "$me" \) \)
    return
  fi
  others . ! -path ./compiled
  made='-path ./MANIFEST'
  case $HERE in */"$BASE"/releases/*) # what a release has compiled for itself has no sum
    made="( -name __pycache__ -o -path ./compiled -o -path ./.compiled-* ) -prune -o $made" ;; esac
  set -f
  find . $made -o -type d -exec printf 'folder  %s\n' {} + -o -type f -exec sha256sum {} + \
    -o -exec printf 'special  %s\n' {} + 2>&1 | awk '
    BEGIN { listed["."] = "folder" }
    FILENAME == "MANIFEST" { path = substr($0, 71); listed[path] = $1 }
    FILENAME == "MANIFEST" { while (sub("/[^/]*$", "", path)) listed[path] = "folder"; next }
    { path = $0; sub("^[^ ]*  ([.]/)?", "", path) }
    !(path in listed) || path in seen { print path " was added"; next }
    { seen[path] = 1; if (listed[path] != $1) print path " was changed" }
    END { for (path in listed) if (!(path in seen)) print path " is missing" }' MANIFEST - 2>&1
}

LIBRARY='ctypes, fcntl, glob, hashlib, json, os, pwd, runpy, shutil, ssl, subprocess, syslog, typing'
# What a Python lacks could not be compiled, or is a package with compiled parts; to load the rest would take longer.
PROBE='import os, sys, _ctypes, _ssl, pwd, syslog; print(sys.version_info > (3, 9) and os.path.realpath(sys.executable))'
fits() { [ "$("$1" -ISB -c "$PROBE" 2>/dev/null </dev/null)" = "$1" ] && PYTHON=$1; } # PATH, absolute and no link
find_python() { # the system's before those in PATH; one in a home, or that others can change, only if asked for
  IFS=: && set -- /usr/bin /usr/local/bin /bin /opt/alt/python3*/bin $WEBMAIL_SIGNIN_PATH && unset IFS
  for folder; do
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9; do
      file=$(readlink -f "$folder/$name")
      case $me:$file in 0:/home*/* | 0:/root/*) continue ;; esac
      [ ! -x "$file" ] || [ "$(way "$file"; echo whole)" != whole ] || ! fits "$file" || return 0
    done
  done
  case $ASKED in */*) file=$(readlink -f "$ASKED") && [ -x "$file" ] && fits "$file" ;; esac
}
python_remedy() { case $(cat "$ROOT/etc/os-release" 2>/dev/null || cat /etc/os-release 2>/dev/null) in
  *debian*) echo 'apt-get install -y python3' ;; *VERSION_ID=8* | *'VERSION_ID="8'*) echo 'dnf install -y python3.12' ;;
  *) echo 'dnf install -y python3' ;; esac; }
step() { printf -- '- %s\n' "$*" && case $FLAGS in *--dry-run*) ;; *) "$@" </dev/null ;; esac; }
alone_in() { [ "$1" = whole ] || refuse "nothing was removed: ${1%whole}" 'chown root and chmod go-w what is named'; }
uninstall() { # by name, from all themes (cpanel-facts.md, 4, has what registering makes)
  for word in $FLAGS; do case $word in --yes | --dry-run | --purge | --root | --python) ;; *)
    echo "install.sh: where there is no Python, uninstall does not know $word" >&2 && exit 2 ;; esac; done
  base=$ROOT/$BASE cpanel=$ROOT/usr/local/cpanel manage_hooks=$ROOT/usr/local/cpanel/bin/manage_hooks
  alone_in "$(way "$cpanel"; [ ! -e "$manage_hooks" ] || way "$(readlink -f "$manage_hooks")"; echo whole)"
  made=$(sed -n 's/^created //p' "$base/record" 2>/dev/null | sort -r)
  set -- "$cpanel/whostmgr/addonfeatures/$ID" "$base/current" "$base/previous" "$base/record" "$base/.lock"
  for path in "$base"/releases/*/MANIFEST "$base"/releases/.staged-*/MANIFEST; do set -- "$@" "${path%/*}"; done
  for theme in "$cpanel"/base/frontend/*; do
    [ -L "$theme" ] && continue
    page=$theme/$ID/index.live.cgi conf=$theme/dynamicui/dynamicui_$ID.conf icon=$theme/assets/application_icons/$ID
    ! grep -qs -D skip 3rdparty/webmail-signin/current -- "$page" || set -- "$page" "$@"
    ! grep -qs -D skip "url=>$ID/index[.]live[.]cgi" -- "$conf" || set -- "$conf" "$icon.svg" "$icon.png" "$@"
  done
  alone_in "$(for path; do [ ! -e "$path" ] || way "${path%/*}"; done; echo whole)"
  case $FLAGS in *--purge*) set -- "$@" "$ROOT/etc/webmail-signin/config.yaml" ;; esac
  case $FLAGS in *--yes* | *--dry-run*) ;; *)
    [ ! -t 0 ] || { printf 'Remove Webmail Sign-in by name? [y/N] ' && read -r reply && [ "$reply" = y ] || exit 1; } ;; esac
  [ ! -x "$manage_hooks" ] || step "$manage_hooks" delete script \
    "$base/current/plugin/admin/registration/hook" --manual --category System --event upcp --stage post
  for path; do [ ! -e "$path" ] || step rm -rf "$path"; done
  for path in $made; do [ ! -d "$ROOT/$path" ] || step rmdir "$ROOT/$path" 2>/dev/null; done
  [ -z "$(ls -A "$ROOT/etc/webmail-signin" 2>/dev/null)" ] || echo "What you have written stays: $ROOT/etc/webmail-signin"
  case $FLAGS in *--dry-run*) return ;; esac
  left=$(ls -d "$@" 2>/dev/null; [ ! -e "$manage_hooks" ] || "$manage_hooks" list 2>&1 | grep -F -e "$base/" -e "$manage_hooks:")
  [ -z "$left" ] || { printf 'This of ours is left:\n%s\n' "$left" && exit 1; }
  find "$base" "$cpanel"/base/frontend/*/"$ID" ! -type d 2>/dev/null | sed 's/$/ is not ours and stays/' && echo 'Done.'
}

arguments() {
  for word; do
    case $option:$word in
      --root:* | *:--root=*) ROOT=$(cd -P -- "${word#--root=}/" 2>/dev/null && pwd) || ROOT=$word ;;
      --python:* | *:--python=*) ASKED=${word#--python=} ;;
      --theme:* | --account:* | --feature:*) ;;
      *:uninstall | *:hook) VERB=$word ;;
      *) FLAGS="$FLAGS $word" ;;
    esac
    option=$word
  done
  case $ROOT:$HERE in :*/"$BASE"/releases/*) ROOT=${HERE%/"$BASE"/*} ;; esac
}

main() {
  case $0 in */install.sh) HERE=${0%/*} ;; install.sh) HERE=. ;; *) alone ;; esac
  case ${1-} in "--clean=$$") shift ;; *) # exec keeps the number of the process, which nobody can foresee
    exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C WEBMAIL_SIGNIN_PATH="${PATH-}" TERM="${TERM-}" \
      NO_COLOR="${NO_COLOR-}" /bin/sh -- "$HERE/install.sh" "--clean=$$" "$@" ;;
  esac
  [ -f "$HERE/plugin/admin/__main__.py" ] && [ ! -L "$HERE/install.sh" ] || alone
  me=$(id -u) HERE=$(cd -P -- "$HERE/" && pwd) && arguments "$@"
  [ "$me" = 0 ] && whose="root's, such as /root" group=020 || whose='your own' group=002
  found=$( (differences; echo whole) | tr -c '[:print:]\n' '?' | sed 10q)
  [ "$found" = whole ] || { found=${found%?whole} && refuse "nothing of $HERE was run, for it is not to be trusted:
${found:-it could not be looked through}" "unpack the tarball in a folder of $whose, and run its install.sh there"; }
  find_python
  case $PYTHON:$VERB in
    :uninstall) uninstall ;;
    :*) refuse 'there is no Python 3.9 or newer that root can run and nobody else can change' "$(python_remedy)" ;;
    *) exec "$PYTHON" -ISB -X pycache_prefix=/dev/null/none -c "import sys; sys.pycache_prefix = None
import $LIBRARY; sys.pycache_prefix = '/dev/null/none' # of the library, bytecode is read
sys.path += [sys.argv[1] + '/vendor', sys.argv[1]]; runpy.run_module('plugin.admin', run_name='__main__')" "$HERE" "$@" ;;
  esac
}
main "$@"

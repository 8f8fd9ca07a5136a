# shellcheck shell=bash
# What the scripts beside this one share; they read it with `source`.

# CDPATH would send a relative `cd` elsewhere, and print.
unset CDPATH
# shellcheck disable=SC2034 # the scripts use it
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
me=script/$(basename -- "$0")

# Everything that the scripts say goes to stderr: stdout belongs to the program they start.
say() { printf '%s: %s\n' "$me" "$*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v -- "$1" > /dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
may_be_root() { [ "$(id -u)" = 0 ] || { have sudo && sudo true; }; }

# missing_packages PACKAGE…: those that dpkg does not call installed.
missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' -- "$@" 2> /dev/null || true)
  for package; do
    grep -qxF "installed $package" <<< "$installed" || printf '%s\n' "$package"
  done
}

# install_packages PACKAGE…: with apt, without a question.
install_packages() {
  may_be_root || fail "missing: $*; run as root: apt-get install --no-install-recommends $*"
  say "installing $*"
  # dpkg first ends what an interrupted installation left. A fresh machine's own updates may hold
  # the lock for a while. A mirror that cannot be reached need not matter to these packages.
  local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a < /dev/null >&2 || true
  "${apt[@]}" update < /dev/null >&2 || say "the package lists are not up to date; going on"
  "${apt[@]}" -y -o Dpkg::Options::=--force-confold install --no-install-recommends "$@" \
    < /dev/null >&2 ||
    fail "apt-get could not install $* (its reason is above)"
}

# Prints the folder with the CMake files of the LibTorch that CMAKE_PREFIX_PATH names, or nothing.
# It looks where cmake/LibTorch.cmake looks; /usr is Debian's own.
named_libtorch() {
  local entries entry cmake
  IFS=':;' read -r -a entries <<< "${CMAKE_PREFIX_PATH:-}"
  for entry in ${entries[@]+"${entries[@]}"}; do
    case $entry in '' | /usr | /usr/) continue ;; esac
    for cmake in "$entry"/{share/cmake,torch/share/cmake,lib/*/cmake,.}; do
      if [ -f "$cmake/Torch/TorchConfig.cmake" ]; then
        (cd -- "$cmake" && pwd)
        return
      fi
    done
  done
}

# Prints the folder to build in. CMake and Ninja trip over some characters in a path, quotes among
# them; a checkout under such a name is built by way of a link without them.
plain_root() {
  local link=$root
  case $root in
    *\\*) fail "CMake cannot build under a name with a backslash: $root" ;;
    *[!a-zA-Z0-9\ ._/+-]*)
      link=${XDG_CACHE_HOME:-$HOME/.cache}/mnist-builds/$(cksum <<< "$root" | cut -d ' ' -f 1)
      mkdir -p -- "$(dirname -- "$link")"
      ln -sfn -- "$root" "$link"
      ;;
  esac
  printf '%s\n' "$link"
}

# python_environment FOLDER REQUIREMENTS: a Python in build/FOLDER with what that file asks for; prints
# its path. Fails where Python cannot make one, or no package index answers.
python_environment() {
  local venv=$root/build/$1 requirements=$2 wanted
  wanted=$(cat -- "$(dirname -- "$requirements")"/requirements*.txt && echo "$requirements")
  # Debian's python3 makes environments with a package of its own.
  if ! { have python3 && python3 -c 'import ensurepip'; } 2> /dev/null; then
    have apt-get || { say "missing: python3 with its module venv"; return 1; }
    install_packages python3 python3-venv
  fi
  if [ "$(cat -- "$venv/made-with" 2> /dev/null)" != "$wanted" ]; then
    say "installing $(basename -- "$requirements") in $venv"
    python3 -m venv -- "$venv" >&2 &&
      "$venv/bin/python" -m pip install --quiet --retries 1 --requirement "$requirements" >&2 ||
      return 1
    printf '%s\n' "$wanted" > "$venv/made-with"
  fi
  printf '%s\n' "$venv/bin/python"
}

#!/usr/bin/env bash
# The tests under other Pythons:  sudo tests/pythons.sh [VERSION ...] [-- PYTEST ARGUMENTS]
#
# VERSION is 3.12, 3.14 or 3.14t (free-threaded); by default 3.12 3.13 3.14 3.15. A Python that is on the PATH is taken
# from there. For any other, Debian's unstable suite is unpacked into a temporary folder, which needs root, debootstrap
# and 2 GB; the folder is removed at the end. What came of each is written to docs/example/pythons.json. Takes a quarter
# of an hour or more each.
set -euo pipefail
cd "$(dirname "$0")/.."

versions=() arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --) shift; arguments=("$@"); break ;;
    *) versions+=("$1"); shift ;;
  esac
done
[ ${#versions[@]} -gt 0 ] || versions=(3.12 3.13 3.14 3.15)
[ ${#arguments[@]} -gt 0 ] || arguments=(-n 4 --dist loadfile --no-loadscope-reorder -m "not timing and not figures")

folder=$(mktemp -d "${TMPDIR:-/tmp}/lightwork-pythons-XXXXXX")
root=$folder/sid
clean_up() {
  if [ -d "$root" ]; then
    for place in dev sys proc; do umount --recursive --lazy "$root/$place" 2>/dev/null || true; done
  fi
  rm -rf --one-file-system "$folder"
}
trap clean_up EXIT

unpack_debian() {
  [ -d "$root" ] && return
  [ "$(id -u)" = 0 ] || { echo "pythons.sh: this Python is not on the PATH, and debootstrap needs root: use sudo" >&2; exit 2; }
  command -v debootstrap >/dev/null || { echo "pythons.sh: debootstrap is missing: apt-get install debootstrap" >&2; exit 2; }
  debootstrap --variant=minbase --include=ca-certificates sid "$root" >/dev/null
  echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/99mirror"  # a mirror may be late
  cp /etc/resolv.conf "$root/etc/"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"  # whom this machine trusts
  for place in proc sys dev; do
    mount --rbind "/$place" "$root/$place"
    mount --make-rslave "$root/$place"
  done
}

# Runs a command where the Python is: here, or in the unpacked Debian.
within() {
  if [ "$where" = here ]; then "$@"; else chroot "$root" "$@"; fi
}

# The sources as they are committed, under a path that is the same inside and outside.
copy_sources() {
  mkdir -p "$1"
  git archive HEAD | tar -x -C "$1"
}

test_with() {
  local version=$1 python=python$1 where=here home
  if command -v "$python" >/dev/null && "$python" --version >/dev/null 2>&1; then
    home=$folder/$version
    copy_sources "$home"
  else
    where=debian
    unpack_debian
    chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends \
      $python $python-venv $python-dev gcc libc6-dev git procps tzdata chromium >/dev/null 2>&1" ||
      { echo "pythons.sh: no $python on the PATH or in Debian: skipped" >&2; return; }
    home=/opt/lightwork-$version
    copy_sources "$root$home"
  fi
  local constraints=()
  if [ -e "constraints/py${version%t}.txt" ]; then constraints=(--constraint "$home/constraints/py${version%t}.txt"); fi
  within "$python" -m venv "$home/.venv"
  within "$home/.venv/bin/python" -m pip install --quiet "${constraints[@]}" --editable "$home[test]"
  within sh -c 'cd "$1" && shift && exec "$@"' - "$home" \
    env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m pytest "${arguments[@]}" --junitxml=build/junit.xml || true
  local built=$home/build
  [ "$where" = here ] || built=$root$built
  within "$home/.venv/bin/python" -c 'import platform; print(platform.python_version())' >"$built/version.txt"
  .venv/bin/python docs/record_pythons.py "$built" "$version"
}

for version in "${versions[@]}"; do test_with "$version"; done

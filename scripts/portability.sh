#!/usr/bin/env bash
# Builds and tests proxx on the systems and compilers that it is for, each in a root of its own that
# debootstrap makes, and prints a table with times. Needs root; takes hours on a small machine. Not a
# part of CI.
#   scripts/portability.sh [NAME...]      the rows of `plan` below; all without a name
# PORTABILITY_ROOTS: where roots and ccache are kept (/var/tmp/proxx-roots); MIRROR: Debian's mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
roots=${PORTABILITY_ROOTS:-/var/tmp/proxx-roots}
[ "$(id -u)" = 0 ] || { echo "portability.sh: run as root: it makes roots and enters them" >&2; exit 2; }
scripts/install-deps.sh roots

# name         release   how      compiler
plan='
bookworm       bookworm  scripts  g++
bookworm-user  bookworm  user     g++
trixie         trixie    scripts  g++
trixie-user    trixie    user     g++
gcc-12         bookworm  suite    g++-12
clang-14       bookworm  suite    clang++-14
clang-19       trixie    suite    clang++-19
gcc-13         trixie    suite    g++-13
gcc-14         trixie    suite    g++-14
portable       bookworm  portable g++
arm64          bookworm  cross    aarch64-linux-gnu
s390x          bookworm  cross    s390x-linux-gnu
'

work=$(mktemp -d "${TMPDIR:-/var/tmp}/proxx-portability.XXXXXX")
mkdir -p "$roots/portability-ccache"
trap 'rm -rf "$work"' EXIT

# base RELEASE: a minbase root of it, made once.
base() {
  local root=$roots/base-$1
  [ -f "$root/.complete" ] && return
  rm -rf "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase "$1" "$root" ${MIRROR:+"$MIRROR"} >"$root.log" 2>&1 || { tail "$root.log" >&2; return 1; }
  # The host's own way to the archive, if it needs one.
  cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
  rm -f "$root"/etc/apt/apt.conf.d/docker-*
  local mirror
  mirror=$(awk '/^deb / { print $2; exit }' "$root/etc/apt/sources.list") # what debootstrap took
  printf 'deb %s %s main\n' "$mirror" "$1" "$mirror" "$1-updates" "$mirror-security" "$1-security" >"$root/etc/apt/sources.list"
  touch "$root/.complete"
}

# in_root NAME RELEASE COMMAND...: in an overlay over the base, with the sources at /proxx. The mounts
# go with the process.
in_root() {
  local name=$1 release=$2
  shift 2
  mkdir -p "$work/$name"/{changes,scratch,root}
  # shellcheck disable=SC2016
  unshare -m bash -euc '
    base=$1 at=$2 ccache=$3
    shift 3
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$at/changes,workdir=$at/scratch" "$at/root"
    mount -t proc proc "$at/root/proc"
    mount --rbind /dev "$at/root/dev"
    mount --rbind /sys "$at/root/sys"
    mount -t tmpfs -o mode=1777 tmpfs "$at/root/tmp"
    mkdir -p "$at/root/proxx" "$at/root/ccache"
    mount --bind "$ccache" "$at/root/ccache"
    cp /etc/resolv.conf /etc/hosts "$at/root/etc/"
    tar x -C "$at/root/proxx"
    exec chroot "$at/root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive CCACHE_DIR=/ccache "$@"
  ' - "$roots/base-$release" "$work/$name" "$roots/portability-ccache" "$@" < <(git archive HEAD)
}

# inside HOW: what is run in the root. `$1` there is the compiler, or the triplet of another machine.
# shellcheck disable=SC2016
inside() {
  case $1 in
    scripts) echo 'cd /proxx && unset CCACHE_DIR && scripts/try.sh && scripts/test.sh' ;;
    user)
      echo 'apt-get update -q && apt-get install -y -q sudo && useradd -m worker
        echo "worker ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/worker && chown -R worker /proxx
        su worker -c "cd /proxx && scripts/try.sh && scripts/test.sh"' ;;
    suite)
      echo 'cd /proxx && scripts/install-deps.sh build test
        apt-get install -y -q --no-install-recommends "${1/clang++/clang}"
        cmake --preset dev -D CMAKE_CXX_COMPILER="$1" -D CMAKE_UNITY_BUILD=OFF
        cmake --build --preset dev && ctest --preset dev' ;;
    portable)
      echo 'cd /proxx && scripts/install-deps.sh build test
        cmake --preset dev -D PROXX_PORTABLE=ON && cmake --build --preset dev && ctest --preset dev -R "unit|fuzz|convert"' ;;
    cross) # cross-built, run by qemu; from main alone: both machines need the same versions, and updates lag for some
      echo 'sed -i "/-updates\|-security/d" /etc/apt/sources.list && cd /proxx && arch=${1%%-*} && arch=${arch/aarch64/arm64}
        scripts/cross.sh "$1" "$arch"' ;;
  esac
}

selected=("$@")
is_selected() {
  [ ${#selected[@]} -eq 0 ] && return
  local each
  for each in "${selected[@]}"; do [ "$each" = "$1" ] && return; done
  return 1
}

failed=0
mkdir -p build/portability
results=()
while read -r name release how compiler; do
  [ -n "$name" ] || continue
  is_selected "$name" || continue
  base "$release"
  log=build/portability/$name.log
  started=$SECONDS
  outcome=passed
  in_root "$name" "$release" bash -euxc "$(inside "$how")" - "$compiler" >"$log" 2>&1 </dev/null || { outcome=FAILED; failed=1; }
  rm -rf "${work:?}/$name"
  tests=$(grep -aE '^[0-9]+% tests passed|^[0-9]+ programs of tests passed' "$log" | tail -n 1)
  results+=("$(printf '%-14s %-9s %-18s %-7s %5d s  %s' "$name" "$release" "$compiler" "$outcome" "$((SECONDS - started))" "$tests")")
  printf '%s\n' "${results[-1]}" >&2
done <<<"$plan"
printf '%-14s %-9s %-18s %-7s %7s  %s\n' name release compiler result time tests
printf '%s\n' "${results[@]}"
exit "$failed"

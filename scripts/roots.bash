# Roots of Debian to build and test in, for portability.sh and stranger.sh: sourced in the project's folder
# by root. PORTABILITY_ROOTS: where roots and ccache are kept (/var/tmp/proxx-roots); MIRROR: Debian's mirror.
# shellcheck shell=bash
roots=${PORTABILITY_ROOTS:-/var/tmp/proxx-roots}
[ "$(id -u)" = 0 ] || { echo "${0##*/}: run as root: it makes roots and enters them" >&2; exit 2; }
scripts/install-deps.sh roots

work=$(mktemp -d "${TMPDIR:-/var/tmp}/proxx-roots.XXXXXX")
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

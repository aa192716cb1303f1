#!/usr/bin/env bash
# Builds the image of packaging/Containerfile and runs it, where no registry of images can be reached:
# the base image is made with debootstrap, and buildah runs what it builds in a chroot. Needs root.
# BASE: an image to build on instead; MIRROR: Debian's mirror. The image stays in buildah's storage as
# localhost/proxx.
set -euo pipefail
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs} BUILDAH_ISOLATION=chroot
[ "$(id -u)" = 0 ] || { echo "container.sh: run as root: it makes a root and enters it" >&2; exit 2; }
scripts/install-deps.sh container

work=$(mktemp -d "${TMPDIR:-/var/tmp}/proxx-container.XXXXXX")
container=""
server=""
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$container" ] || buildah rm "$container" >/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

base=${BASE:-localhost/proxx-base:bookworm}
if [ -z "${BASE:-}" ] && ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  debootstrap --variant=minbase bookworm "$work/root" ${MIRROR:+"$MIRROR"} >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
  # The host's own way to the archive, if it needs one.
  cp -r /etc/apt/apt.conf.d/. "$work/root/etc/apt/apt.conf.d/"
  scratch=$(buildah from scratch)
  buildah add -q "$scratch" "$work/root" / >/dev/null
  buildah commit -q "$scratch" "$base" >/dev/null
  buildah rm "$scratch" >/dev/null
fi
buildah build -q --build-arg BASE="$base" --build-arg PROXX_COMMIT="$(git rev-parse --short=7 HEAD 2>/dev/null || true)" \
  -f packaging/Containerfile -t localhost/proxx . >/dev/null

# expect WHAT GOT WANT
expect() { [ "$2" = "$3" ] || { printf 'container.sh: %s: got %s, want %s\n' "$1" "$2" "$3" >&2; exit 1; }; }
inspected() { buildah inspect --type image --format "{{$1}}" localhost/proxx; }
expect user "$(inspected .OCIv1.Config.User)" 65532:65532
expect entrypoint "$(inspected .OCIv1.Config.Entrypoint)" "[/usr/bin/proxx]"

# Keys are mounted, readable by the image's user alone.
mkdir "$work/keys"
echo sk-test >"$work/keys/anthropic"
echo client-key >"$work/keys/clients"
chown -R 65532:65532 "$work/keys"
chmod 700 "$work/keys"
chmod 600 "$work"/keys/*
chmod 755 "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
container=$(buildah from localhost/proxx)
inside() { buildah run --env PROXX_PORT="$port" --volume "$work/keys:/run/secrets/proxx:ro" "$container" -- "$@"; }
inside /usr/bin/proxx serve --upstream-url http://127.0.0.1:9 --key-file /run/secrets/proxx/anthropic \
  --auth-file /run/secrets/proxx/clients 2>"$work/serve.log" &
server=$!
for _ in $(seq 200); do
  grep -q "listening on" "$work/serve.log" && break
  sleep 0.05
done
expect "the server, without a key" "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/v1/models")" 401
expect "the server" "$(curl -s -o /dev/null -w '%{http_code}' -H 'x-api-key: client-key' "http://127.0.0.1:$port/v1/models")" 200
inside /usr/bin/proxx serve --check-health
pid=$(python3 - "$port" <<'PY'
import os, sys
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        words = open(f"/proc/{pid}/cmdline", "rb").read().split(b"\0")
        if words[:2] == [b"/usr/bin/proxx", b"serve"] and f"PROXX_PORT={sys.argv[1]}".encode() in open(f"/proc/{pid}/environ", "rb").read():
            print(pid)
            break
    except OSError:
        pass
PY
)
expect "who it runs as" "$(stat -c %u "/proc/$pid")" 65532
kill -TERM "$pid"
wait "$server" || { cat "$work/serve.log" >&2; exit 1; }
server=""
if inside /usr/bin/proxx serve --check-health 2>/dev/null; then
  echo "container.sh: healthy without a server" >&2
  exit 1
fi
inside /usr/bin/proxx --version | head -n 1
echo "the image localhost/proxx was built and run"

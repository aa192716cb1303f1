#!/usr/bin/env bash
# `cmake --install` puts everything where it belongs, and CPack's packages hold the same.
#   tests/package.sh BUILD_DIR
set -euo pipefail
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

want='bin/proxx
lib/systemd/system/proxx.service
share/bash-completion/completions/proxx
share/doc/proxx/README.md
share/doc/proxx/changelog
share/doc/proxx/changelog.Debian
share/doc/proxx/copyright
share/doc/proxx/examples/config.yaml
share/doc/proxx/examples/haproxy.cfg
share/doc/proxx/examples/nginx.conf
share/fish/vendor_completions.d/proxx.fish
share/man/man1/proxx-ask.1
share/man/man1/proxx-batch.1
share/man/man1/proxx-bridge.1
share/man/man1/proxx-mock.1
share/man/man1/proxx-serve.1
share/man/man1/proxx.1
share/man/man5/proxx.yaml.5
share/zsh/vendor-completions/_proxx'
# same WHAT GOT
same() {
  diff <(sort <<<"$want") <(sort <<<"$2") >&2 || { echo "package: $1 differs" >&2; exit 1; }
}

cmake --install "$build" --prefix "$work/usr" >"$work/log"
same "what is installed" "$(cd "$work/usr" && find . -type f | sed 's|^\./||')"
"$work/usr/bin/proxx" -c "$work/usr/share/doc/proxx/examples/config.yaml" --version >"$work/log"

if ! command -v dpkg-deb >/dev/null; then
  echo "package: skipped: there is no dpkg-deb here"
  exit 0
fi
(cd "$work" && cpack --config "$build/CPackConfig.cmake" -B packages >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }
same "the Debian package" "$(dpkg-deb -c "$work"/packages/*.deb | awk '$1 !~ /^d/ { print $6 }' | sed 's|^\./usr/||; s|\.gz$||')"
same "the tarball" "$(tar tf "$work"/packages/*.tar.gz | grep -v '/$' | sed 's|^[^/]*/||; s|^usr/||; s|\.gz$||')"
for library in libcurl4 zlib1g libzstd1; do
  dpkg-deb -f "$work"/packages/*.deb Depends | grep -q "$library" || { echo "package: no dependency on $library" >&2; exit 1; }
done
# The bill of materials: twice the same, and what is linked is in it.
source_dir=$(cd "$(dirname "$0")/.." && pwd)
python3 "$source_dir/scripts/sbom.py" "$build" "$build/src/proxx" >"$work/one.json"
python3 "$source_dir/scripts/sbom.py" "$build" "$build/src/proxx" >"$work/two.json"
cmp "$work/one.json" "$work/two.json"
for part in boost nlohmann-json cli11 tl-expected 'yaml-cpp|libyaml-cpp.*' 'libcurl4.*' 'libssl3.*' libc6; do
  jq -e --arg part "^($part)\$" '[.components[] | select((.name | test($part)) and .version != "")] | length == 1' \
    "$work/one.json" >/dev/null || { echo "package: the bill of materials lacks $part" >&2; exit 1; }
done
if command -v lintian >/dev/null; then
  # An upload to Debian's archive would close a bug; this is none.
  lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$work"/packages/*.deb >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
fi

# A root with nothing in it but dpkg's own books: the dependencies are this machine's.
root=$work/root
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root"/var/lib/dpkg/{status,available}
dpkg --root="$root" --log=/dev/null --force-not-root --force-depends --force-bad-path -i "$work"/packages/*.deb >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }
echo '{"messages":[{"role":"user","content":"hi"}]}' | HOME=$root "$root/usr/bin/proxx" --mock >"$work/log"
grep -q '"content":"Hello from the mock upstream' "$work/log"
(cd "$work/packages" && sha256sum --quiet -c ./*.sha256)
echo "package: installed tree, .deb and .tar.gz agree"

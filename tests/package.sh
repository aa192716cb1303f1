#!/usr/bin/env bash
# `cmake --install` puts everything where it belongs, CPack's packages hold the same, and each way of
# installing can be undone without a trace.
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
share/doc/proxx/docs/clients.md
share/doc/proxx/docs/everyday.md
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

fail() {
  echo "package: $1" >&2
  exit 1
}
uninstall() { cmake -P "$build/uninstall.cmake" >"$work/log"; }

# Away without a trace, folders that were made included; what was there before stays.
mkdir -p "$work/mine/share/man"
touch "$work/mine/other"
cmake --install "$build" --prefix "$work/mine" >"$work/log"
uninstall
[ "$(cd "$work/mine" && find . | sort | tr '\n' ' ')" = '. ./other ./share ./share/man ' ] || fail "uninstalling left $(find "$work/mine")"
cmake --install "$build" --prefix "$work/new/one" >"$work/log"
cmake --install "$build" --prefix "$work/new/one" >"$work/log"
uninstall
[ ! -e "$work/new" ] || fail "uninstalling left $(find "$work/new")"
if uninstall 2>"$work/log"; then fail "nothing was uninstalled twice"; fi

cmake --install "$build" --prefix "$work/usr" >"$work/log"
same "what is installed" "$(cd "$work/usr" && find . -type f | sed 's|^\./||')"
"$work/usr/bin/proxx" -c "$work/usr/share/doc/proxx/examples/config.yaml" --version >"$work/log"

if ! command -v dpkg-deb >/dev/null; then
  echo "package: skipped: there is no dpkg-deb here"
  exit 0
fi
# Wherever it runs, it leaves nothing there, nor touches what uninstalling goes by.
cp "$build/install_manifest.txt" "$work/manifest"
rm -rf "$build/packages"
mkdir "$work/here"
(cd "$work/here" && cpack --config "$build/CPackConfig.cmake" >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }
[ -z "$(ls -A "$work/here")" ] || fail "cpack left $(ls -A "$work/here")"
cmp "$build/install_manifest.txt" "$work/manifest"
mv "$build/packages" "$work/packages"
# Without dpkg-shlibdeps there is no .deb, rather than one that depends on nothing.
if (cd "$work/here" && cpack --config "$build/CPackConfig.cmake" -G DEB -D CMAKE_IGNORE_PATH='/usr/bin;/bin' -B "$work/none" >"$work/log" 2>&1); then
  fail "a .deb was made without dpkg-shlibdeps"
fi
grep -q 'a .deb needs dpkg-shlibdeps: scripts/install-deps.sh package' "$work/log"
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
dpkg --root="$root" --log=/dev/null --force-not-root --force-bad-path -r proxx >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
[ ! -e "$root/usr" ] || fail "removing the Debian package left $(find "$root/usr")"
# The tarball belongs at /, its first folder aside.
mkdir -p "$work/tar/usr/bin"
tar -xzf "$work"/packages/*.tar.gz -C "$work/tar" --strip-components=1
[ -x "$work/tar/usr/bin/proxx" ] || fail "the tarball has no usr/bin/proxx"
(cd "$work/packages" && sha256sum --quiet -c ./*.sha256)
uninstall
[ ! -e "$work/usr" ] || fail "uninstalling left $(find "$work/usr")"
echo "package: installed tree, .deb and .tar.gz agree, and go away again"

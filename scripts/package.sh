#!/bin/sh
# Builds a release and packs it into build/release/packages: a Debian package, a tarball, a bill of
# materials (CycloneDX), and SHA256SUMS of them. SOURCE_DATE_EPOCH is the time that the files in them
# get; without it that of the commit. PROXX_COMMIT names the commit where there is no git to ask.
set -eu
cd "$(dirname "$0")/.."

scripts/install-deps.sh build package
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date -r CHANGELOG.md +%s)
fi
export SOURCE_DATE_EPOCH
umask 022
cmake --preset release -D PROXX_COMMIT="${PROXX_COMMIT:-}" >/dev/null
cmake --build --preset release

packages=$PWD/build/release/packages
rm -rf "$packages"
mkdir -p "$packages"
# CPack stages what it packs below the folder where it runs.
(cd build/release && cpack --config CPackConfig.cmake -B "$packages" >packages.log 2>&1) || { cat build/release/packages.log >&2; exit 1; }
cd "$packages"
rm -rf _CPack_Packages ./*.sha256
deb=$(ls ./*.deb)
python3 ../../../scripts/sbom.py .. ../src/proxx >"${deb%.deb}.cdx.json"
sha256sum ./*.deb ./*.tar.gz ./*.cdx.json | sed 's|\./||' >SHA256SUMS
echo "in build/release/packages:"
cat SHA256SUMS

#!/bin/sh
# Cross-builds proxx with Debian's toolchain and runs the unit tests of json, http and the rest that
# needs no network, and a conversation with the mock, under qemu:
#   cross.sh TRIPLET ARCHITECTURE [TEST-PROGRAM]...      e.g. cross.sh aarch64-linux-gnu arm64
# It adds the architecture to this system's packages.
set -eu
cd "$(dirname "$0")/.."
triplet=$1
arch=$2
shift 2
tests=${*:-test_answer test_base test_json test_json_portable test_anthropic test_policy test_openai test_config test_http test_mock}
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
scripts/install-deps.sh build test
$as_root dpkg --add-architecture "$arch"
$as_root apt-get update -q
# The libraries that are headers alone are there already; these have code.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  "g++-$triplet" qemu-user-static "libcurl4-openssl-dev:$arch" "libssl-dev:$arch" "libyaml-cpp-dev:$arch" "zlib1g-dev:$arch" "libzstd-dev:$arch"

machine=${triplet%%-*}
qemu=$(command -v "qemu-$machine-static" || command -v "qemu-$machine")
build=build/$machine
cat >"$machine.cmake.new" <<TOOLCHAIN
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $machine)
set(CMAKE_C_COMPILER $triplet-gcc)
set(CMAKE_CXX_COMPILER $triplet-g++)
set(CMAKE_LIBRARY_ARCHITECTURE $triplet)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_CROSSCOMPILING_EMULATOR $qemu)
TOOLCHAIN
# pkg-config would name this machine's headers.
export PKG_CONFIG_LIBDIR="/usr/lib/$triplet/pkgconfig:/usr/share/pkgconfig"
mkdir -p "$build"
mv "$machine.cmake.new" "$build/toolchain.cmake"
# Optimised: under qemu the tests are a matter of minutes so, and of an hour otherwise.
cmake --preset dev -B "$build" -D CMAKE_BUILD_TYPE=RelWithDebInfo -D CMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -D CMAKE_TOOLCHAIN_FILE="$PWD/$build/toolchain.cmake"
# shellcheck disable=SC2086  # a list of words
cmake --build "$build" --target proxx $tests

passed=0
for test in $tests; do
  "$qemu" -L / "$(find "$build/tests" -name "$test" -type f)"
  passed=$((passed + 1))
done
echo '{"messages":[{"role":"user","content":"hi"}]}' | "$qemu" -L / "$build/src/proxx" --mock | tee "$build/answer"
grep -q '"content":"Hello from the mock upstream' "$build/answer"
echo "$passed programs of tests passed on $machine"

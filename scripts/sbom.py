#!/usr/bin/env python3
"""Writes the bill of materials of a build as CycloneDX JSON, from what was linked:
    sbom.py BUILD_DIR PROXX > proxx.cdx.json
The libraries that are part of the program (headers and static ones) and their versions are in
BUILD_DIR/libraries.tsv, which CMake writes as it finds them; the shared ones are those that ldd
names, with the packages that own them where dpkg knows. The same build gives the same bytes."""

import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import uuid

build, program = pathlib.Path(sys.argv[1]), sys.argv[2]


def output_of(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def system():
    release = platform.freedesktop_os_release()
    return release["ID"], f'{release["ID"]}-{release.get("VERSION_ID", "")}'


def shared_libraries(binary):
    """The files that the loader finds for it."""
    return sorted({os.path.realpath(path) for path in re.findall(r"=> (/\S+)", output_of("ldd", binary))})


def owner(path):
    """Package and version of a file; ("", "") where dpkg does not know."""
    # Where /lib is a link, dpkg may know the file by its other name.
    for name in (path, path.removeprefix("/usr")):
        package = output_of("dpkg-query", "-S", name).split(":")[0]
        if package:
            return package, output_of("dpkg-query", "-W", "-f=${Version}\n", package).split("\n")[0]
    return "", ""


def component(name, version, how, purl, licenses=()):
    entry = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "properties": [{"name": "proxx:linked", "value": how}],
    }
    if licenses:
        entry["licenses"] = [{"expression": license} for license in licenses]
    return entry


components = []
for line in (build / "libraries.tsv").read_text().splitlines():
    name, version, how, license = line.split("\t")
    components.append(component(name, version, how, f"pkg:generic/{name}@{version}", [license]))
distribution, release = system()
packages = {}
for path in shared_libraries(program):
    package, version = owner(path)
    if package:
        packages.setdefault((package, version), []).append(os.path.basename(path))
    else:
        components.append(component(os.path.basename(path), "", "shared", f"pkg:generic/{os.path.basename(path)}"))
for (package, version), files in sorted(packages.items()):
    entry = component(package, version, "shared", f"pkg:deb/{distribution}/{package}@{version}?distro={release}")
    entry["properties"].append({"name": "proxx:files", "value": " ".join(sorted(files))})
    components.append(entry)

version = output_of(program, "--version").split("\n")[0].removeprefix("proxx ")
if not version:
    sys.exit(f"sbom.py: {program} --version says nothing")
bill = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {
        "component": {
            "type": "application",
            "bom-ref": f"pkg:generic/proxx@{version}",
            "name": "proxx",
            "version": version,
            "licenses": [{"expression": "MIT"}],
            "purl": f"pkg:generic/proxx@{version}",
        },
    },
    "components": components,
    "dependencies": [{"ref": f"pkg:generic/proxx@{version}", "dependsOn": [entry["bom-ref"] for entry in components]}],
}
bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))}"
json.dump(bill, sys.stdout, indent=2)
print()

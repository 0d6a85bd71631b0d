"""sbom.py TARBALL VERSION TIME: the tarball's bill of materials as CycloneDX JSON, on standard output.

TIME is the commit's, in seconds since 1970. It and a serial number that follows from the tarball stand where the
library would put the clock and a random number, which would make each build another one.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType, Pedigree
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

# SPDX identifiers, read in the packages' own licence files; a package that is not here is a KeyError on purpose.
LICENCES = {"jinja2": "BSD-3-Clause", "markupsafe": "BSD-3-Clause", "pyyaml": "MIT"}
PIN = re.compile(r"^([a-z0-9]+)==(\S+) \\\n +--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


def vendored(requirements: str) -> list[Component]:
    """Return a component for each pin of requirements.txt, with the hash of the wheel that it came in."""
    return [
        Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            bom_ref=f"pkg:pypi/{name}@{version}",
            purl=PackageURL("pypi", name=name, version=version),
            licenses=[DisjunctiveLicense(id=LICENCES[name])],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            pedigree=Pedigree(notes="Unpacked without its compiled parts; the hash is the wheel's."),
        )
        for name, version, digest in PIN.findall(requirements)
    ]


def bill(tarball: Path, version: str, time: int, requirements: str) -> Bom:
    """Return the bill of materials of a built tarball."""
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    product = Component(
        type=ComponentType.APPLICATION,
        name="webmail-signin",
        version=version,
        bom_ref=f"pkg:generic/webmail-signin@{version}",
        purl=PackageURL("generic", name="webmail-signin", version=version),
        licenses=[DisjunctiveLicense(id="MIT")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    parts = vendored(requirements)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{product.purl}#{digest}"),
        metadata=BomMetaData(component=product, timestamp=datetime.fromtimestamp(time, timezone.utc)),
        components=parts,
    )
    bom.register_dependency(product, parts)
    part = {component.name: component for component in parts}
    bom.register_dependency(part["jinja2"], [part["markupsafe"]])
    return bom


if __name__ == "__main__":
    tarball, version, time = sys.argv[1:]
    text = Path("requirements.txt").read_text(encoding="utf-8")
    print(JsonV1Dot6(bill(Path(tarball), version, int(time), text)).output_as_string(indent=2))

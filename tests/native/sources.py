"""Sources of real programs, Debian's."""

import os
import re

from native import run

MIRROR = "http://deb.debian.org/debian"


def codename():
    """Of the release this system is."""
    with open("/etc/os-release", encoding="utf-8") as file:
        return re.search(r"^VERSION_CODENAME=(\S+)", file.read(), re.M)[1]


def fetch(packages, place):
    """Debian's sources of the packages, unpacked: a folder each; raises when there is no network."""
    for name in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(place, name))
    with open(os.path.join(place, "list"), "w", encoding="utf-8") as file:
        file.write(f"deb-src {MIRROR} {codename()} main\n")
    options = [word for option in (f"Dir::State::lists={place}/lists", f"Dir::Cache={place}/cache",
                                   f"Dir::Etc::sourcelist={place}/list", "Dir::Etc::sourceparts=-",
                                   "Acquire::Retries=0", "Acquire::http::Timeout=10",
                                   "APT::Sandbox::User=root")
               for word in ("-o", option)]
    run(["apt-get", *options, "update"], timeout=60)
    run(["apt-get", *options, "source", "-qq", *packages], cwd=place, timeout=60)
    unpacked = [entry.path for entry in os.scandir(place) if entry.is_dir()]
    return [next(path for path in unpacked if os.path.basename(path).startswith(package + "-"))
            for package in packages]

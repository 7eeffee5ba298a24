"""Certificates of a server, made by openssl: one that is good for a day, and one that has expired."""

from __future__ import annotations

import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Certificates:
    """`root` is what clients trust; `certificate` and `key` are what the server shows, for the name `address`."""

    def __init__(self, directory: Path, address: str) -> None:
        directory.mkdir()
        self.root = directory / "root.crt"
        self.certificate, self.key = directory / "server.crt", directory / "server.key"
        self._root_key, self._request = directory / "root.key", directory / "server.csr"
        _openssl("req", "-x509", *_KEY, "-keyout", self._root_key, "-out", self.root, "-days", "2", "-subj", "/CN=root")
        name = f"subjectAltName=IP:{address}"
        given: list[str | Path] = ["-keyout", self.key, "-out", self._request, "-subj", "/CN=server", "-addext", name]
        _openssl("req", *_KEY, *given)
        self.issue(days=1)

    def issue(self, *, days: int) -> None:
        """A new certificate for the same key. With -1 it expired yesterday."""
        signed_by: list[str | Path] = ["-CA", self.root, "-CAkey", self._root_key, "-copy_extensions", "copy"]
        _openssl("x509", "-req", "-in", self._request, *signed_by, "-days", str(days), "-out", self.certificate)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)

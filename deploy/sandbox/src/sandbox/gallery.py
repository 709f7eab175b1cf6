"""The bytes of uploaded pictures, for the listing pages. Bounded: the oldest go first; a picture's id lives on."""

import hashlib

GALLERY_BYTES_MAX = 64 * 1024 * 1024

SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
WEBP_END = 12


def picture_type(content: bytes) -> str | None:
    """The picture's media type by its first bytes; None when it is no picture."""
    if content[:4] == b"RIFF" and content[8:WEBP_END] == b"WEBP":
        return "image/webp"
    return next((media_type for signature, media_type in SIGNATURES.items() if content.startswith(signature)), None)


class Gallery:
    def __init__(self) -> None:
        self._pictures: dict[str, bytes] = {}
        self._bytes = 0

    def put(self, content: bytes) -> str:
        """Keeps it under its digest, so that one picture uploaded many times is kept once."""
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        if digest not in self._pictures:
            self._pictures[digest] = content
            self._bytes += len(content)
            self._make_room()
        return digest

    def get(self, digest: str) -> bytes | None:
        return self._pictures.get(digest)

    def _make_room(self) -> None:
        while self._bytes > GALLERY_BYTES_MAX:
            oldest = next(iter(self._pictures))
            self._bytes -= len(self._pictures.pop(oldest))

"""What a server sends, a message at a time, and no more of it than an answer may have.

ldap3 would put the bytes together anew for every four thousand, and makes of each element, be it empty, some
hundred bytes of objects: of the smallest ones a server could send a worker's memory full, in a few megabytes.
"""

from __future__ import annotations

from collections.abc import Callable

AT_ONCE = 65536  # bytes
ELEMENT = 64  # bytes of an answer for each of its elements: names and values of people are about as long
FEWEST = 1000  # elements that any answer may have
SHORT = 8  # bytes of the contents of a number, which are read one after the other
LEAF = 65536  # bytes of what is neither a text nor holds others
OCTET_STRING, NUMBERS = 0x04, {0x01, 0x02, 0x0A}
CONSTRUCTED, UNIVERSAL, CONTEXT = 0x20, 0x00, 0x80


class Messages:
    """Reads from a socket; raises OSError past the limits, which `begin` sets anew for the next answer."""

    def __init__(self, recv: Callable[[int], bytes], most: int) -> None:
        self.recv, self.most = recv, most
        self.begin()

    def begin(self) -> None:
        """The answer to another question follows."""
        self.bytes, self.elements = self.most, max(self.most // ELEMENT, FEWEST)

    def receiving(self) -> list[bytes]:
        """The next message, as ldap3 asks for it; none where the connection has ended before it."""
        head = bytearray(self._received(1))
        if not head:
            return []
        head += self._exactly(1)
        if head[1] & 0x80:
            head += self._exactly(head[1] & 0x7F)
        message = bytes(head + self._exactly(_length(head, 0)[0]))
        self.elements -= elements(message, self.elements)
        return [message]

    def _exactly(self, size: int) -> bytearray:
        if size > self.bytes:
            raise OSError
        found = bytearray()
        while len(found) < size:
            received = self._received(size - len(found))
            if not received:
                raise OSError
            found += received
        return found

    def _received(self, size: int) -> bytes:
        received = self.recv(min(size, AT_ONCE))
        self.bytes -= len(received)
        if self.bytes < 0:
            raise OSError
        return received


def elements(message: bytes, most: int) -> int:
    """How many elements (BER, X.690) there are in it. Raises OSError for more, and for what has no end."""
    place = count = 0
    while place < len(message):
        count += 1
        length, after = _length(message, place)
        if count > most or not _is_sensible(message[place], length):
            raise OSError
        # What others stand in is looked into.
        place = after if message[place] & CONSTRUCTED else after + length
    return count


def _is_sensible(tag: int, length: int) -> bool:
    if tag & CONSTRUCTED or tag == OCTET_STRING:
        return True
    if tag & 0xC0 == UNIVERSAL:
        return tag in NUMBERS and length <= SHORT  # a sequence that says it is none would be looked into
    return tag & 0xC0 == CONTEXT and length <= LEAF or not length


def _length(message: bytes, place: int) -> tuple[int, int]:
    """Of the element at this place the length of its contents, and where these begin."""
    if place + 2 > len(message):
        raise OSError
    size = message[place + 1]
    if not size & 0x80:
        return size, place + 2
    after = place + 2 + (size & 0x7F)
    if size == 0x80 or size > 0x84 or after > len(message):
        raise OSError
    return int.from_bytes(message[place + 2 : after]), after

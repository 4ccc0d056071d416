"""SMTP servers in memory that answer as they are told and remember what they took."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FakeServer"]

_REPLIES = {
    "EHLO": "250-mx.b.test",
    "LHLO": "250-mx.b.test",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go",
    ".": "250 2.0.0 took it",
}


class FakeServer:
    """A working server; ``replies`` says what it answers to a verb, an address or ``"."`` instead of yes.

    ``"-"`` as an answer closes the connection without one, ``"~"`` is silence from then on. It closes after 421 and
    221, too. Answers may hold several replies, with CR LF between them. With ``is_lmtp`` each recipient gets an answer
    of its own to the data: that of ``".ADDRESS"``, else of ``"."``.
    """

    is_lmtp = False

    def __init__(self, *extensions: str, **replies: str) -> None:
        self._extensions = extensions
        self._replies: dict[str, str] = {**_REPLIES, **replies}
        self._greeting = replies.get("greeting", "220 mx.b.test ESMTP")
        self._received = bytearray()
        self._is_in_data = False
        self._chunk_octets: int | None = None
        self._is_last_chunk = False
        self._chunks = bytearray()
        self._is_in_transaction = False
        self._rcpts: list[str] = []
        self.is_closed = self._is_silent = False
        self.commands: list[str] = []
        self.took: list[tuple[tuple[str, ...], bytes]] = []

    def answering(self, replies: Mapping[str, str]) -> FakeServer:
        """Answer differently; for keys that are no Python names."""
        self._replies.update(replies)
        return self

    def greet(self) -> bytes:
        return self._answer(self._greeting)

    def react(self, octets: bytes) -> bytes:
        self._received += octets
        said = bytearray()
        while not self.is_closed and not self._is_silent:
            answer = self._next()
            if answer is None:
                break
            said += self._answer(answer)
        return bytes(said)

    def _next(self) -> str | None:
        if self._chunk_octets is not None:
            return self._chunk(self._chunk_octets)
        return self._message() if self._is_in_data else self._command()

    def _answer(self, answer: str) -> bytes:
        if answer == "-":
            self.is_closed = True
        self._is_silent = answer == "~"
        if answer in {"-", "~"}:
            return b""
        self.is_closed = self.is_closed or answer.rpartition("\r\n")[2].startswith(("421", "221", "554 no service"))
        return answer.encode() + b"\r\n"

    def _message(self) -> str | None:
        received = b"\r\n" + self._received
        end = received.find(b"\r\n.\r\n")
        if end < 0:
            return None
        text = received[2 : end + 2]
        del self._received[: end + 3]
        self._is_in_data = False
        self.commands.append(".")
        return self._end((b"\r\n" + text).replace(b"\r\n.", b"\r\n")[2:])

    def _chunk(self, size: int) -> str | None:
        if len(self._received) < size:
            return None
        self._chunks += self._received[:size]
        del self._received[:size]
        self._chunk_octets = None
        refusal = self._replies.get("BDAT", "2")
        if refusal[0] != "2":
            return refusal
        if not self._rcpts:
            return "503 5.5.1 no valid recipients"
        if not self._is_last_chunk:
            return "250 2.0.0 go on"
        text, self._chunks = bytes(self._chunks), bytearray()
        return self._end(text)

    def _end(self, text: bytes) -> str:
        """Take the message for those whose answer is yes, or none that tells."""
        answers = {rcpt: self._replies.get(f".{rcpt}", self._replies["."]) for rcpt in self._rcpts}
        took = tuple(rcpt for rcpt, answer in answers.items() if answer[0] in "23-~")
        if took:
            self.took.append((took, text))
        self._is_in_transaction = False
        self._rcpts = []
        return "\r\n".join(answers.values()) if self.is_lmtp and answers else self._replies["."]

    def _command(self) -> str | None:
        end = self._received.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._received[:end]).decode()
        del self._received[: end + 2]
        self.commands.append(line)
        verb = line.partition(" ")[0]
        address = line[line.find("<") + 1 : line.find(">")]
        answer = self._replies.get(address) or self._replies.get(verb)
        if verb == "BDAT":
            refusal = self._replies.get("BDAT", "2")
            if refusal[:3] in {"500", "502", "504"}:
                return refusal  # and the chunk is read as commands
            self._chunk_octets = int(line.split()[1])
            self._is_last_chunk = line.endswith("LAST")
            return self._next()
        if verb in {"EHLO", "LHLO"} and answer == _REPLIES["EHLO"]:
            answer = "\r\n".join([*(f"250-{text}" for text in ("mx.b.test", *self._extensions)), "250 HELP"])
        if answer is None and verb.endswith(":"):
            answer = "500 5.5.1 what?"  # a header field
        if answer is None:
            answer = "221 2.0.0 bye" if verb == "QUIT" else "250 2.0.0 ok"
        if verb == "MAIL" and self._is_in_transaction:
            return "503 5.5.1 nested MAIL"
        if verb in {"MAIL", "RSET"}:
            self._rcpts = []
            self._chunks.clear()
            self._is_in_transaction = verb == "MAIL" and answer.startswith("2")
        if verb == "RCPT" and answer.startswith("2") and self._is_in_transaction:
            self._rcpts.append(address)
        self._is_in_data = verb == "DATA" and answer.startswith("354")
        return answer

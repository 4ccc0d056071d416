"""Where what is read differs from what the corpus expects, and why ours stays."""

from collections.abc import Mapping

__all__ = ["DISAGREEMENTS"]

_WORDS = 'the status that stands in the message counts; theirs is judged from the words "user unknown"'
_GUARDED = "the words say that there is no such user; theirs takes them for a filter, knowing the host"

DISAGREEMENTS: Mapping[tuple[str, str], str] = {
    ("lhost-dragonfly-09.eml", "hard or soft"): _WORDS,
    (
        "lhost-dragonfly-16.eml",
        "hard or soft",
    ): "5.3.2 is about the system, which may take mail again; theirs counts it as hard",
    ("lhost-gmx-03.eml", "hard or soft"): _WORDS,
    ("lhost-mailfoundry-01.eml", "hard or soft"): _GUARDED,
    (
        "lhost-mailfoundry-02.eml",
        "hard or soft",
    ): 'the server states 5.1.1 beside "over quota"; theirs goes by the words',
    ("lhost-postfix-07.eml", "hard or soft"): _GUARDED,
    ("lhost-qmail-01.eml", "hard or soft"): _WORDS,
    ("lhost-qmail-02.eml", "hard or soft"): _WORDS,
    ("lhost-trendmicro-03.eml", "hard or soft"): "the notice gives no cause; theirs assumes that the user is unknown",
    ("lhost-yahoo-05.eml", "hard or soft"): _WORDS,
    ("lhost-yahoo-06.eml", "hard or soft"): _GUARDED,
    (
        "rfc3464-04.eml",
        "reply code",
    ): "the fields of the status stand in the text and carry no diagnostic; theirs takes the transcript's",
    (
        "rfc3464-06.eml",
        "hard or soft",
    ): "the Status field says 5.5.0; theirs is judged from the words of the transcript",
}

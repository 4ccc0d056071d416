"""RTF: compressed and not, the HTML and the text in it, and both written as RTF."""

from msgcore.codecs.rtf.checking import check_rtf as check_rtf
from msgcore.codecs.rtf.compression import compress as compress
from msgcore.codecs.rtf.compression import store as store
from msgcore.codecs.rtf.decompression import check_compressed as check_compressed
from msgcore.codecs.rtf.decompression import decompress as decompress
from msgcore.codecs.rtf.encapsulation import encapsulate_html as encapsulate_html
from msgcore.codecs.rtf.encapsulation import encapsulate_text as encapsulate_text
from msgcore.codecs.rtf.kinds import RtfKind as RtfKind
from msgcore.codecs.rtf.kinds import kind_of as kind_of
from msgcore.codecs.rtf.reading import html_of as html_of
from msgcore.codecs.rtf.reading import text_of as text_of

__all__ = [
    "RtfKind",
    "check_compressed",
    "check_rtf",
    "compress",
    "decompress",
    "encapsulate_html",
    "encapsulate_text",
    "html_of",
    "kind_of",
    "store",
    "text_of",
]

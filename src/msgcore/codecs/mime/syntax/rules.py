"""The rules that findings name, each with the section that has it."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["RULES"]

RULES: Mapping[str, str] = {
    # Lines
    "line-end-lf": "RFC 5322 section 2.1",
    "line-end-cr": "RFC 5322 section 2.1",
    "line-long": "RFC 5322 section 2.1.1",
    "nul": "RFC 5322 section 4.1",
    "mbox-separator": "RFC 4155 appendix A",
    # The header
    "header-blank-line": "RFC 5322 section 2.1",
    "header-junk": "RFC 5322 section 2.2",
    "header-eight-bit": "RFC 6532 section 3.2",
    "header-repeated": "RFC 5322 section 3.6",
    "address-missing": "RFC 5322 section 3.4",
    "date-form": "RFC 5322 section 3.3",
    "date-malformed": "RFC 5322 section 3.3",
    # Fields of MIME
    "content-type-malformed": "RFC 2045 section 5.1",
    "parameter-repeated": "RFC 2045 section 5.1",
    "parameter-continuation": "RFC 2231 section 3",
    "filename-differs": "RFC 2183 section 2.3",
    "transfer-encoding-unknown": "RFC 2045 section 6",
    "transfer-encoding-of-multipart": "RFC 2045 section 6.4",
    # Parts
    "boundary-missing": "RFC 2046 section 5.1.1",
    "boundary-not-found": "RFC 2046 section 5.1.1",
    "boundary-unterminated": "RFC 2046 section 5.1.1",
    # Content
    "base64-truncated": "RFC 2045 section 6.8",
    "base64-after-padding": "RFC 2045 section 6.8",
    "base64-alphabet": "RFC 2045 section 6.8",
    "quoted-printable-escape": "RFC 2045 section 6.7",
    "uuencode-malformed": "POSIX uuencode",
    "charset-unknown": "RFC 2046 section 4.1.2",
    "charset-malformed": "RFC 2046 section 4.1.2",
    "text-eight-bit": "RFC 2045 section 2.8",
    # TNEF in a part
    "tnef-malformed": "MS-OXTNEF section 2.1",
    "tnef-not-correlated": "MS-OXCMAIL section 2.1.3.2.26",
    # Past a limit the rest stays as octets
    "limit-header-octets": "",
    "limit-header-fields": "",
    "limit-parameters": "",
    "limit-addresses": "",
    "limit-encoded-words": "",
    "limit-nesting": "",
    "limit-parts": "",
}

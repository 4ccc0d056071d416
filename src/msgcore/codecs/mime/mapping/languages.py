"""Languages of messages: the tag of Content-Language and the number of a locale ([MS-LCID] section 2.2)."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.words import header_text, without_comments

__all__ = ["read_language", "write_language"]

# fmt: off
_LOCALES = {
    "ar": 0x0001, "bg": 0x0002, "ca": 0x0003, "zh-Hans": 0x0004, "cs": 0x0005, "da": 0x0006, "de": 0x0007,
    "el": 0x0008, "en": 0x0009, "es": 0x000A, "fi": 0x000B, "fr": 0x000C, "he": 0x000D, "hu": 0x000E, "is": 0x000F,
    "it": 0x0010, "ja": 0x0011, "ko": 0x0012, "nl": 0x0013, "no": 0x0014, "pl": 0x0015, "pt": 0x0016, "rm": 0x0017,
    "ro": 0x0018, "ru": 0x0019, "hr": 0x001A, "sk": 0x001B, "sq": 0x001C, "sv": 0x001D, "th": 0x001E, "tr": 0x001F,
    "ur": 0x0020, "id": 0x0021, "uk": 0x0022, "be": 0x0023, "sl": 0x0024, "et": 0x0025, "lv": 0x0026, "lt": 0x0027,
    "fa": 0x0029, "vi": 0x002A, "hy": 0x002B, "az": 0x002C, "eu": 0x002D, "mk": 0x002F, "af": 0x0036, "ka": 0x0037,
    "fo": 0x0038, "hi": 0x0039, "mt": 0x003A, "ga": 0x003C, "ms": 0x003E, "kk": 0x003F, "sw": 0x0041, "bn": 0x0045,
    "pa": 0x0046, "gu": 0x0047, "ta": 0x0049, "te": 0x004A, "kn": 0x004B, "ml": 0x004C, "mr": 0x004E, "cy": 0x0052,
    "gl": 0x0056, "fil": 0x0064, "lb": 0x006E, "bs": 0x781A, "nn": 0x7814, "zh": 0x7804, "zh-Hant": 0x7C04,
    "nb": 0x7C14, "sr": 0x7C1A,
    "ar-SA": 0x0401, "bg-BG": 0x0402, "ca-ES": 0x0403, "zh-TW": 0x0404, "cs-CZ": 0x0405, "da-DK": 0x0406,
    "de-DE": 0x0407, "el-GR": 0x0408, "en-US": 0x0409, "fi-FI": 0x040B, "fr-FR": 0x040C, "he-IL": 0x040D,
    "hu-HU": 0x040E, "is-IS": 0x040F, "it-IT": 0x0410, "ja-JP": 0x0411, "ko-KR": 0x0412, "nl-NL": 0x0413,
    "nb-NO": 0x0414, "pl-PL": 0x0415, "pt-BR": 0x0416, "rm-CH": 0x0417, "ro-RO": 0x0418, "ru-RU": 0x0419,
    "hr-HR": 0x041A, "sk-SK": 0x041B, "sq-AL": 0x041C, "sv-SE": 0x041D, "th-TH": 0x041E, "tr-TR": 0x041F,
    "ur-PK": 0x0420, "id-ID": 0x0421, "uk-UA": 0x0422, "be-BY": 0x0423, "sl-SI": 0x0424, "et-EE": 0x0425,
    "lv-LV": 0x0426, "lt-LT": 0x0427, "fa-IR": 0x0429, "vi-VN": 0x042A, "hy-AM": 0x042B, "eu-ES": 0x042D,
    "mk-MK": 0x042F, "af-ZA": 0x0436, "ka-GE": 0x0437, "fo-FO": 0x0438, "hi-IN": 0x0439, "mt-MT": 0x043A,
    "ms-MY": 0x043E, "kk-KZ": 0x043F, "sw-KE": 0x0441, "bn-IN": 0x0445, "pa-IN": 0x0446, "gu-IN": 0x0447,
    "ta-IN": 0x0449, "te-IN": 0x044A, "kn-IN": 0x044B, "ml-IN": 0x044C, "mr-IN": 0x044E, "cy-GB": 0x0452,
    "gl-ES": 0x0456, "fil-PH": 0x0464, "lb-LU": 0x046E, "zh-CN": 0x0804, "de-CH": 0x0807, "en-GB": 0x0809,
    "es-MX": 0x080A, "fr-BE": 0x080C, "it-CH": 0x0810, "nl-BE": 0x0813, "nn-NO": 0x0814, "pt-PT": 0x0816,
    "ro-MD": 0x0818, "sv-FI": 0x081D, "ga-IE": 0x083C, "bn-BD": 0x0845, "ar-EG": 0x0C01, "zh-HK": 0x0C04,
    "de-AT": 0x0C07, "en-AU": 0x0C09, "es-ES": 0x0C0A, "fr-CA": 0x0C0C, "zh-SG": 0x1004, "de-LU": 0x1007,
    "en-CA": 0x1009, "fr-CH": 0x100C, "de-LI": 0x1407, "en-NZ": 0x1409, "fr-LU": 0x140C, "en-IE": 0x1809,
    "ar-MA": 0x1801, "en-ZA": 0x1C09, "es-CO": 0x240A, "es-PE": 0x280A, "es-AR": 0x2C0A, "es-CL": 0x340A,
    "ar-AE": 0x3801, "en-IN": 0x4009, "en-SG": 0x4809, "es-US": 0x540A, "az-Latn-AZ": 0x042C, "bs-Latn-BA": 0x141A,
    "sr-Latn-RS": 0x241A, "sr-Cyrl-RS": 0x281A,
}
# fmt: on
_LONGEST_TAG = 35  # RFC 5646 section 4.4.1
_NUMBERS = {tag.lower(): number for tag, number in _LOCALES.items()}
_TAGS = {number: tag for tag, number in _LOCALES.items()}


def read_language(raw: bytes, note: Note) -> int | None:
    """Give the number of the first language that the field names (RFC 3282); of an unknown region, its language's."""
    tag = without_comments(header_text(raw, note)).partition(",")[0].strip().lower()[:_LONGEST_TAG]
    while tag and tag not in _NUMBERS:
        tag = tag.rpartition("-")[0]
    return _NUMBERS.get(tag)


def write_language(name: str, locale: int) -> bytes:
    """Write the field; nothing for a number that no tag here stands for."""
    tag = _TAGS.get(locale)
    return b"" if tag is None else text_field(name, tag)

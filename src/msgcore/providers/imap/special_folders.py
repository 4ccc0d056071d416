"""Which mailboxes have a role: what the server says (SPECIAL-USE, RFC 6154), else the names that clients give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import attrs

from msgcore.base.text import fold
from msgcore.providers.imap.ids import Identity
from msgcore.spi.store import SpecialFolder

__all__ = ["Candidate", "attribute_of", "role_of_attributes", "role_of_name", "roles_of"]

# Those of RFC 6154 section 2, and those that Gmail said before there was one.
_ATTRIBUTES = {
    "\\sent": SpecialFolder.SENT_ITEMS,
    "\\trash": SpecialFolder.DELETED_ITEMS,
    "\\drafts": SpecialFolder.DRAFTS,
    "\\junk": SpecialFolder.JUNK_EMAIL,
    "\\spam": SpecialFolder.JUNK_EMAIL,
}

# What mail programs and services call them in their languages; compared without case, blanks and marks.
_NAMES = {
    SpecialFolder.SENT_ITEMS: """
        | Sent | Sent Items | Sent Mail | Sent Messages | Sent Objects | Gesendet | Gesendete Elemente
        | Gesendete Objekte | Gesendete Nachrichten | Envoyés | Éléments envoyés | Messages envoyés
        | Objets envoyés | Courrier envoyé | Enviados | Elementos enviados | Mensajes enviados | Enviado
        | Correo enviado | Itens enviados | Mensagens enviadas | E-mails enviados | Enviadas
        | Correio enviado | Inviati | Posta inviata | Elementi inviati | Messaggi inviati | Inviata
        | Verzonden | Verzonden items | Verzonden berichten | Verstuurd | Skickat | Skickade
        | Skickade objekt | Skickade meddelanden | Sendt | Sendte | Sendt post | Sendte elementer
        | Sendte meldinger | Sendte beskeder | Lähetetyt | Lähetetyt viestit | Lähetetyt kohteet | Wysłane
        | Elementy wysłane | Wysłane elementy | Wysłane wiadomości | Odeslaná pošta | Odeslané
        | Odeslané zprávy | Odoslaná pošta | Odoslané | Odoslané položky | Elküldött | Elküldött elemek
        | Elküldött üzenetek | Trimise | Elemente trimise | Mesaje trimise | Отправленные
        | Отправленная почта | Надіслані | Відправлені | Изпратени | Послато | Poslato | Poslano
        | Poslane poruke | Poslana pošta | Išsiųsta | Išsiųsti | Nosūtītie | Saadetud | Απεσταλμένα
        | Σταλθέντα | Gönderilmiş | Gönderilenler | Gönderilmiş Öğeler | Gönderilmiş Postalar
        | פריטים שנשלחו | נשלחו | דואר יוצא | البريد المرسل | المرسلة | العناصر المرسلة | الرسائل المرسلة
        | 已发送 | 已发送邮件 | 已傳送郵件 | 已发邮件 | 寄件備份 | 寄件备份 | 已寄送的郵件 | 送信済み
        | 送信済みメール | 送信済みアイテム | 送信済みトレイ | 送信控え | 보낸 편지함 | 보낸편지함
        | 보낸메일함 | Đã gửi | Thư đã gửi | รายการที่ส่ง | จดหมายที่ส่ง | ส่งแล้ว | Terkirim
        | Item Terkirim | भेजा गया | Enviats | Elements enviats | Bidaliak | Bidalita | ارسال شده
        | نامه‌های ارسال شده
    """,
    SpecialFolder.DELETED_ITEMS: """
        | Trash | Deleted | Deleted Items | Deleted Messages | Bin | Rubbish | Recycle Bin | Papierkorb
        | Gelöscht | Gelöschte Elemente | Gelöschte Objekte | Gelöschte Nachrichten | Corbeille
        | Éléments supprimés | Messages supprimés | Supprimés | Papelera | Papelera de reciclaje
        | Elementos eliminados | Mensajes eliminados | Eliminados | Lixeira | Lixo | Itens excluídos
        | Itens eliminados | Mensagens excluídas | Reciclagem | Excluídos | Cestino | Posta eliminata
        | Elementi eliminati | Messaggi eliminati | Prullenbak | Prullenmand | Verwijderd
        | Verwijderde items | Verwijderde berichten | Papperskorg | Papperskorgen | Borttaget
        | Borttagna objekt | Raderade objekt | Papirkurv | Papirkurven | Søppelkurv | Slettet
        | Slettede elementer | Slettet post | Slettede meldinger | Roskakori | Poistetut | Poistetut viestit
        | Poistetut kohteet | Kosz | Usunięte | Elementy usunięte | Usunięte elementy | Koš
        | Odstraněná pošta | Kôš | Vymazané | Odstránené položky | Kuka | Lomtár | Törölt | Törölt elemek
        | Gunoi | Coș de gunoi | Elemente șterse | Корзина | Удаленные | Удалённые | Удаленная почта | Кошик
        | Видалені | Видалено | Кошче | Отпад | Smeće | Otpad | Smetnjak | Izbrisano | Koš za smeti
        | Šiukšlinė | Šiukšlės | Atkritne | Prügikast | Κάδος απορριμμάτων | Κάδος | Διαγραμμένα | Çöp
        | Çöp Kutusu | Silinmiş Öğeler | Silinmiş Postalar | אשפה | פריטים שנמחקו | المهملات | سلة المهملات
        | العناصر المحذوفة | المحذوفة | 垃圾箱 | 废件箱 | 已删除 | 已删除邮件 | 已刪除的郵件 | 已删除的邮件
        | 垃圾桶 | 刪除的郵件 | 回收站 | ゴミ箱 | ごみ箱 | 削除済み | 削除済みアイテム | 휴지통
        | 지운 편지함 | 지운편지함 | 삭제된 항목 | Thùng rác | Đã xóa | ถังขยะ | รายการที่ถูกลบ | Sampah
        | Tempat Sampah | कचरा | रद्दी | Paperera | Elements suprimits | Zakarrontzia | زباله‌دان | حذف شده
    """,
    SpecialFolder.DRAFTS: """
        | Drafts | Draft | Draft Messages | Entwürfe | Entwurf | Brouillons | Brouillon | Borradores
        | Borrador | Rascunhos | Rascunho | Bozze | Bozza | Concepten | Concept | Utkast | Kladder | Kladde
        | Udkast | Luonnokset | Luonnos | Wersje robocze | Kopie robocze | Szkice | Koncepty | Rozepsané
        | Rozepsaná pošta | Rozpísané | Piszkozatok | Piszkozat | Vázlatok | Schițe | Ciorne | Черновики
        | Чернетки | Чернови | Нацрти | Nacrti | Skice | Osnutki | Juodraščiai | Melnraksti | Mustandid
        | Πρόχειρα | Προσχέδια | Taslaklar | Taslak | טיוטות | المسودات | مسودات | 草稿 | 草稿箱 | 草稿夹
        | 草稿匣 | 下書き | 下書きトレイ | 임시 보관함 | 임시보관함 | Thư nháp | Bản nháp | Nháp | แบบร่าง
        | ร่างจดหมาย | ฉบับร่าง | Draf | Konsep | ड्राफ़्ट | Esborranys | Zirriborroak | پیش‌نویس‌ها
        | پیش نویس
    """,
    SpecialFolder.JUNK_EMAIL: """
        | Junk | Junk E-mail | Junk Mail | Spam | Bulk | Bulk Mail | Spamverdacht | Unerwünscht
        | Unerwünschte Werbung | Spam-Verdacht | Junk-E-Mail-Ordner | Courrier indésirable | Indésirables
        | Pourriel | Indésirable | Correo no deseado | Correo basura | No deseado | Lixo eletrônico
        | Lixo eletrónico | Lixo electrónico | Spam e lixo eletrônico | Posta indesiderata | Indesiderata
        | Ongewenst | Ongewenste e-mail | Ongewenste post | Ongewenste reclame | Skräppost | Skräp
        | Søppelpost | Uønsket post | Uønsket e-post | Uønsket e-mail | Uønsket mail | Roskaposti
        | Niechciane | Wiadomości-śmieci | Wiadomości śmieci | Nevyžádaná pošta | Nevyžádané
        | Nevyžiadaná pošta | Levélszemét | Kéretlen levelek | Mesaje nesolicitate | Nesolicitate | Спам
        | Нежелательная почта | Небажана пошта | Нежелана поща | Нежељена пошта | Neželjena pošta
        | Vsiljena pošta | Brukalas | Šlamštas | Surogātpasts | Mēstules | Rämpspost
        | Ανεπιθύμητη αλληλογραφία | Ανεπιθύμητα | Önemsiz | Önemsiz E-posta | İstenmeyen | İstenmeyen Posta
        | Gereksiz | דואר זבל | ספאם | البريد غير الهام | البريد العشوائي | بريد مزعج
        | الرسائل غير المرغوب فيها | 垃圾邮件 | 垃圾郵件 | 垃圾信件 | 广告邮件 | 廣告郵件 | 迷惑メール
        | スパム | スパムメール | 스팸 | 스팸메일함 | 스팸 메일함 | 정크 메일 | Thư rác | Spam Mail
        | อีเมลขยะ | จดหมายขยะ | สแปม | स्पैम | Correu brossa | Correu no desitjat | Zabor-posta | هرزنامه
    """,
}


@attrs.frozen
class Candidate:
    """A mailbox that may have a role. ``is_on_top``: it is where people have the usual ones."""

    identity: Identity
    name: str
    attributes: tuple[str, ...]
    depth: int
    is_inbox: bool = False
    is_on_top: bool = True


def role_of_attributes(attributes: Iterable[str]) -> SpecialFolder | None:
    """Say which role a server gives a mailbox: the first one that msgcore knows."""
    return next((_ATTRIBUTES[one.lower()] for one in attributes if one.lower() in _ATTRIBUTES), None)


def attribute_of(role: SpecialFolder) -> str:
    """Give the attribute by which a server says a role that it can say."""
    return next("\\" + name[1:].capitalize() for name, said in _ATTRIBUTES.items() if said is role)


def role_of_name(name: str) -> SpecialFolder | None:
    """Say which role a mailbox most likely has that is called so."""
    return _BY_NAME.get(_bare(name))


def roles_of(candidates: Iterable[Candidate]) -> dict[Identity, SpecialFolder]:
    """Give each role to one mailbox: the outermost, then the oldest of those that the server says it of, else is named.

    The same mailboxes have the same roles whatever their order.
    """
    said: defaultdict[SpecialFolder, list[Candidate]] = defaultdict(list)
    named: defaultdict[SpecialFolder, list[Candidate]] = defaultdict(list)
    found: dict[Identity, SpecialFolder] = {}
    for one in candidates:
        if one.is_inbox:
            found[one.identity] = SpecialFolder.INBOX
        elif (role := role_of_attributes(one.attributes)) is not None:
            said[role].append(one)
        elif one.is_on_top and (role := role_of_name(one.name)) is not None:
            named[role].append(one)
    for role, those in (named | said).items():
        first = min(those, key=lambda one: (one.depth, one.identity.age))
        found[first.identity] = role
    return found


def _bare(name: str) -> str:
    return "".join(character for character in fold(name, ignore_non_space=True) if character.isalnum())


_BY_NAME = {_bare(name): role for role, names in _NAMES.items() for name in names.split("|")[1:]}

"""Workgroup post offices: mailboxes in a folder that machines share, without any server.

Theory of operation. A post office is a folder::

    post-office/facts.json      what makes it one: its network and its name
    tmp/                        what is being made, or going
    mailboxes/ann/
        mailbox.json            whose it is, and the uid of the store
        root/                   the folder ROOT; in it folders (f.NAME), with a file (i.NUMBER) that says which
            f.…/f.inbox/m.…     messages, a file each
        contents/               what messages say that have been changed since
        submissions/            records of what was submitted
        keys/ab/ab…/            what was delivered, by delivery key
        plans/                  several renames that belong together
        tmp/

The rules that everything here keeps:

1. *What is listed is the truth.* There is no index, no file of counts, no lock file. What is kept in memory of a file
   is kept by its name.
2. *What can change of a message stands in the name of its file* (:class:`.names.Entry`): folder, flags, status, which
   file has its content, which record its submission. A name has a random tag, and is never used twice.
3. *Every change is one rename*, from a name that somebody has seen to a new one. So it is a compare-and-swap: of two
   who change a message at once one finds the name gone, and looks again. Nothing is written in place.
4. *A file is whole before it has a name that anybody looks at*: written in ``tmp``, brought to the disk, renamed. Its
   folder is brought to the disk before a call returns. So nobody sees half a message, and a process may be killed
   anywhere.
5. *Content never changes.* A new message has it in its own file. One that is changed gets another beside, in
   ``contents``, and a name that says so.
6. *What must be done once* (a delivery, a submission) is a folder under ``keys`` with the message inside, published by
   a rename that fails where there is one already; then the message moves out of it into the folder where it belongs.
   The key stays. Whoever tries again finds it, and moves the message out if nobody has
   (:meth:`.mailbox.Mailbox.write_new`).
7. *Several renames are one* by a plan that is written down first (:mod:`.plans`).
8. *A submission's state is an immutable record* that the message's name names, so a lock, an outcome and the move to
   Sent Items are each the one rename of rule 3 (:mod:`.outbox`).

It works on whatever gives atomic renames: a local disk, NFS, SMB. No byte-range lock is taken, no hard link made, and
neither inode numbers nor equal clocks are relied on. What it costs: finding a message nobody has seen yet means listing
folders, and the first look at a table reads its files.
"""

from msgcore.providers.postoffice.config import PostOfficeConfig, PostOfficeGatewayConfig
from msgcore.providers.postoffice.gateway import PostOfficeGateway
from msgcore.providers.postoffice.service import PostOfficeService

__all__ = ["PostOfficeConfig", "PostOfficeGateway", "PostOfficeGatewayConfig", "PostOfficeService"]

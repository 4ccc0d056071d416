"""Floor 6: archives of messages in files, read one message at a time."""

from msgcore.transfer.archive import Archive as Archive
from msgcore.transfer.archive import ImportedMessage as ImportedMessage
from msgcore.transfer.detect import open_archive as open_archive
from msgcore.transfer.eml import EmlFile as EmlFile
from msgcore.transfer.eml import EmlFolder as EmlFolder
from msgcore.transfer.maildir import Maildir as Maildir
from msgcore.transfer.mbox import Mbox as Mbox

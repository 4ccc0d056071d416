"""Floor 6: archives of messages in files, read and written one message at a time, in and out of stores."""

from msgcore.transfer.archive import Archive as Archive
from msgcore.transfer.archive import ArchivedMessage as ArchivedMessage
from msgcore.transfer.archive import ArchiveWriter as ArchiveWriter
from msgcore.transfer.archive import Skipped as Skipped
from msgcore.transfer.detect import open_archive as open_archive
from msgcore.transfer.eml import EmlFile as EmlFile
from msgcore.transfer.eml import EmlFolder as EmlFolder
from msgcore.transfer.eml import EmlWriter as EmlWriter
from msgcore.transfer.exporting import ExportOptions as ExportOptions
from msgcore.transfer.exporting import ExportResult as ExportResult
from msgcore.transfer.exporting import export_folder as export_folder
from msgcore.transfer.framing import MboxVariant as MboxVariant
from msgcore.transfer.importing import ImportOptions as ImportOptions
from msgcore.transfer.importing import ImportResult as ImportResult
from msgcore.transfer.importing import Incomplete as Incomplete
from msgcore.transfer.importing import Progress as Progress
from msgcore.transfer.importing import import_archive as import_archive
from msgcore.transfer.maildir import Maildir as Maildir
from msgcore.transfer.maildir import MaildirWriter as MaildirWriter
from msgcore.transfer.mbox import Mbox as Mbox
from msgcore.transfer.mbox_writer import MboxWriter as MboxWriter

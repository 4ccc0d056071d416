"""POP3 retrieval: the service ``pop3``, by URL and of a profile."""

from msgcore.providers.pop3.config import Pop3Config as Pop3Config
from msgcore.providers.pop3.config import Pop3Settings as Pop3Settings
from msgcore.providers.pop3.maildrop import Pop3Maildrop as Pop3Maildrop
from msgcore.providers.pop3.retriever import Pop3Retriever as Pop3Retriever
from msgcore.providers.pop3.service import Pop3Service as Pop3Service

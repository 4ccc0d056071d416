"""Recorded conversations: record one from a real server, keep it as a text, replay it without."""

from msgcore.testing.transcripts.record import record as record
from msgcore.testing.transcripts.replay import EACH_CUT as EACH_CUT
from msgcore.testing.transcripts.replay import Replay as Replay
from msgcore.testing.transcripts.replay import replay as replay
from msgcore.testing.transcripts.transcript import Transcript as Transcript

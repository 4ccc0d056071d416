"""Recorded conversations: record one from a real server, keep it as a text, replay it without.

``cuts.EACH_CUT``, for pytest, has a test run with each way in which what the server says may be cut.
"""

from msgcore.testing.transcripts.record import record as record
from msgcore.testing.transcripts.replay import Replay as Replay
from msgcore.testing.transcripts.replay import replay as replay
from msgcore.testing.transcripts.transcript import Transcript as Transcript

"""Trust: what leaves is signed, and what comes in is looked at: DKIM, SPF, DMARC and ARC."""

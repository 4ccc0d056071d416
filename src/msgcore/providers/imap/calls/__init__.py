"""The methods of the IMAP store by what they are about; each part derives from :class:`.base.Calls`."""

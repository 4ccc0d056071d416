"""The methods of the internal store by what they are about; each part derives from :class:`.base.StoreCalls`."""

"""What a folder can do, by what it is about; each part derives from :class:`.base.FolderPart`."""

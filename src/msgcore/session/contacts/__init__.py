"""The personal address book: people and lists as messages of a store's Contacts folder ([MS-OXOCNTC])."""

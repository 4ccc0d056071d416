"""Which fields and parts are which properties ([MS-OXCMAIL]), read and written."""

"""RFC 7644 without I/O: messages, patching, projection, paging, preconditions."""

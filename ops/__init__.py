"""Tools for those who operate Rollcall. They are never deployed, and nothing of the product imports them."""

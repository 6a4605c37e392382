"""The commands, grouped as a user meets them."""

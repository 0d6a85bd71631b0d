"""What runs at a click, as the account: it imports nothing of the other rooms."""

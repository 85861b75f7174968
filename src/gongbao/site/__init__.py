"""What a visitor meets: settings, addresses, pages, the look."""

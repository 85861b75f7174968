"""Who takes part in the market: project owners and agencies, and the accounts that act for them."""

"""Benches: what Trucewire costs, beside a peer in the same run. They print figures and assert none of them."""

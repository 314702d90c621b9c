"""Benchmarks: ratios measured side by side in one run. These machines are shared, so no test judges them."""

"""What the API is measured against: the same rows by stock means. Served by `bin/bench` alone."""

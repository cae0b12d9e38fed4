# Shortcuts for developers. CI runs `.ci/run`.

# Everything that CI checks, with what is installed here
check:
    bash .ci/check

# Only the tests; those for PostgreSQL, Redis and Chromium are skipped where these are missing
test *ARGS:
    cargo test {{ARGS}}

# Benchmark against nginx, at 1,000 and 1,000,000 comments: a table, target/bench/bench.json and bench.svg
bench *ARGS:
    cargo build --release
    cargo run --release -p masthead-bench -- {{ARGS}}

# `bench` at 10,000,000 comments too
bench-large *ARGS:
    cargo build --release
    cargo run --release -p masthead-bench -- --sizes 1000,1000000,10000000 {{ARGS}}

# CPU time of the worst known inputs: passwords, comments, articles
worst:
    cargo run --release -p masthead-bench -- worst

# Time, memory and secrecy of log-ins, exports and deletions
accounts *ARGS:
    cargo build --release
    cargo run --release -p masthead-bench -- accounts {{ARGS}}

# CPU instructions per cached response, against their budgets
budget:
    bash tests/bench/budget

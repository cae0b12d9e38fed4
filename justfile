# The list is `.ci/run`; this file is its front door.

# Everything that CI checks
check:
    bash .ci/run

# The tests alone; PostgreSQL, Redis and Chromium where they are
test *ARGS:
    cargo test {{ARGS}}

# What pages, posts and log-ins cost, beside nginx, at 1,000 and 1,000,000 comments: a table, target/bench/bench.json and .svg
bench *ARGS:
    cargo bench --bench bench -- {{ARGS}}

# `bench` at 10,000,000 comments too
bench-large *ARGS:
    cargo bench --bench bench -- --sizes 1000,1000000,10000000 {{ARGS}}

# Processor time of the worst inputs that are known: passwords, comments, articles
worst:
    cargo bench --bench bench -- worst

# Instructions that an answer out of memory takes, against their budgets
budget:
    bash tests/bench/budget

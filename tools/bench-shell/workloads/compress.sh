# gzip there and back, and digests.
gzip -c "$BENCH_DIR/numbers" > "$BENCH_DIR/numbers.gz"
gzip -dc "$BENCH_DIR/numbers.gz" | wc -c | tr -d ' '
sha256sum < "$BENCH_DIR/numbers"
md5sum < "$BENCH_DIR/numbers"

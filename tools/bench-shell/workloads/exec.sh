# External commands, with and without a redirection.
n=$((300 * ${BENCH_SCALE:-1}))
for ((i = 0; i < n; i++)); do
  /bin/true || exit 1
  /bin/echo "$i" > "$BENCH_DIR/out"
done
cat "$BENCH_DIR/out"

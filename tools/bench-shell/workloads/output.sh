# Builtins that print: to a file, line by line, and through a pipe.
n=$((20000 * ${BENCH_SCALE:-1}))
for ((i = 0; i < n; i++)); do
  echo "line $i of the file"
  printf '%05d %s\n' "$i" text
done > "$BENCH_DIR/out"
for ((i = 0; i < n; i++)); do echo "$i"; done | tail -n 1
wc -c < "$BENCH_DIR/out" | tr -d ' '

# Lines of a file, of a pipe and of a here-document through read.
total=0
while IFS=: read -r id name home rest; do
  total=$((total + id + ${#home}))
done < "$BENCH_DIR/passwd"
head -n 2000 "$BENCH_DIR/passwd" | while read -r line; do
  printf '%s\n' "${line%%:*}"
done | tail -n 1
lines=0
while read -r line; do lines=$((lines + 1)); done << EOF2
$(head -n 3000 "$BENCH_DIR/passwd")
EOF2
mapfile -t all < "$BENCH_DIR/passwd"
echo "$total $lines ${#all[@]}"

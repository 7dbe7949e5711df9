# A C-like loop over a linear congruential generator: ((…)), $((…)), a comparison each turn.
n=$((60000 * ${BENCH_SCALE:-1}))
seed=42
odd=0
for ((i = 0; i < n; i++)); do
  seed=$(((seed * 1103 + 12345) % 65536))
  if ((seed & 1)); then
    odd=$((odd + 1))
  fi
done
echo "$odd $seed"

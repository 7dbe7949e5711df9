# Indexed and associative arrays: filled, read, iterated.
n=$((20000 * ${BENCH_SCALE:-1}))
declare -a list
declare -A count
for ((i = 0; i < n; i++)); do
  list[i]=$((i * 7 % 1000))
  key=k${list[i]}
  count[$key]=$((${count[$key]:-0} + 1))
done
sum=0
for value in "${list[@]}"; do
  sum=$((sum + value))
done
echo "$sum ${#list[@]} ${#count[@]} ${count[k7]}"

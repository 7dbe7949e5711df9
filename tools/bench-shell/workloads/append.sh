# A text and an array that grow by a piece each turn: must not become slower with their length.
n=$((30000 * ${BENCH_SCALE:-1}))
text=
list=()
for ((i = 0; i < n; i++)); do
  text+="<$i>"
  list+=("$i")
done
echo "${#text} ${#list[@]} ${list[n - 1]}"

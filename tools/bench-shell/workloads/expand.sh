# Parameter expansions: affixes, substitution, substrings, case, defaults.
n=$((12000 * ${BENCH_SCALE:-1}))
length=0
for ((i = 0; i < n; i++)); do
  file=/var/log/service-$i/access.log.gz
  name=${file##*/}
  plain=${name%.gz}
  dots=${plain//./_}
  upper=${dots^^}
  part=${upper:2:6}
  number=${file//[!0-9]/}
  length=$((length + ${#part} + ${number:-0} % 3))
  unset -v missing
  : "${missing:=$number}"
done
echo "$length $part $missing"

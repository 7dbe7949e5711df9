# Patterns of case, [[ == ]] and [[ =~ ]].
n=$((20000 * ${BENCH_SCALE:-1}))
a=0 b=0 c=0
for ((i = 0; i < n; i++)); do
  path=/usr/share/doc/package-$i/README.${i#?}.md
  case $path in
    */package-[0-4]*/*.md) a=$((a + 1)) ;;
    *.txt | *.rst) exit 1 ;;
    *) b=$((b + 1)) ;;
  esac
  [[ $path == *-*7/* ]] && c=$((c + 1))
  [[ $path =~ package-([0-9]+)/ ]] && c=$((c + BASH_REMATCH[1] % 2))
done
echo "$a $b $c"

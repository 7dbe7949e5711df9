import { S_IFIFO } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { shellPrograms } from './index.ts'

/** Answers are those of bash 5.2. */
const ROWS: readonly [script: string, stdout: string, status?: number][] = [
  ['echo $((2 ** 10 % 7)) $((0x1f)) $((1 ? 2 : 3))', '2 31 2\n'],
  [
    'x=1; y=2; a=(1 2); (x=5; a[1]=9; unset y; (x=7; echo $x ${a[@]} ${y-none}); echo $x); echo $x $y ${a[@]}',
    '7 1 9 none\n5\n1 2 1 2\n',
  ],
  [
    "shopt -s extglob; x='a.b$&'; r='$&'; q=qqaqb; echo ${x//./$r} ${x/%&/$r} ${x//[a-b]/$r} ${q//*(q)/-} ${q//*/-} ${q//b/[&]} ${q^^}",
    'a$.b$& a.b$$& $a.$b$& --a--b - qqaq[b] QQAQB\n',
  ],
  [
    "r() { printf '<%s>' \"$a\" \"$b\"; }; IFS=: read -r a b <<<'x:y::'; r; IFS=': ' read a b <<<' p\\ :q : '; r; IFS=éa read -r a b <<<1é2a; r",
    '<x><y::><p ><q><1><2>',
  ],
  ['x=1; (while [ ! -e /tmp/go ]; do sleep 0.01; done; echo $x) & x=2; : >/tmp/go; wait; echo $x', '1\n2\n'],
  ['f() { local y=3; (unset y; echo ${y-none}; y=4); echo $y $(y=5; echo $y); }; y=1; f; echo $y', 'none\n3 5\n1\n'],
  ["mapfile -t -C 'echo cb' -c 2 a < <(printf '%s\\n' 1 2 3 4); echo ${a[@]}", 'cb 1 2\ncb 3 4\n1 2 3 4\n'],
  ['(exit 3) & p=$!; wait -n -p who; echo $? $((who == p))', '3 1\n'],
  [
    '(exit 3) & p=$!; (for i in {1..9999}; do :; done); kill -0 $p 2>/dev/null || echo gone; wait $p; echo $?',
    'gone\n3\n',
  ],
  [
    "trap 'echo dbg $BASH_COMMAND' DEBUG; x=1; [[ a == a ]]; for i in 1; do :; done",
    'dbg x=1\ndbg [[ a == a ]]\ndbg for i in 1\ndbg :\n',
  ],
  ['f() { caller; caller 0; caller 1; }; g() { f; }; g; echo $?', '1 environment\n1 g environment\n1\n'],
  [
    'coproc NAME { read x; echo got $x; }; echo hi >&${NAME[1]}; exec {NAME[1]}>&-; read y <&${NAME[0]}; echo $y',
    'got hi\n',
  ],
  [
    "PS4='$((1+1)) '; { set -x; echo $(echo a); eval 'echo b'; } 2>&1",
    "22 echo a\n2 echo a\na\n2 eval 'echo b'\n22 echo b\nb\n",
  ],
  [
    '{ set -x; [[ a == a* && ! -z x ]]; ((1+1)); case q in q) ;; esac; [[ y ]]; } 2>&1',
    '+ [[ a == a* ]]\n+ [[ ! -z x ]]\n+ (( 1+1 ))\n+ case q in\n+ [[ -n y ]]\n',
  ],
  ['f() { echo "$1!"; }; export -f f; bash -c \'f a; bash -c "f b"\'; declare -Fx', 'a!\nb!\ndeclare -fx f\n'],
  [
    'f() { if :; then echo $1; fi; cat<<E; }; export -fn f; bash -c f 2>&1 || echo $?\nE',
    'bash: line 1: f: command not found\n127\n',
  ],
  [
    'trap "echo ret" RETURN; f() { :; }; f; set -T; f; g() { trap "echo g \\$?" RETURN; false; return 4; }; g; echo $?',
    'ret\ng 1\n4\n',
  ],
  ['set -v\necho a\nif :; then\necho b # c\nfi 2>&1', 'a\nb\n'],
  ['[[ $SRANDOM -ne $SRANDOM ]] && echo differs', 'differs\n'],
  [
    "{ TIMEFORMAT='%0lR %%'; time :; TIMEFORMAT=%x; time :; } 2>&1",
    "0m0s %\nbash: line 1: TIMEFORMAT: `x': invalid format character\n",
  ],
  [
    "trap 'echo $LINENO $BASH_COMMAND' ERR\nf() {\n  false\n  :\n}\nf\nset -E\nf\neval 'x\nfalse' 2>/dev/null",
    "3 false\n10 x\n11 false\n10 eval 'x false' 2> /dev/null\n",
    1,
  ],
  ["shopt -s extdebug; trap '[[ $BASH_COMMAND != *b ]]' DEBUG; echo a; echo b; echo c", 'a\nc\n'],
  [
    'f() { caller 0; echo ${BASH_LINENO[@]} ${FUNCNAME[-1]}; }; shopt -s extdebug; g() { f; echo ${BASH_ARGV[@]}; }; g 1 2',
    '1 g environment\n1 1 g\n2 1\n',
  ],
  ['trap x INT EXIT; trap y ERR; trap -p; trap - EXIT', "trap -- 'x' EXIT\ntrap -- 'x' SIGINT\ntrap -- 'y' ERR\n"],
  [
    'pushd -n /usr >/dev/null; cd /; pushd /tmp; dirs +1; dirs -0; popd -n +2; popd +5 2>&1',
    '/tmp / /usr\n/\n/usr\n/tmp /\nbash: line 1: popd: +5: directory stack index out of range\n',
    1,
  ],
  ['(exit 3) & wait $!; wait $!; echo $?; wait; wait $! 2>/dev/null; echo $?', '3\n127\n'],
  [
    'COLUMNS=24; select x in one two three four; do echo; break; done <<< 1 2>&1',
    '1) one\t  3) three\n2) two\t  4) four\n#? \n',
  ],
  [
    'hash -p /bin/x y; hash -l; hash -t y; hash -d y; set +h; hash y 2>&1',
    'builtin hash -p /bin/x y\n/bin/x\nbash: line 1: hash: hashing disabled\n',
    1,
  ],
  [
    'declare -A a; declare -a a b=1 2>&1; echo $b; declare -n r=r 2>&1',
    'bash: line 1: declare: a: cannot convert associative to indexed array\n1\nbash: line 1: declare: r: nameref variable self references not allowed\n',
    1,
  ],
  ['shopt -s execfail cdable_vars localvar_unset; exec /no 2>/dev/null; echo $?; v=/usr; cd v', '127\n/usr\n'],
  ['{ read -Z; } 2>&1 | while read -r l; do echo "${l%%:*}"; done', 'bash\nread\n'],
  ['x="a  b"; echo $x "$x"', 'a b a  b\n'],
  ['f() { local -; set -f -u; echo "${-//[hBc]}"; echo *; }; f; echo "${-//[hBc]}"', 'fu\n*\n\n'],
  ['readonly r=1; { r=2 echo hi; echo $?; } 2>/dev/null', 'hi\n0\n'],
  [
    'eval $\'cat() { read x; echo $x; }; cat <<E\\nx\' 2>&1 | while read -r l; do echo "${l##*: }"; done',
    "here-document at line 1 delimited by end-of-file (wanted `E')\nx\n",
  ],
  ['printf "%03d|%5d|%-3d|%d|%s\\n" 7 -5 2 010 x 1 2 3 4 y', '007|   -5|2  |8|x\n001|    2|3  |4|y\n'],
  ['a=(1); a+=(2 "3 4"); declare -A m=(k 1 l); echo ${#a[@]} ${a[2]} ${m[k]}${m[l]}', '3 3 4 1\n'],
  ['read -r a b <<< " 1  2 3 "; echo "$a|$b"; declare -n n=t; read -r n <<< x; echo $t', '1|2 3\nx\n'],
  ['printf "a\\0b" | { read -r x; echo "$? $x"; }', '1 ab\n'],
  ['IFS=: x=$IFS eval \'echo "$x$IFS"\'; echo "${#IFS}"', '::\n3\n'],
  ['set -- "a b" c; for i in "$@"; do echo "<$i>"; done', '<a b>\n<c>\n'],
  ['x=archive.tar.gz; echo ${x%%.*} ${x%.*} ${x#*.} ${x##*.} ${#x}', 'archive archive.tar tar.gz gz 14\n'],
  ['x=hello; echo ${x^} ${x^^} ${x/l/L} ${x//l/L} ${x:1:3} ${x: -2}', 'Hello HELLO heLlo heLLo ell lo\n'],
  ['a=(1 2 3); a[5]=x; echo ${a[@]} ${#a[@]} ${!a[@]}', '1 2 3 x 4 0 1 2 5\n'],
  ['declare -A m=([k]=v); m[z]=w; echo ${m[k]}${m[z]}', 'vw\n'],
  ['declare -a a=(1 2); declare -A m; echo ${#m[@]}', '0\n'],
  ['declare -A m=([k]=v); k=k; unset "m[\\$k]"; echo ${#m[@]}', '0\n'],
  [
    'declare -A m; i=k; printf -v "m[\\$i]" %s x; declare -n r="m[\\$i]"; echo "$r"; r=y; declare -p m',
    'x\ndeclare -A m=([k]="y" )\n',
  ],
  ['x="a[\\$(echo 1)]=7"; echo $((x)); declare -p a', '7\ndeclare -a a=([1]="7")\n'],
  ['f() { local x=1; declare -g x=2; echo $x; }; f; echo $x', '1\n2\n'],
  ['declare -a a; declare -p a; a=(); declare -p a', 'declare -a a\ndeclare -a a=()\n'],
  ['foo=abc; echo "${foo//b/\'x\'}" "${u-\'}\'}" "${u-\\}}"', "axc '}' }\n"],
  ['IFS=x; set -- a "" b; printf "<%s>" $*; echo', '<a><><b>\n'],
  ['echo x=~ 1x=~; HOME=/h; y=a:~; echo $y', 'x=/root 1x=~\na:/h\n'],
  ['compgen -W "apple apricot banana" ap; compgen -A shopt nullg', 'apple\napricot\nnullglob\n'],
  ['complete -F f -o nospace foo; complete -p', 'complete -o nospace -F f foo\n'],
  ['history -s one two; history -s three; history; history -d 1; fc -l', '    1  one two\n    2  three\n1\t three\n'],
  [
    'printf "%5s|%-5s|%.2s|%c|%#x|%+d|%05.1f|%q\\n" a b cde xyz 255 5 3.14159 "a b"',
    '    a|b    |cd|x|0xff|+5|003.1|a\\ b\n',
  ],
  ['printf "%(%Y-%m-%d %H)T\\n" 86400', '1970-01-02 00\n'],
  ['umask 022; umask a=u; echo $?; umask u=rwx,g-w; umask -S', '1\nu=rwx,g=rx,o=rx\n'],
  ['set -- -ab -c x y; while getopts abc: o; do echo $o $OPTARG; done; echo $OPTIND', 'a\nb\nc x\n4\n'],
  ['coproc { read a; echo "<$a>"; }; echo hi >&${COPROC[1]}; read b <&${COPROC[0]}; echo $b', '<hi>\n'],
  ['for i in 1 2; do shift 1 2; done\necho not here', '', 1],
  ['alias e="echo "; alias w=word; shopt -s expand_aliases\ne w \\\n  w', 'word w\n'],
  ['a=([2]=x [1]+=y); a+=(z); echo ${!a[@]} ${a[@]}', '1 2 3 y x z\n'],
  ['kill -l 0 9 TERM 137', 'EXIT\nKILL\n15\nKILL\n'],
  ['kill -l | (while read -r line; do last=$line; done; echo "$last")', '63) SIGRTMAX-1\t64) SIGRTMAX\n'],
  ['kill -l 34 50 RTMIN+3 RTMIN+16', 'RTMIN\nRTMAX-14\n37\n50\n'],
  ["trap 'echo got' RTMIN+1; trap; kill -35 $$; kill -RTMIN+1 $$", "trap -- 'echo got' SIGRTMIN+1\ngot\ngot\n"],
  ["trap 'echo once' RTMIN; (kill -34 $$; kill -34 $$; kill -34 $$); :", 'once\n'],
  ['f() { echo ${FUNCNAME[@]} $LINENO; }; f', 'f 1\n'],
  ['echo {a,b}{1..3}', 'a1 a2 a3 b1 b2 b3\n'],
  ['f() { local x=1; return 3; }; f; echo $? $x', '3\n'],
  ['echo a | while read -r l; do echo "<$l>"; done', '<a>\n'],
  ['false | true; echo $? ${PIPESTATUS[@]}', '0 1 0\n'],
  ['set -o pipefail; false | true', '', 1],
  ['set -e; if false; then :; fi; false; echo no', '', 1],
  ['trap "echo bye $?" EXIT; exit 4', 'bye 0\n', 4],
  ['cat() { while IFS= read -r l; do echo "$l"; done; }; cat <<E\n$((1+1))\nE', '2\n'],
  ['case abc in a*) echo one ;;& *c) echo two ;; esac', 'one\ntwo\n'],
  ['[[ foobar =~ o(b.)r ]]; echo ${BASH_REMATCH[1]}', 'ba\n'],
  ['for ((i=0;i<3;i++)); do ((i==1)) && continue; echo $i; done', '0\n2\n'],
  ['x=1; (x=2; echo $x); echo $x', '2\n1\n'],
  ['printf "%-5s|%03d|%x\\n" ab 7 255', 'ab   |007|ff\n'],
  ['shopt -s extglob; x=aab; echo ${x/+(a)/z}', 'zb\n'],
  ['read a b <<< "1 2 3"; echo "$b"', '2 3\n'],
  ["echo $'a\\tb' \"$(echo 'q q')\"", 'a\tb q q\n'],
  ['nosuch 2>&1', 'bash: line 1: nosuch: command not found\n', 127],
  ['getopts ab: o -b x; echo $o $OPTARG', 'b x\n'],
  ['i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i', '20000\n'],
  [
    'a=(1 2 3); i=1; echo "${a[i]} ${a[i+1]} ${a[-1]} ${a[i-1]}"; a[i+1]=x; a[i++]+=y; echo "${a[*]} $i"; a[3+1]=z; echo "${!a[@]}"; a[-1]=w; echo "${a[@]}"',
    '2 3 3 1\n1 2y x 2\n0 1 2 4\n1 2y x w\n',
  ],
  [
    'declare -A m; k=\'a b\'; m[$k]=1; m["$k"]+=2; m[i+1]=q; echo "${m[a b]} ${m[i+1]} ${#m[@]}"; declare -n r=m; r[z]=9; echo "${r[z]}"; readonly c=(1 2); c[0]=5; echo "after $?"',
    '12 q 2\n9\n',
    1,
  ],
  [
    'x=1; unset -v x y; echo "${x-gone}"; f() { local x=2; unset x; echo "${x-none}"; }; x=o; f; readonly R=1; unset R; echo $?; unset \'q[1]\'; unset -f f; f 2>/dev/null; echo $?; g() { :; }; unset g; type g 2>/dev/null; echo $?',
    'gone\nnone\n1\n127\n1\n',
  ],
  [
    "printf '%d-%s|' 1 a 2 b 3; echo; printf '%5s|%05d|%d\\n' é 42; printf '%s\\n'; printf '%d\\n' x; echo $?; printf '%s%%\\n' 1 2; printf 'none\\n' a b; printf '%-3s|%03d|\\n' a -5",
    '1-a|2-b|3-|\n   é|00042|0\n\n0\n1\n1%\n2%\nnone\na  |-05|\n',
  ],
  [
    "for i in 1 2 3; do eval 'if [ $i = 2 ]; then continue; fi; echo $i'; done; eval 'x=5; (exit 3)'; echo $? $x; for i in 1 2; do eval 'echo a; ((1/0)); echo b'; echo \"after $?\"; done; eval; echo $?; for i in 1 2; do eval 'set -v; :\necho v'; set +v; done 2>&1; f() { eval 'return 4'; echo no; }; f; echo $?; f; echo $?",
    '1\n3\n3 5\na\nb\nafter 0\na\nb\nafter 0\n0\necho v\nv\necho v\nv\n4\n4\n',
  ],
  [
    'set -- a \'\' \'b c\'; for w in "$@"; do echo "<$w>"; done; l=(x \'\' \'y z\'); for w in "${l[@]}" pre"${l[@]}"post; do echo "<$w>"; done; e=(); set -- "${e[@]}"; echo $#; echo "${1-u}" "${10-t}"; set -u; echo "${l[@]}"; n() { echo "$1" "${2}"; }; (n a) 2>/dev/null; echo $?',
    '<a>\n<>\n<b c>\n<x>\n<>\n<y z>\n<prex>\n<>\n<y zpost>\n0\nu t\nx  y z\n1\n',
  ],
  [
    'for ((i=0,j=5; i<j; i++,j--)); do [ $i -eq 1 ] && continue; echo $i $j; done; for ((;;)); do break; done; for ((i=0;i<$(echo 2);i+=$(echo 1))); do echo $i; done; for ((i=0; i<2; i+=1/0)); do echo t$i; done; echo $?; set -x; for v in 1 2; do :; done; set +x; trap \'echo "D $BASH_COMMAND"\' DEBUG; for v in 1; do :; done; trap - DEBUG',
    '0 5\n2 3\n0\n1\nt0\n1\nD for v in 1\nD :\nD trap - DEBUG\n',
  ],
  [
    "test 1 -eq 1; echo $?; [ 08 -eq 8 ]; echo $?; [ x -eq 1 ]; echo $?; [ 1 -lt 2 -a 3 -gt 2 ]; echo $?; [ ! 1 -eq 2 ]; echo $?; [ '(' 1 ')' ]; echo $?; [ -5 -lt ' 3 ' ]; echo $?; [ 1 -eq 1; echo $?; test; echo $?; [ a = b ]; echo $?; [ 99999999999999999999 -gt 1 ]; echo $?",
    '0\n0\n2\n0\n0\n0\n0\n2\n1\n1\n2\n',
  ],
  [
    'declare -i n=3; n+=4; n=n*2; echo $n; n=$((n+1)); echo $n; declare -u U=abc; U=$((5))x; echo $U; s=5; s=$((s+1)) t=$((s*2)); echo $s $t; declare -n q=s; q=$((q+1)); echo $s; a=$((1<<40)); echo $a; b=$((9223372036854775807+1)); echo $b; echo "${s:0:1}" $((s))$((t))',
    '14\n15\n5X\n6 12\n7\n1099511627776\n-9223372036854775808\n7 712\n',
  ],
]

describe('bash -c', () => {
  it.each(ROWS)('%s', async (script, stdout, status = 0) => {
    const kernel = await bootTestKernel(shellPrograms)
    const result = await kernel.run(['bash', '-c', script])
    expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    expect(kernel.oopses()).toEqual([])
    kernel.shutdown()
  })

  it('waits in a redirection for the other side of a FIFO', async () => {
    const kernel = await bootTestKernel(shellPrograms)
    kernel.sys.mknod('/tmp/p', S_IFIFO | 0o666)
    const script =
      '{ read -r l; echo "read $l"; } < /tmp/p & for i in {1..9}; do :; done; echo first; echo hi > /tmp/p; wait'
    expect((await kernel.run(['bash', '-c', script])).stdout).toBe('first\nread hi\n')
    const alone = await kernel.run([
      'bash',
      '-c',
      'trap "echo out; exit 3" ALRM; (kill -ALRM $$) & : > /tmp/p; echo no',
    ])
    expect(alone.stdout).not.toContain('no')
    kernel.shutdown()
  })
})

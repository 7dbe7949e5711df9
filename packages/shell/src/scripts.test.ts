import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { shellPrograms } from './index.ts'

/** Answers are those of bash 5.2. */
const ROWS: readonly [script: string, stdout: string, status?: number][] = [
  ['echo $((2 ** 10 % 7)) $((0x1f)) $((1 ? 2 : 3))', '2 31 2\n'],
  ['x="a  b"; echo $x "$x"', 'a b a  b\n'],
  ['set -- "a b" c; for i in "$@"; do echo "<$i>"; done', '<a b>\n<c>\n'],
  ['x=archive.tar.gz; echo ${x%%.*} ${x%.*} ${x#*.} ${x##*.} ${#x}', 'archive archive.tar tar.gz gz 14\n'],
  ['x=hello; echo ${x^} ${x^^} ${x/l/L} ${x//l/L} ${x:1:3} ${x: -2}', 'Hello HELLO heLlo heLLo ell lo\n'],
  ['a=(1 2 3); a[5]=x; echo ${a[@]} ${#a[@]} ${!a[@]}', '1 2 3 x 4 0 1 2 5\n'],
  ['declare -A m=([k]=v); m[z]=w; echo ${m[k]}${m[z]}', 'vw\n'],
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
]

describe('bash -c', () => {
  it.each(ROWS)('%s', async (script, stdout, status = 0) => {
    const kernel = await bootTestKernel(shellPrograms)
    const result = await kernel.run(['bash', '-c', script])
    expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    expect(kernel.oopses()).toEqual([])
    kernel.shutdown()
  })
})

import { execFileSync } from 'node:child_process'
import type { Program } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { searchPath } from '@drydock/libc'
import { afterAll, describe, expect, it } from 'vitest'
import { coreutils } from '../coreutils/index.ts'
import { awkPrograms } from './index.ts'

/** Enough of a shell for `awk | "sort -n"`: it runs the words of `sh -c`. */
const sh: Program = {
  name: 'test/sh',
  paths: ['/bin/sh'],
  covers: 'partial',
  summary: 'runs words',
  main: ({ sys, argv, env }) => {
    const words = (argv[2] ?? '').split(' ')
    return sys.exec(searchPath(sys, words[0] ?? '', env.get('PATH')), words, env)
  },
}

const hasMawk = ((): boolean => {
  try {
    execFileSync('mawk', ['BEGIN{}'])
    return true
  } catch {
    return false
  }
})()

const PEOPLE = 'alice 30 paris\nbob 25 rome\ncarol 35 oslo\n'
/** Program words (after awk), and standard input. Real mawk must print the same. */
const CASES: readonly (readonly [words: readonly string[], input?: string])[] = [
  [['{print $1}'], PEOPLE],
  [['{print NR, NF, $0; print $NF}'], PEOPLE],
  [['$2 > 28'], PEOPLE],
  [['!/bob/ {print $1}'], PEOPLE],
  [['NR==2,NR==3'], PEOPLE],
  [['{s += $2} END {print s, s/NR, s%7, s^2}'], PEOPLE],
  [['-F:', '{print $2}'], 'a:b:c\nd::f\n'],
  [['-F', '[:,]+', '{print $2; NF=2; print}'], 'a:,b:c\n'],
  [['-v', 'x=a\\tb', 'BEGIN {print x; print -x}']],
  [['BEGIN {while ((getline line) > 0) n++; print n, line}'], PEOPLE],
  [
    [
      'BEGIN {printf "%5d|%-5s|%05.1f|%x|%c|%c|%e|%g|%%|%s\\n", 42.9, "ab", 3.14159, 255, 65, "xyz", 12345.678, 0.0001, "end"}',
    ],
  ],
  [['BEGIN {printf "%*d|%.2s|%+d|% d|%#o\\n", 6, 7, "abc", 5, 5, 8}']],
  [['BEGIN {print length("hello"), substr("hello",2) "|" substr("hello",2,3) "|" substr("hello",4,9)}']],
  [
    [
      'BEGIN {print index("abcabc","ca"), toupper("abc") tolower("DEF"), int(-3.7), sqrt(16), exp(0), log(1), atan2(0,-1)}',
    ],
  ],
  [
    [
      'BEGIN {n = split("a b  c", a); print n, a[1] a[3]; n = split("a1b2c", b, /[0-9]/); print n, b[3]; print split("", c), length(a)}',
    ],
  ],
  [['{n = gsub(/o/, "<&>"); print n, $0; sub(/a/, "\\\\&x"); print}'], PEOPLE],
  [
    [
      'BEGIN {s = "xabc"; gsub(/x*/, "-", s); print s; t = "aaa"; print gsub(/b*/, "X", t), t; gsub(/$/, "!", t); print t}',
    ],
  ],
  [['BEGIN {print match("foobar", /o+/), RSTART, RLENGTH; print match("x", /y/), RSTART, RLENGTH}']],
  [['function f(n) {return n <= 1 ? 1 : n * f(n - 1)} BEGIN {print f(10)}']],
  [['function fill(a, i) {for (i = 0; i < 3; i++) a[i] = i * i} BEGIN {fill(x); print x[2], length(x)}']],
  [['function g(a) {a["k"] = 1} function f(b) {g(b); return b["k"]} BEGIN {print f(z), z["k"]}']],
  [['{c[$1]++} END {for (k in c) n += c[k]; print n; delete c["a"]; print ("a" in c), ("b" in c)}'], 'a\nb\na\n'],
  [['BEGIN {a[1,2] = 3; for (k in a) {split(k, p, SUBSEP); print p[1] "-" p[2]} if ((1,2) in a) print "yes"}']],
  [['BEGIN {i = 5; do {print i--} while (i > 3); for (;;) {if (++i > 6) break; if (i == 5) continue; print i}}']],
  [
    [
      'BEGIN {x = 1; x += x++ + ++x; print x; print 1 - 1, 2 ^ 3 ^ 2, -2 ^ 2, !0, !1, 7 % 3, 1 == 1.0, "a" < "b", 10 < 9, "10" < "9"}',
    ],
  ],
  [['{print ($1 < $2), ($1 == "1e1"), ($1 == 10)}'], '1e1 9\n10 10.0\n'],
  [['BEGIN {print 1e6, 1000 * 10, 0.1 + 0.2, 1 / 3, 3.0, -0.5}']],
  [['BEGIN {CONVFMT = "%.2g"; a = 3.14159; b = a ""; print b; OFMT = "%.3f"; print a}']],
  [['BEGIN {OFS = "-"} {$1 = $1; print; $5 = "e"; print; print NF; $2 = ""; print}'], 'a b c\n'],
  [['BEGIN {RS = ""} {print NR ": " $1 " " $NF; print NF}'], '\n\na b\nc\n\n\nd e\n\n'],
  [['BEGIN {RS = ";"} {print NR, $0}'], 'a;b;c'],
  [['BEGIN {RS = "[0-9]+"} {print NR, $0}'], 'a1b22c'],
  [['{print > "/dev/stderr"; print "out"}'], 'x\n'],
  [['/a/ {next} {print} END {print NR}'], PEOPLE],
  [['NR == 2 {exit 3} {print} END {print "end"}'], PEOPLE],
  [['BEGIN {exit 1} END {print "still"}']],
  [['END {print $0, NF}'], PEOPLE],
  [['BEGIN { if (!("x" in a)) print "none"; if (a["x"] == "" && a["x"] == 0) print "both"; print length(a) }']],
  [['BEGIN { print length() }\n# comment\n{ print length, length $1 }'], 'abc\n'],
  [
    [
      'BEGIN { print "a" "b" > "/dev/stdout"; print(1)(2); print (1,2) "" ? "t" : "f" }'.replace(
        '(1,2) "" ? "t" : "f"',
        '(1==2) ? "t" : "f"',
      ),
    ],
  ],
  [['BEGIN { print substr("hello", 2) ~ /^el/, "a.b" ~ "a\\.b", "axb" ~ /a[.]b/, "a/b" ~ /a\\/b/, "]" ~ /[]]/ }']],
  [['BEGIN { print toupper(substr("x", 1, 1)) ; print 1,2 ; printf("%s %s\\n", "p", "q") ; print -3 " " -4 }']],
  [['{ $3 = ""; print NF, $0 "|" } $2 ~ /^2/ && $1 != "x" || 0 { print "hit" }'], PEOPLE],
  [['BEGIN { getline; print "got " $0; getline x; print x, NR } { print "main", $0 }'], PEOPLE],
  [
    [
      'BEGIN { print | "cat"; close("cat"); "echo hi there" | getline v; print v; print system("true"), system("false") }',
    ],
  ],
  [['{ print $2 | "sort -n" } END { close("sort -n"); print "done" }'], PEOPLE],
  [['{ a[NR] = $0 } END { for (i = NR; i > 0; i--) print a[i] }'], PEOPLE],
  [['BEGIN { print ENVIRON["NOPE"] "." ARGC, ARGV[1] }', 'one']],
  [['{ print v, $0 }', 'v=7', '-'], 'x\n'],
  [['{ print $(NF-1) $(1+1); $2++; print; print $1$2 }'], PEOPLE],
  [['BEGIN { while (i < 3) { i++; if (i == 2) continue\nprint i }\nif (i) print "y"; else print "n" }']],
  [['BEGIN { if (1) print "a"\nelse print "b"; if (0) ; else { print "c" } ; { print "d" } }']],
  [['BEGIN { print 1 +}']],
  [['{print}', 'nofile']],
  [['BEGIN { print "a']],
  [['BEGIN { print > "/nodir/x" }']],
  [['BEGIN { $3 = "c"; print; print NF; $0 = "x y"; print $2, NF }']],
  [['BEGIN { print index("foo", ""); print 010 + 0, "3abc" + 4, +"1e2x" }']],
  [
    [
      '/^#/ || /^$/ { next } { k[++n] = $1 } END { printf "%d:", n; for (i = 1; i <= n; i++) printf " %s", k[i]; print "" }',
    ],
    '#c\n\nx y\nz\n',
  ],
]

const kernel = await bootTestKernel([...awkPrograms, ...coreutils, sh])
afterAll(() => kernel.shutdown())

interface Seen {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}
function real(words: readonly string[], input: string): Seen {
  try {
    const stdout = execFileSync('mawk', words, { input, encoding: 'utf8', stdio: 'pipe', cwd: '/' })
    return { stdout, stderr: '', status: 0 }
  } catch (error) {
    const { stdout, stderr, status } = error as Seen
    return { stdout, stderr, status }
  }
}

describe.skipIf(!hasMawk)('as mawk does', () => {
  it.each(CASES.map(([words, input = '']) => ({ words, input })))('awk $words', async ({ words, input }) => {
    const ours = await kernel.run(['mawk', ...words], { stdin: input })
    const theirs = real(words, input)
    expect({ stdout: ours.stdout, status: ours.status }).toEqual({ stdout: theirs.stdout, status: theirs.status })
    if (theirs.status === 2) expect(ours.stderr.split('\n')[0]).toBe(theirs.stderr.split('\n')[0])
    expect(kernel.oopses()).toEqual([])
  })
})

it('answers by itself where no mawk is at hand', async () => {
  const { stdout } = await kernel.run(['awk', '{s += $2} END {printf "%d %.1f\\n", s, s / NR}'], { stdin: PEOPLE })
  expect(stdout).toBe('90 30.0\n')
})

it('reads its program from files', async () => {
  const files = { '/root/p.awk': 'BEGIN { FS = "," }\n{ print $2 }\n', '/root/d.csv': 'a,1\nb,2\n' }
  expect((await kernel.run(['awk', '-f', 'p.awk', 'd.csv'], { files })).stdout).toBe('1\n2\n')
})

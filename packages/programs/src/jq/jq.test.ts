import { spawnSync } from 'node:child_process'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jqPrograms } from './index.ts'

const INPUT = '{"a":[{"n":"x","v":2},{"n":"y","v":1}],"s":"hi there","o":{"k":null,"d":{"e":[1,[2]]}},"t":1700000000}'

/** [text, what jq finds wrong with it]; its own words. */
const WRONG: readonly (readonly [string, string])[] = [
  ['{bad}', 'Invalid numeric literal at line 1, column 5'],
  ['{"a":1', 'Unfinished JSON term at EOF at line 2, column 0'],
  ['[1,2', 'Unfinished JSON term at EOF at line 2, column 0'],
  ['[1,]', 'Expected another array element at line 1, column 4'],
  ['{"a":1,}', 'Expected another key-value pair at line 1, column 8'],
  ['{"a"}', 'Objects must consist of key:value pairs at line 1, column 5'],
  ['{"a" 1}', 'Expected separator between values at line 1, column 7'],
  ["{'a':1}", 'Invalid numeric literal at line 1, column 5'],
  ['[1 2]', 'Expected separator between values at line 1, column 5'],
  ['1 2]', "Unmatched ']' at line 1, column 4"],
  ['}', "Unmatched '}' at line 1, column 1"],
  [']', "Unmatched ']' at line 1, column 1"],
  ['{"a":}', "Unmatched '}' at line 1, column 6"],
  ['{1:2}', 'Object keys must be strings at line 1, column 3'],
  ['[,1]', "Expected value before ',' at line 1, column 2"],
  ['"abc', 'Unfinished string at EOF at line 2, column 0'],
  ['"a\\qb"', 'Invalid escape at line 1, column 6'],
  ['[1}', 'Objects must consist of key:value pairs at line 1, column 3'],
  ['{"a":1]', "Unmatched ']' at line 1, column 7"],
  ['{"a":1 "b":2}', 'Expected separator between values at line 1, column 10'],
  ['1.2.3', 'Invalid numeric literal at line 2, column 0'],
  ['hello world', 'Invalid numeric literal at line 1, column 6'],
  ['<html>', 'Invalid numeric literal at line 2, column 0'],
  ['{"a":undefined}', 'Invalid numeric literal at line 1, column 15'],
  ['{"a":True}', 'Invalid numeric literal at line 1, column 10'],
  ['["a" "b"]', 'Expected separator between values at line 1, column 8'],
  ['{"a":1}}', "Unmatched '}' at line 1, column 8"],
]

/** Command lines whose output must be jq's own. */
const ROWS: readonly (readonly string[])[] = [
  ['.'],
  ['-S', '.'],
  ['-c', '--stream', '.'],
  ['--tab', '.o'],
  ['--indent', '1', '.a'],
  ['-r', '.a[] | "\\(.n)=\\(.v)"'],
  ['-c', '.a | map(.v + 1), sort_by(.v), group_by(.n), (.[0] | to_entries)'],
  ['-c', '[.a[] | select(.v > 1)] | length, .[0].n'],
  ['-r', '.a[] | [.n, .v] | @csv, @tsv'],
  ['reduce .a[] as $i (0; . + $i.v)'],
  ['-c', '[foreach .a[] as {n: $n, v: $v} (0; . + $v; [$n, .])]'],
  ['-c', '.a[0].v |= . * 10 | .o.k // "none", keys'],
  ['if .s | test("^h") then "yes" else "no" end'],
  ['-c', 'def f(x): x * 2; def g: f(.) + 1; .a | map(.v | g)'],
  ['-c', 'def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; [range(6) | fac]'],
  ['-c', 'def h($a; b): [$a, b, $a]; h(1, 2; 3)'],
  ['-c', '[paths], [leaf_paths]'],
  ['-c', '[paths(type == "number")]'],
  ['-c', 'path(.a[0].v), path(..|select(type=="string")?)'],
  ['-c', 'del(.a), del(.a[0]), del(.a[].n), del(.o.d.e[0])'],
  ['-c', 'delpaths([["a",0],["s"]])'],
  ['-c', 'to_entries | map(.key)'],
  ['-c', 'with_entries(.value |= type)'],
  ['-c', '.o | getpath(["d","e",1]), setpath(["d","x"]; 5)'],
  ['-c', '[limit(3; range(10))], first(range(5; 9)), [range(0; 10; 3)], [range(5; 0; -2)]'],
  ['-c', 'label $out | .a[] | if .v == 1 then break $out else .n end'],
  ['-c', '[.a[].v] | add, min, max, any(. > 1), all(. > 1), (map(tostring) | join("-"))'],
  ['-c', '. as {a: [{n: $x}, $y], s: $s} | [$x, $y.v, $s]'],
  ['-c', '.a[1:], .s[3:], .s[-5:-2], .a[:-1]'],
  ['-c', '.a[0] * {"w": {"z": 1}}, ([1,2,3] - [2]), ("a,b" / ","), ("ab" * 2)'],
  ['-c', '.o | .. | numbers'],
  ['-c', '.o.d.e | flatten, (tostring | fromjson), length'],
  [
    '-c',
    '.s | [match("h"; "g").offset], [scan("[a-z]+")], sub("hi"; "bye"), gsub("(?<x>[aeiou])"; "<\\(.x)>"), split(" "), ascii_upcase, explode[0:2], ltrimstr("hi "), (split("h";null)), [splits(" +")]',
  ],
  ['-c', '.s | capture("(?<first>\\\\w+) (?<second>\\\\w+)"), test("HI"; "i"), indices("h"), index("e")'],
  ['-c', '.t | todate, (gmtime | mktime), strftime("%A %d %B %Y")'],
  ['-c', '"2015-03-05T23:51:47Z" | fromdate, strptime("%Y-%m-%dT%H:%M:%SZ")'],
  ['-c', '[.a[] | .missing?, (.n | try tonumber catch "bad")]'],
  ['-c', 'try error("x") catch ., try error({a:1}) catch .a'],
  ['-c', '[.[] | type], (map_values(type))'],
  ['-c', 'walk(if type == "number" then . + 1 else . end)'],
  ['-c', '[.a[] | {(.n): .v}] | add | ., has("x"), (keys | contains(["x"]))'],
  ['-c', '[while(. != null and (.|type)=="object"; .o)] | length'],
  ['-c', '[1 | until(. > 100; . * 2)]'],
  ['-c', 'tojson | fromjson | . == .'],
  ['-c', '[[1,2],[3]] | transpose, combinations'],
  ['-c', '.a | unique_by(.v), min_by(.v), max_by(.v), (map(.v) | sort, unique, reverse)'],
  ['-c', '.a | INDEX(.n)?'],
  ['-r', '@base64 "x\\(.s)", (.s | @base64, @uri, @html, @sh, @json), ("aGk=" | @base64d)'],
  ['-c', '[.[]?], [.a[][]?], .a[-1], .["s"], ."s", .o["d"].e'],
  ['-c', '--arg', 'x', '1', '--argjson', 'y', '{"z":2}', '[$x, $y.z, $ARGS.named.x]'],
  ['-n', '-c', '[inputs | .s]'],
  ['-n', '-c', 'env | type, has("PATH")'],
  ['-n', '-c', '$ENV | type, ("a" | ascii_downcase), (null | not), ([] | first?), infinite > 1, (nan | isnan)'],
  ['-s', '-c', 'map(.s)'],
  ['-R', '.'],
  ['-Rs', 'length'],
  ['-j', '.a[].n'],
  ['-e', '.nothing'],
  ['-a', '"é"'],
  ['-c', '.a[0].v += 5 | .a[1].v -= 1 | .o.k //= 3 | .a | map(.v)'],
  ['-c', '.a[] |= (.v += 1) | .a'],
  ['-c', '(.a[] | select(.n == "x") | .v) = 9 | .a'],
  ['-c', '.a |= map(select(.v > 1))'],
  ['-c', '[.a[] | if .v == 2 then "two" elif .v == 1 then "one" else "many" end]'],
  ['-c', 'tostream'],
  ['-c', 'fromstream(tostream)'],
  ['-c', '[splits("x")?] | length'],
  ['-c', '{a, s, "lit": 1, (.a[0].n): 2, t: (.t, 3)} | .t'],
  ['-c', '.a as [$first] | $first, ([.a[].v] | @text)'],
  ['-c', '[.a[].v | . as $n | $n * $n] | add / length'],
  ['-c', '1 as $x | 2 as $y | [$x, $y, $x + $y, -$x]'],
  ['-c', '.. |= (if type == "number" then 0 else . end)'],
  ['-c', 'ltrimstr(1), (.s | ltrimstr("hi")), ([3,1,2] | sort | implode? // "none")'],
  ['.a | .[] | .n, error("boom")'],
  ['.s | .foo'],
  ['.a + 1'],
]

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(jqPrograms)
})
afterAll(() => kernel.shutdown())

describe.skipIf(spawnSync('jq', ['--version']).status !== 0)('jq says the same', () => {
  it.each(ROWS.map((words) => ({ words })))('$words', async ({ words }) => {
    const ours = await kernel.run(['jq', ...words], { stdin: INPUT })
    const theirs = spawnSync('jq', words, { input: INPUT, encoding: 'utf8' })
    expect(ours.stdout).toBe(theirs.stdout)
    expect(ours.status).toBe(theirs.status)
  })
})

describe('jq', () => {
  const run = (words: readonly string[], stdin = INPUT): ReturnType<TestKernel['run']> =>
    kernel.run(['jq', ...words], { stdin })
  it('colours keys and values', async () => {
    expect((await run(['-cC', '.'], '{"a":[1,"x",null]}')).stdout).toBe(
      '\x1b[1;39m{\x1b[0m\x1b[34;1m"a"\x1b[0m\x1b[1;39m:\x1b[0m\x1b[1;39m[\x1b[0m\x1b[0;39m1\x1b[0m\x1b[1;39m,\x1b[0m\x1b[0;32m"x"\x1b[0m\x1b[1;39m,\x1b[0m\x1b[1;30mnull\x1b[0m\x1b[1;39m\x1b[1;39m]\x1b[0m\x1b[1;39m\x1b[1;39m}\x1b[0m\n',
    )
  })
  it('has what came with 1.7', async () => {
    expect(
      (
        await run([
          '-c',
          '[pick(.a[0].n), (.s | ltrim, trim), ([1,2] | toarray, getpath([5])), ([.[]] | have_literal_numbers)] | length',
        ])
      ).stdout,
    ).toBe('6\n')
    expect((await run(['-n', '"x" | debug | halt_error'])).stderr).toBe('["DEBUG:","x"]\nx')
  })
  it('complains', async () => {
    expect(await run(['.a['])).toMatchObject({ status: 3 })
    expect(await run(['.'], '{"a":')).toMatchObject({ status: 2 })
    expect((await run(['--nonsense', '.'])).stderr).toMatch(/^jq: Unknown option: --nonsense\n/)
  })
  it.each(WRONG)('cannot read %j', async (text, words) => {
    expect((await run(['-c', '.'], `${text}\n`)).stderr).toBe(`jq: parse error: ${words}\n`)
  })
  it('tells the line it was reading', async () => {
    expect((await run(['.a'], '[\n1\n]\n[2]\n')).stderr.match(/stdin>:\d/g)).toEqual(['stdin>:3', 'stdin>:4'])
    expect((await run(['.a'], '1')).stderr).toContain('(at <stdin>:0): ')
    expect((await run(['-R', '.a'], 'a\nb\n')).stderr.match(/stdin>:\d/g)).toEqual(['stdin>:1', 'stdin>:2'])
    expect((await run(['-n', '{"a":1}|error'])).stderr).toBe('jq: error (at <unknown>) (not a string): {"a":1}\n')
  })
  it('finds names that are not defined before it runs', async () => {
    expect(await run(['-n', '1, nosuch'])).toMatchObject({
      stdout: '',
      stderr: 'jq: error: nosuch/0 is not defined at <top-level>, line 1:\n1, nosuch\njq: 1 compile error\n',
      status: 3,
    })
    expect((await run(['-n', '$x'])).stderr).toMatch(/^jq: error: \$x is not defined at <top-level>, line 1:\n/)
    expect((await run(['-n', 'def f($a; g): $a, g, a; f(1; 2), ([3] as [$b] | 4)'])).status).toBe(0)
  })
  it('leaves no bug behind', () => expect(kernel.oopses()).toEqual([]))
})

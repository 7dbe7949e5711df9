import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootTestKernel, type TestKernel, type TestTerminal } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Screen } from '../../testing/screen.ts'

const A = 'one two three\nfour five\nsix\n'
const CODE = 'function f(a, b) {\n  if (a) {\n    return "x y"\n  }\n}\n\nlast line here\n'
const NUMBERS = '3\n1\n2\n10\n'

const BRACES = 'int main(void)\n{\n    if (a) {\n        b();\n    }\n    return 0;\n}\n'
const LINES = Array.from({ length: 100 }, (_, at) => `line ${at + 1}\n`).join('')
const COUNTED = 'item 1\nitem 2\nitem -7\nhex 0x0f\npad 007\n'
const PROSE =
  'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n'
const YAML = 'version: "3"\nservices:\n  web:\n    image: nginx\n    ports:\n      - "80:80"\n'

/** [text, keys that end with the file written]; the answers are vim's own, asked where it is installed. */
const ROWS: readonly (readonly [string, string, string])[] = [
  [A, 'dd', 'four five\nsix\n'],
  [A, 'yyp', 'one two three\none two three\nfour five\nsix\n'],
  [A, '2yyGp', 'one two three\nfour five\nsix\none two three\nfour five\n'],
  [A, 'wdw', 'one three\nfour five\nsix\n'],
  [A, '2wdw', 'one two \nfour five\nsix\n'],
  [A, 'd2w', 'three\nfour five\nsix\n'],
  [A, 'wD', 'one \nfour five\nsix\n'],
  [A, 'cwONE\x1b', 'ONE two three\nfour five\nsix\n'],
  ['a b c\n', 'cwX\x1b', 'X b c\n'],
  [A, 'c2wX\x1b', 'X three\nfour five\nsix\n'],
  [A, 'ciwX\x1bw.', 'X X three\nfour five\nsix\n'],
  [A, 'x3.', 'two three\nfour five\nsix\n'],
  [A, '3x', ' two three\nfour five\nsix\n'],
  [A, 'xu', A],
  [A, 'xxu\x12', 'e two three\nfour five\nsix\n'],
  [A, '3ihey \x1b', 'hey hey hey one two three\nfour five\nsix\n'],
  [A, 'oab\rcd\x1b', 'one two three\nab\ncd\nfour five\nsix\n'],
  [A, '2Oz\x1b', 'z\nz\none two three\nfour five\nsix\n'],
  [A, 'A end\x1bj.', 'one two three end\nfour five end\nsix\n'],
  [A, 'Ipre \x1b', 'pre one two three\nfour five\nsix\n'],
  [A, 'RXY\x7fZ\x1b', 'XZe two three\nfour five\nsix\n'],
  [A, 'J', 'one two three four five\nsix\n'],
  [A, '3J', 'one two three four five six\n'],
  [A, 'gJ', 'one two threefour five\nsix\n'],
  [A, '5~', 'ONE Two three\nfour five\nsix\n'],
  [A, 'g~w', 'ONE two three\nfour five\nsix\n'],
  [A, 'gUiw', 'ONE two three\nfour five\nsix\n'],
  [A, 'gUU', 'ONE TWO THREE\nfour five\nsix\n'],
  [A, 'rX', 'Xne two three\nfour five\nsix\n'],
  [A, '3rX', 'XXX two three\nfour five\nsix\n'],
  [A, 'fwx;', 'one to three\nfour five\nsix\n'],
  [A, 'f x;x', 'onetwothree\nfour five\nsix\n'],
  [A, 'dtw', 'wo three\nfour five\nsix\n'],
  [A, '$dT ', 'one two e\nfour five\nsix\n'],
  [A, 'dG', ''],
  [A, 'jdgg', 'six\n'],
  [A, 'Gk:d\r', 'one two three\nsix\n'],
  [A, '/five\rx', 'one two three\nfour ive\nsix\n'],
  [A, '/o\rnx', 'one two three\nfur five\nsix\n'],
  [A, 'G?o\rx', 'one two three\nfur five\nsix\n'],
  [A, 'd/five\r', 'five\nsix\n'],
  [A, ':%s/o/0/\r', '0ne two three\nf0ur five\nsix\n'],
  [A, ':%s/o/0/g\r', '0ne tw0 three\nf0ur five\nsix\n'],
  [A, ':2,3s/i/I/\r', 'one two three\nfour fIve\nsIx\n'],
  [A, ':s/\\(one\\) \\(two\\)/\\2 \\1/\r', 'two one three\nfour five\nsix\n'],
  [A, ':%s/\\<./\\u&/g\r', 'One Two Three\nFour Five\nSix\n'],
  [A, ':%s/\\v(\\w+) (\\w+)/\\2-\\1/\r', 'two-one three\nfive-four\nsix\n'],
  [A, ':%s/ /\\r/\r', 'one\ntwo three\nfour\nfive\nsix\n'],
  [A, ':s/two/[&]/\r', 'one [two] three\nfour five\nsix\n'],
  [A, ':s#two#2/2#\r', 'one 2/2 three\nfour five\nsix\n'],
  [A, ':s/o/0/\rj&', '0ne two three\nf0ur five\nsix\n'],
  [A, ':%s/e/E/gc\ryna', 'onE two threE\nfour fivE\nsix\n'],
  [A, ':g/i/d\r', 'one two three\n'],
  [A, ':v/i/d\r', 'four five\nsix\n'],
  [A, ':g/i/s/i/!/\r', 'one two three\nfour f!ve\ns!x\n'],
  [A, ':g/./t.\r', 'one two three\none two three\nfour five\nfour five\nsix\nsix\n'],
  [A, ':g/^/m0\r', 'six\nfour five\none two three\n'],
  [A, ':1m$\r', 'four five\nsix\none two three\n'],
  [A, ':1t$\r', 'one two three\nfour five\nsix\none two three\n'],
  [A, ':2,$d\r', 'one two three\n'],
  [A, ':/four/,$d\r', 'one two three\n'],
  [A, ':2>\r', 'one two three\n\tfour five\nsix\n'],
  [A, ':1,2j\r', 'one two three four five\nsix\n'],
  [A, ':%norm Ax\r', 'one two threex\nfour fivex\nsixx\n'],
  [A, ':2\rdd', 'one two three\nsix\n'],
  [A, ':$\rdd', 'one two three\nfour five\n'],
  [NUMBERS, ':sort\r', '1\n10\n2\n3\n'],
  [NUMBERS, ':sort n\r', '1\n2\n3\n10\n'],
  [NUMBERS, ':sort! n\r', '10\n3\n2\n1\n'],
  [A, 'majdd`aix\x1b', 'xone two three\nsix\n'],
  [A, "jmakd'a", 'six\n'],
  [A, '"ayyj"byyG"ap"bp', 'one two three\nfour five\nsix\none two three\nfour five\n'],
  [A, '"ayiwj"Ayiwo\x12a\x1b', 'one two three\nfour five\nonefour\nsix\n'],
  [A, 'qaA!\x1bjq@a', 'one two three!\nfour five!\nsix\n'],
  [A, 'qaA!\x1bjq2@a', 'one two three!\nfour five!\nsix!\n'],
  [A, 'vex', ' two three\nfour five\nsix\n'],
  [A, 'v$x', 'four five\nsix\n'],
  [A, 'Vjd', 'six\n'],
  [A, 'vjd', 'our five\nsix\n'],
  [A, 'viwUu', A],
  [A, 'wviwcX\x1b', 'one X three\nfour five\nsix\n'],
  [A, '\x16jlx', 'e two three\nur five\nsix\n'],
  [A, '\x16jjI# \x1b', '# one two three\n# four five\n# six\n'],
  [A, '\x16j$A;\x1b', 'one two three;\nfour five;\nsix\n'],
  [A, '\x16jjcX\x1b', 'Xne two three\nXour five\nXix\n'],
  [A, '\x16jlyP', 'onone two three\nfofour five\nsix\n'],
  [A, 'Vj>', '\tone two three\n\tfour five\nsix\n'],
  [A, '>>..', '\t\t\tone two three\nfour five\nsix\n'],
  [A, 'Vj:s/e/E/\r', 'onE two three\nfour fivE\nsix\n'],
  [A, 'yiwjviwp', 'one two three\none five\nsix\n'],
  [A, 'VyGVp', 'one two three\nfour five\none two three\n'],
  [CODE, 'ci(x\x1b', 'function f(x) {\n  if (a) {\n    return "x y"\n  }\n}\n\nlast line here\n'],
  [CODE, '2jci"z\x1b', 'function f(a, b) {\n  if (a) {\n    return "z"\n  }\n}\n\nlast line here\n'],
  [CODE, '2jdi{', 'function f(a, b) {\n  if (a) {\n  }\n}\n\nlast line here\n'],
  [CODE, '2jdaB', 'function f(a, b) {\n  if (a) \n}\n\nlast line here\n'],
  [CODE, 'dap', 'last line here\n'],
  [CODE, 'Gdip', 'function f(a, b) {\n  if (a) {\n    return "x y"\n  }\n}\n\n'],
  [CODE, 'd}', '\nlast line here\n'],
  [CODE, 'f{d%', 'function f(a, b) \n\nlast line here\n'],
  [CODE, 'Gdaw', 'function f(a, b) {\n  if (a) {\n    return "x y"\n  }\n}\n\nline here\n'],
  [
    CODE,
    ':set ai sw=2 et\r2joz\x1b',
    'function f(a, b) {\n  if (a) {\n    return "x y"\n    z\n  }\n}\n\nlast line here\n',
  ],
  ['a1 b22 c\n', '\x01', 'a2 b22 c\n'],
  ['a1 b22 c\n', 'fb10\x01', 'a1 b32 c\n'],
  ['a1 b22 c\n', '\x18', 'a0 b22 c\n'],
  ['the the cat\n', '*x', 'the he cat\n'],
  ['a.b.c\n', ':s/\\./-/g\r', 'a-b-c\n'],
  ['aaa\n', ':s/a\\{2}/b/\r', 'ba\n'],
  ['foo bar\n', ':s/o\\+/0/\r', 'f0 bar\n'],
  ['foobar\n', ':s/foo\\zsbar/X/\r', 'fooX\n'],
  ['Foo foo\n', ':set ic\r:s/FOO/x/g\r', 'x x\n'],
  [A, 'yyjp:1\rdd', 'four five\none two three\nsix\n'],
  [A, ':2r /dev/null\rdd', 'four five\nsix\n'],
  [A, ':r !echo hi\r', 'one two three\nhi\nfour five\nsix\n'],
  [NUMBERS, ':%!sort\r', '1\n10\n2\n3\n'],
  [NUMBERS, '!Gsort -n\r', '1\n2\n3\n10\n'],
  [A, 'ddjp', 'four five\nsix\none two three\n'],
  [A, 'xp', 'noe two three\nfour five\nsix\n'],
  [A, 'ddP', A],
  [A, 'ylvjp', 'oour five\nsix\n'],
  [A, 'i\x16u00e9\x1b', 'éone two three\nfour five\nsix\n'],
  [A, 'wi\x17X\x1b', 'Xtwo three\nfour five\nsix\n'],
  [A, 'A a b\x15Z\x1b', 'one two threeZ\nfour five\nsix\n'],
  [A, 'jo\x19\x19\x19\x1b', 'one two three\nfour five\nfou\nsix\n'],
  [A, 'wwgixx\x1b', 'one two xxthree\nfour five\nsix\n'],
  [A, 'G$gejx', 'one two three\nfour five\nsi\n'],
  [
    PROSE,
    'y}P',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\nalpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':3\rd}',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    'jwww*x',
    'alpha beta gamma\nfoo(bar, az) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    '2D',
    '\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    'cbX\u001b',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [BRACES, '2Gd%', 'int main(void)\n'],
  [A, ':let @a="dd"\r@a', 'four five\nsix\n'],
  [A, ':2,3norm I# \r', 'one two three\n# four five\n# six\n'],
  [COUNTED, '4j\u0001', 'item 1\nitem 2\nitem -7\nhex 0x0f\npad 008\n'],
  [COUNTED, '4j3\u0001', 'item 1\nitem 2\nitem -7\nhex 0x0f\npad 010\n'],
  [A, 'xU', 'one two three\nfour five\nsix\n'],
  [A, 'xxU', 'one two three\nfour five\nsix\n'],
  [A, 'cwX\u001bU', 'one two three\nfour five\nsix\n'],
  [A, 'xjxkU', 'ne two three\nfour five\nsix\n'],
  [A, 'o t\u000e\u000e\u001b', 'one two three\n three\nfour five\nsix\n'],
  [A, 'Gof\u000e\u000e\u000e\u001b', 'one two three\nfour five\nsix\nf\n'],
  [A, ':abbr hw hello world\rOhw \u001b', 'hello world \none two three\nfour five\nsix\n'],
  [A, ':iab teh the\rAteh \u001b', 'one two threethe \nfour five\nsix\n'],
  [A, ':ab x yy\roax \u001b', 'one two three\nax \nfour five\nsix\n'],
  [A, ':map x dd\rx', 'four five\nsix\n'],
  [A, ':nmap ,d dd\r,d', 'four five\nsix\n'],
  [A, ':nnoremap Y y$\rYP', 'one two threeone two three\nfour five\nsix\n'],
  [A, ':imap jj <Esc>\rijjx', 'ne two three\nfour five\nsix\n'],
  [A, ':inoremap jk <Esc>\rAxjk0x', 'ne two threex\nfour five\nsix\n'],
  [A, ':vmap x :s/o/0/<CR>\rVx', '0ne two three\nfour five\nsix\n'],
  [A, ':let mapleader=","\r:nnoremap <leader>x dd\r,x', 'four five\nsix\n'],
  [A, ':nnoremap <Space> dd\r ', 'four five\nsix\n'],
  [
    PROSE,
    ':%s/\\n//\r',
    'alpha beta gammafoo(bar, baz) = "quoted text" + \'c\';    indented line herefoo_bar foo-bar foo.barpara two line onepara two line two<div><p>hello <b>bold</b></p></div>last line\n',
  ],
  [
    PROSE,
    ':%s/^\\s*$\\n//\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n    indented line here\nfoo_bar foo-bar foo.bar\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':s/a/b/|s/b/c/\r',
    'clpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':%s/\\(foo\\)\\@<=_/X/g\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfooXbar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':%s/foo\\(_\\)\\@!/X/g\r',
    'alpha beta gamma\nX(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar X-bar X.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':%s//X/\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':g/para/t$\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\npara two line one\npara two line two\n',
  ],
  [
    PROSE,
    ':g/para/j\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one para two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':g/para/exe "normal! I- "\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\n- para two line one\n- para two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    PROSE,
    ':m-2\r',
    'alpha beta gamma\nfoo(bar, baz) = "quoted text" + \'c\';\n\n    indented line here\nfoo_bar foo-bar foo.bar\n\npara two line one\npara two line two\n<div><p>hello <b>bold</b></p></div>\nlast line\n',
  ],
  [
    YAML,
    ':set ai\r5Gonew\r\rx\u001b',
    'version: "3"\nservices:\n  web:\n    image: nginx\n    ports:\n    new\n\n    x\n      - "80:80"\n',
  ],
  [
    YAML,
    ':set ai\r6GO\r\u001b',
    'version: "3"\nservices:\n  web:\n    image: nginx\n    ports:\n\n\n      - "80:80"\n',
  ],
  [
    YAML,
    ':set si\rGofor {\rx\r}\u001b',
    'version: "3"\nservices:\n  web:\n    image: nginx\n    ports:\n      - "80:80"\n      for {\n\t      x\n      }\n',
  ],
  [LINES, '\u0004x', LINES.replace('line 17', 'ine 17')],
  [A, ':goto 5\rx', 'one wo three\nfour five\nsix\n'],
]

let kernel: TestKernel
beforeAll(async () => {
  const { shellPrograms } = await import('@drydock/shell')
  const { programs } = await import('../../index.ts')
  kernel = await bootTestKernel([...shellPrograms, ...programs])
}, 60_000)
afterAll(() => kernel.shutdown())

describe('vi', () => {
  it.each(ROWS)('%j %j', async (text, keys, expected) => {
    const terminal = await kernel.openTerminal(['vi', 'f'], { files: { '/root/f': text }, env: { SHELL: '/bin/bash' } })
    await terminal.expect(/\d+L, \d+B|New/)
    await terminal.type(`${keys}\x1b:wq\r`)
    await terminal.ended
    expect((await kernel.run(['cat', 'f'])).stdout).toBe(expected)
    expect(kernel.oopses()).toEqual([])
  })
})

const hasVim = spawnSync('vim', ['--version']).status === 0
describe.skipIf(!hasVim)('vim answers the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vi-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  it.each(ROWS)('%j %j', (text, keys, expected) => {
    const [file, script] = [join(folder, 'f'), join(folder, 'keys')]
    writeFileSync(file, text)
    writeFileSync(script, `${keys}\x1b:wq!\r`)
    const settings = [
      '-N',
      '-u',
      'NONE',
      '-i',
      'NONE',
      '-n',
      '--cmd',
      'set bs=indent,eol,start enc=utf-8 so=5 nrformats=bin,hex',
    ]
    spawnSync('vim', [...settings, '-s', script, file], {
      timeout: 5000,
      env: { ...process.env, TERM: 'xterm', LC_ALL: 'C.UTF-8' },
    })
    expect(readFileSync(file, 'utf8')).toBe(expected)
  })
})

describe('the screen of vi', () => {
  const open = async (
    text: string,
    argv: readonly string[] = [],
  ): Promise<{ screen: Screen; terminal: TestTerminal }> => {
    const terminal = await kernel.openTerminal(['vi', ...argv, 'f'], { files: { '/root/f': text } })
    const screen = new Screen(terminal)
    await screen.sees('"f"')
    return { screen, terminal }
  }
  const long = Array.from({ length: 100 }, (_, at) => `line ${at + 1}\n`).join('')
  const leave = async (terminal: TestTerminal): Promise<void> => {
    await terminal.type('\x1b:q!\r')
    expect(await terminal.ended).toBe(0)
  }

  it('shows the file, tildes below it, its size and the ruler', async () => {
    const { screen, terminal } = await open(A)
    const rows = await screen.rows()
    expect(rows.slice(0, 5)).toEqual(['one two three', 'four five', 'six', '~', '~'])
    expect(rows[23]).toMatch(/^"f" 3L, 28B +1,1 +All$/)
    expect(await screen.cursor()).toEqual([0, 0])
    await leave(terminal)
  })

  it('numbers lines, says the mode, and scrolls', async () => {
    const { screen, terminal } = await open(long)
    await terminal.type(':set nu\r50Gi')
    const rows = await screen.sees('-- INSERT --')
    expect(rows.some((row) => row === ' 50 line 50')).toBe(true)
    expect(rows[23]).toMatch(/^-- INSERT -- +50,1 +\d\d%$/)
    await leave(terminal)
  })

  it('wraps long lines and marks those that do not fit', async () => {
    const { screen, terminal } = await open(`${'x'.repeat(100)}\n${'y'.repeat(3000)}\n`)
    const rows = await screen.rows()
    expect(rows.slice(0, 3)).toEqual(['x'.repeat(80), 'x'.repeat(20), '@'])
    await terminal.type('$')
    await screen.until(([, , , ...others]) => others.length > 0)
    expect(await screen.cursor()).toEqual([1, 19])
    await leave(terminal)
  })

  it('complains as vim does', async () => {
    const { screen, terminal } = await open(A)
    await terminal.type('/nothing\r')
    await screen.sees('E486: Pattern not found: nothing')
    await terminal.type(':nonsense\r')
    await screen.sees('E492: Not an editor command: nonsense')
    await terminal.type('x:q\r')
    await screen.sees('E37: No write since last change (add ! to override)')
    await terminal.type(':w\r')
    await screen.sees('"f" 3L, 27B written')
    await leave(terminal)
  })

  it('goes to a line or a pattern at the start, and through several files', async () => {
    const { screen, terminal } = await open(long, ['+/line 7.'])
    await screen.sees('70,1')
    await terminal.type(':e other\r')
    await screen.sees('"other" [New]')
    await terminal.type('ihello\x1b:w\r')
    await screen.sees('"other" [New] 1L, 6B written')
    await terminal.type(':e #\r')
    await screen.sees('line 70')
    await leave(terminal)
  })
})

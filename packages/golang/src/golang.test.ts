import { describe, expect, it } from 'vitest'
import { complaintsOf } from './check.ts'
import { formatted, valueText } from './format.ts'
import { Interpreter } from './interpret.ts'
import { errorsPackage, sortPackage, stringsPackage, strconvPackage, syncPackage } from './library/plain.ts'
import { parseFile } from './parse.ts'
import { GoError } from './tokens.ts'
import { stringOf, type Value } from './values.ts'

/** What a program prints. */
async function outputOf(text: string): Promise<string> {
  let out = ''
  const speak = async (value: Value): Promise<string | undefined> => {
    for (const name of ['Error', 'String']) {
      const method = program.methodOf(value, name)
      if (method !== undefined) return stringOf(await program.call(method, []))
    }
    return undefined
  }
  const fmt: Record<string, Value> = {
    Println: async (args) => {
      const parts = []
      for (const each of args) parts.push(await valueText(each, speak))
      out += `${parts.join(' ')}\n`
      return undefined
    },
    Printf: async ([first, ...rest]) => void (out += await formatted(stringOf(first), rest, speak)),
    Sprintf: ([first, ...rest]) => formatted(stringOf(first), rest, speak),
  }
  const program: Interpreter = new Interpreter(
    [parseFile('main.go', text)],
    (path) => {
      if (path === 'fmt') return fmt
      if (path === 'strings') return stringsPackage(program)
      if (path === 'strconv') return strconvPackage
      if (path === 'sort') return sortPackage(program)
      if (path === 'errors') return errorsPackage(program)
      return path === 'sync' ? syncPackage(program) : undefined
    },
    () => undefined,
  )
  await Promise.race([program.run(), program.failed])
  return out
}

const main = (body: string, before = ''): string =>
  `package main\nimport ("fmt"; "strings"; "strconv"; "sort"; "errors"; "sync")\n${before}\nfunc main() {\n${body}\n}\n`

/** Statements and what they print. The Go Programming Language Specification, by section; package fmt. */
const ROWS: readonly (readonly [title: string, body: string, printed: string, before?: string])[] = [
  ['Arithmetic', 'fmt.Println(7/2, -7/2, 7%3, -7%3, 7.0/2, 1<<10, 6&^2, 0x1F, 1_000)', '3 -3 1 -1 3.5 1024 4 31 1000'],
  ['Integer overflow of small types', 'var b uint8 = 200; fmt.Println(uint8(b+100), int8(200))', '44 -56'],
  ['Constants, iota', 'fmt.Println(A, B, C)', '1 2 4', 'const (\nA = 1 << iota\nB\nC\n)'],
  [
    'Strings are bytes',
    's := "héé"; fmt.Println(len(s), s[1], s[:1], []rune(s)[1], string([]byte{104, 105}))',
    '5 195 h 233 hi',
  ],
  ['Range over strings', 'for i, r := range "aé" { fmt.Println(i, string(r)) }', '0 a\n1 é'],
  ['Range over an int', 'for i := range 3 { fmt.Print2(i) }'.replace('fmt.Print2(i)', 'fmt.Println(i)'), '0\n1\n2'],
  [
    'Slices share',
    'a := []int{1, 2, 3, 4}; b := a[1:3]; b[0] = 9; fmt.Println(a, b, len(b), cap(b))',
    '[1 9 3 4] [9 3] 2 3',
  ],
  [
    'append, copy',
    'a := append([]int{1}, 2, 3); b := make([]int, 2); n := copy(b, a); fmt.Println(a, b, n)',
    '[1 2 3] [1 2] 2',
  ],
  [
    'Maps',
    'm := map[string]int{"a": 1}; v, ok := m["b"]; m["c"]++; delete(m, "a"); fmt.Println(v, ok, m, len(m))',
    '0 false map[c:1] 1',
  ],
  [
    'Structs are values',
    'a := P{1, 2}; b := a; b.X = 9; c := &a; c.Y = 7; fmt.Println(a, b, *c)',
    '{1 7} {9 2} {1 7}',
    'type P struct { X, Y int }',
  ],
  [
    'Methods, embedded',
    'd := D{B{"x"}, 1}; d.Name = "y"; fmt.Println(d.Hello(), d)',
    'hi y {{y} 1}',
    'type B struct { Name string }\nfunc (b B) Hello() string { return "hi " + b.Name }\ntype D struct { B; N int }',
  ],
  [
    'Pointer receivers',
    'c := C{}; c.Inc(); c.Inc(); p := &c; p.Inc(); fmt.Println(c.n)',
    '3',
    'type C struct { n int }\nfunc (c *C) Inc() { c.n++ }',
  ],
  [
    'Interfaces',
    'for _, s := range []S{Sq{2}, Ci{1}} { fmt.Println(s.Area()) }',
    '4\n3',
    'type S interface { Area() float64 }\ntype Sq struct { a float64 }\nfunc (s Sq) Area() float64 { return s.a * s.a }\ntype Ci struct { r float64 }\nfunc (c Ci) Area() float64 { return 3 * c.r }',
  ],
  [
    'Closures',
    'f := counter(); f(); fmt.Println(f(), f())',
    '2 3',
    'func counter() func() int { n := 0; return func() int { n++; return n } }',
  ],
  [
    'Loop variables',
    'var fs []func(); for i := 0; i < 3; i++ { fs = append(fs, func() { fmt.Println(i) }) }; for _, f := range fs { f() }',
    '0\n1\n2',
  ],
  [
    'Several results',
    'q, r := div(7, 2); fmt.Println(q, r)',
    '3 1',
    'func div(a, b int) (q, r int) { q = a / b; r = a % b; return }',
  ],
  [
    'Variadic',
    'fmt.Println(sum(1, 2, 3), sum([]int{4, 5}...))',
    '6 9',
    'func sum(ns ...int) int { t := 0; for _, n := range ns { t += n }; return t }',
  ],
  [
    'defer, recover',
    'fmt.Println(safe(func() { panic("x") })); defer fmt.Println("last"); fmt.Println("first")',
    'got x\nfirst\nlast',
    'func safe(f func()) (s string) { defer func() { if e := recover(); e != nil { s = fmt.Sprintf("got %v", e) } }(); f(); return "none" }',
  ],
  [
    'switch',
    'switch x := 2; x { case 1: fmt.Println("one"); case 2: fmt.Println("two"); fallthrough; case 3: fmt.Println("three"); default: fmt.Println("many") }',
    'two\nthree',
  ],
  [
    'Type switches',
    'for _, v := range []any{1, "a", 2.5, nil, []int{1}} { switch t := v.(type) { case int: fmt.Println("int", t); case string: fmt.Println("string", t); case nil: fmt.Println("nil"); case float64: fmt.Println("float", t); default: fmt.Printf("%T\\n", t) } }',
    'int 1\nstring a\nfloat 2.5\nnil\n[]int',
  ],
  [
    'Labels',
    'outer: for i := 0; i < 3; i++ { for j := 0; j < 3; j++ { if j == 1 { continue outer }; if i == 2 { break outer }; fmt.Println(i, j) } }',
    '0 0\n1 0',
  ],
  [
    'Goroutines and channels',
    'c := make(chan int); go func() { for i := 0; i < 3; i++ { c <- i }; close(c) }(); for v := range c { fmt.Println(v) }',
    '0\n1\n2',
  ],
  [
    'select',
    'c := make(chan string, 1); select { case v := <-c: fmt.Println(v); default: fmt.Println("none") }; c <- "x"; select { case v := <-c: fmt.Println(v) }',
    'none\nx',
  ],
  [
    'sync.WaitGroup',
    'var wg sync.WaitGroup; var mu sync.Mutex; n := 0; for i := 0; i < 5; i++ { wg.Add(1); go func() { defer wg.Done(); mu.Lock(); n++; mu.Unlock() }() }; wg.Wait(); fmt.Println(n)',
    '5',
  ],
  [
    'errors',
    'e := errors.New("a"); f := fmt.Sprintf("%v", e); fmt.Println(f, e == nil, errors.Is(e, e))',
    'a false true',
  ],
  [
    'Verbs',
    'fmt.Printf("%d|%5d|%-5s|%05.1f|%x|%q|%v|%+v|%T|%t|%c|%%\\n", 1, 42, "ab", 3.14159, 255, "q", []string{"a"}, P{1}, 1.5, true, 65)',
    '1|   42|ab   |003.1|ff|"q"|[a]|{X:1}|float64|true|A|%',
    'type P struct { X int }',
  ],
  [
    'Wrong verbs',
    'fmt.Printf("%d %s\\n", "a", 1); fmt.Printf("%d\\n"); fmt.Printf("x\\n", 1)',
    '%!d(string=a) %!s(int=1)\n%!d(MISSING)\nx\n%!(EXTRA int=1)',
  ],
  [
    'strings',
    'fmt.Println(strings.Split("a,b", ","), strings.Fields(" a  b "), strings.Title("go lang"), strings.Replace("aaa", "a", "b", 2))',
    '[a b] [a b] Go Lang bba',
  ],
  ['strconv', 'n, err := strconv.Atoi("x"); fmt.Println(n, err)', '0 strconv.Atoi: parsing "x": invalid syntax'],
  [
    'sort',
    'a := []string{"b", "a"}; sort.Strings(a); b := []int{3, 1, 2}; sort.Slice(b, func(i, j int) bool { return b[i] > b[j] }); fmt.Println(a, b)',
    '[a b] [3 2 1]',
  ],
  ['Arrays and two dimensions', 'var g [2][3]int; g[1][2] = 5; fmt.Println(g, len(g[0]))', '[[0 0 0] [0 0 5]] 3'],
  [
    'Types with a name',
    'fmt.Println(T(20) + 1.5)',
    '21.5 degrees',
    'type T float64\nfunc (t T) String() string { return fmt.Sprintf("%.1f degrees", float64(t)) }',
  ],
]

describe('Go', () => {
  it.for(ROWS)('%s', async ([, body, printed, before]) => {
    expect((await outputOf(main(body, before))).trimEnd()).toBe(printed)
  })

  it.each([
    ['a := []int{1}; i := 3; fmt.Println(a[i])', 'runtime error: index out of range [3] with length 1'],
    ['a, b := 1, 0; fmt.Println(a / b)', 'runtime error: integer divide by zero'],
    ['var m map[string]int; m["a"] = 1', 'assignment to entry in nil map'],
    ['panic(fmt.Sprintf("%d", 5))', '5'],
  ])('panics: %s', async (body, message) => {
    await expect(outputOf(main(body))).rejects.toThrow(message)
  })
})

/** What the compiler says, with its place. */
const REFUSED: readonly (readonly [source: string, complaints: readonly string[]])[] = [
  [
    'package main\nimport "os"\nfunc main() {\n\tx := 1\n}\n',
    ['2:8 "os" imported and not used', '4:2 declared and not used: x'],
  ],
  ['package main\nfunc main() {\n\ty = 2\n\tf(z)\n}\n', ['3:2 undefined: y', '4:2 undefined: f', '4:4 undefined: z']],
  ['package main\nfunc main() {\n\tx := 1\n\tx := 2\n\t_ = x\n}\n', ['4:4 no new variables on left side of :=']],
  ['package main\nimport "fmt"\nfunc main() { fmt.println(1) }\n', ['3:19 name println not exported by package fmt']],
  ['package main\nimport "net/http"\nfunc f(w http.ResponseWriter) {}\nfunc main() { f(nil) }\n', []],
]
const BROKEN: readonly (readonly [source: string, message: string])[] = [
  [
    'package main\nfunc main() {\n\tfmt.Println("a" y)\n}\n',
    'syntax error: unexpected name y in argument list; possibly missing comma or )',
  ],
  ['package main\nx := 1\n', 'syntax error: non-declaration statement outside function body'],
  ['func main() {}\n', 'syntax error: package statement must be first'],
  ['package main\nfunc main()\n{\n}\n', 'syntax error: unexpected semicolon or newline before {'],
]

describe('go build refuses', () => {
  it.for(REFUSED)('%j', ([source, complaints]) => {
    const found = complaintsOf([parseFile('main.go', source)])
    expect(found.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual(complaints)
  })

  it.for(BROKEN)('%j', ([source, message]) => {
    expect(() => parseFile('main.go', source)).toThrow(GoError)
    expect(() => parseFile('main.go', source)).toThrow(message)
  })
})

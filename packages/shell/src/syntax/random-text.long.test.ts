import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ArithmeticError, parseArithmetic } from '../expand/arithmetic.ts'
import { compile } from '../expand/arithmetic-compiler.ts'
import { expandBraces } from '../expand/brace.ts'
import { Patterns } from '../expand/pattern.ts'
import type { SyntaxOptions } from './cursor.ts'
import { Parser } from './parser.ts'
import { commandText } from './print.ts'
import { ShellSyntaxError } from './syntax-error.ts'
import { readWordUntil } from './word.ts'

/** Runs of each property; together 100,000 and more. */
const RUNS = 33_334
const TIMEOUT_MS = 600_000

const bash: SyntaxOptions = { bash: true, exact: true, extglob: () => true, alias: (name) => ALIASES.get(name) }
const dash: SyntaxOptions = { bash: false, exact: false, extglob: () => false, alias: () => undefined }
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ll', 'ls -l '],
  ['loop', 'loop x'],
  ['for', 'for '],
])

const TOKENS: readonly string[] = (
  'if then else elif fi for while until do done case esac in select function time coproc { } ! [[ ]] (( )) ( ) ; ;; ;& ;;& & && ' +
  '| || |& < > << <<- <<< >> >| <> &> &>> >& <& 2>&1 <( >( $( ` $(( ${ } $[ ] $ $x ${x} ${x:- ${x[ ${!x ${#x} $@ $* $? "$@" ' +
  `' " \\ $' $" x= x+= x=( a[ a[0]= a[i]+=( name 1 -f -eq == =~ != < + - * / % ** ++ -- ~ ~/ : , {a,b} {1..3} ?( *( +( @( !( ` +
  '[a-z] [!x] [[:alpha:]] # declare local export ll loop EOF x() {fd}> \\\n'
)
  .split(' ')
  .concat(['\n', ' ', '\t', '\n\n', "it's", '"a $b"', '\u00e9', '\udc80', '\0'])

const SCRIPTS: readonly string[] = [
  'if [ -f "$1" ]; then cat < "$1" | while read -r line; do echo "${line%%:*}"; done; fi\n',
  'for ((i=0; i<10; i++)); do a[i]=$((i*i)); done; echo "${a[@]:2:3}" "${!a[*]}"\n',
  'case $x in (a|b*) echo 1;; [!0-9]) echo 2;& *) echo 3;; esac >out 2>&1\n',
  'f() { local x=${1:-"d\'q"}; [[ $x =~ ^(a|b)+$ && ! -e $x ]] && return 1; }\n',
  'cat <<-"EOF" <<X\n\t$not\n\tEOF\nyes $(echo "`date`")\nX\n',
  'diff <(sort a) <(sort b) | tee >(wc -l) && echo $"x" $\'a\\n\\x41\' {a,b}{1..3}\n',
  'declare -A m=([a]=1 ["b c"]=2); m[x]+=3; echo "${m[@]@Q}" ${m/#a/b} ${x^^[a-c]}\n',
  'time { select x in a b; do break; done; } & coproc C { read; }; wait $!\n',
]

/** Parses to the end. @returns what it threw, when that is anything but a syntax error */
function failure(text: string, options: SyntaxOptions): unknown {
  const parser = new Parser(text, options)
  try {
    for (let list = parser.next(), turns = 0; list; list = parser.next()) {
      commandText(list)
      if (++turns > text.length + 1) return new Error('the parser does not move')
    }
    return undefined
  } catch (error) {
    return error instanceof ShellSyntaxError ? undefined : error
  }
}

const holds = (text: string): void => {
  for (const options of [bash, dash]) expect(failure(text, options)).toBeUndefined()
}

const soup = fc
  .array(fc.constantFrom(...TOKENS), { maxLength: 25 })
  .chain((tokens) => fc.constantFrom('', ' ').map((glue) => tokens.join(glue)))
/** A script with a few places cut out, doubled or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SCRIPTS),
    fc.array(fc.tuple(fc.nat(200), fc.nat(12), fc.constantFrom(...TOKENS)), { minLength: 1, maxLength: 4 }),
  )
  .map(([script, changes]) =>
    changes.reduce((text, [at, length, token]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + (length % 3 === 0 ? text.slice(0, length) : token) + text.slice(place + length)
    }, script),
  )

it(
  'reads any row of tokens to its end, or says what is wrong',
  () => {
    fc.assert(fc.property(soup, holds), { numRuns: RUNS })
  },
  TIMEOUT_MS,
)

it(
  'reads scripts with mistakes in them',
  () => {
    fc.assert(fc.property(mutated, holds), { numRuns: RUNS })
  },
  TIMEOUT_MS,
)

it(
  'expands braces, patterns and arithmetic of any text',
  () => {
    const texts = fc
      .array(fc.constantFrom(...'{},..1a*?[]!^-:()|+@\\/\'"$x09zA %=<>&~#'), { maxLength: 20 })
      .map((c) => c.join(''))
    const patterns = new Patterns()
    const scope = { read: () => 3, write: () => undefined, hole: () => 7 }
    const property = fc.property(texts, (text) => {
      const { cursor } = new Parser(text, bash)
      try {
        expect(expandBraces(readWordUntil(cursor, () => false)).length).toBeGreaterThan(0)
      } catch (error) {
        if (!(error instanceof ShellSyntaxError)) throw error
      }
      for (const extglob of [true, false]) expect(typeof patterns.matches(text, 'a1', { extglob })).toBe('boolean')
      try {
        compile(parseArithmetic(text))(scope)
      } catch (error) {
        if (!(error instanceof ArithmeticError)) throw error
      }
    })
    fc.assert(property, { numRuns: RUNS })
  },
  TIMEOUT_MS,
)

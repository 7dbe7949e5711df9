import { ASCII_CLASSES } from '../../text/ascii-classes.ts'

/** vim's regular expressions as JavaScript's: `\+`, `\(`, `\|` carry a backslash unless `\v` says otherwise. pattern.txt */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['a', '[A-Za-z]'],
  ['A', '[^A-Za-z]'],
  ['l', '[a-z]'],
  ['L', '[^a-z]'],
  ['u', '[A-Z]'],
  ['U', '[^A-Z]'],
  ['d', '[0-9]'],
  ['D', '[^0-9]'],
  ['x', '[0-9A-Fa-f]'],
  ['X', '[^0-9A-Fa-f]'],
  ['h', '[A-Za-z_]'],
  ['w', '[0-9A-Za-z_]'],
  ['W', '[^0-9A-Za-z_]'],
  ['s', '[ \\t]'],
  ['S', '[^ \\t]'],
  ['n', '\\n'],
  ['t', '\\t'],
  ['r', '\\r'],
  ['e', '\\x1b'],
  ['<', '\\b(?=\\w)'],
  ['>', '\\b(?<=\\w)'],
])
/** What is special without a backslash at each level of magic. */
const MAGIC = '^$.*[~'
const VERY_MAGIC = '^$.*[~+?=(){|<>@&%'
const NO_MAGIC = '^$'
const JS_SPECIAL = /[\\^$.*+?()[\]{}|/]/

const LOOKS: ReadonlyMap<string, string> = new Map([
  ['=', '(?='],
  ['!', '(?!'],
  ['<=', '(?<='],
  ['<!', '(?<!'],
  ['>', '(?:'],
])

/** Where the last atom of a pattern begins: a group, a set or a character. */
function atomStart(out: string): number {
  const set = /(?:\[(?:\\.|[^\]\\])*\]|\\.|[^)])$/.exec(out)
  if (set) return set.index
  let depth = 0
  for (let at = out.length - 1; at >= 0; at--) {
    if (out.charAt(at - 1) === '\\') continue
    if (out.charAt(at) === ')') depth++
    if (out.charAt(at) === '(' && --depth === 0) return at
  }
  return 0
}

interface Translation {
  readonly source: string
  readonly ignoreCase: boolean | undefined
}

class Translator {
  private at = 0
  private out = ''
  private special = MAGIC
  private ignoreCase: boolean | undefined
  private starts: number | undefined
  private ends = false
  private readonly source: string
  private readonly previous: string

  constructor(source: string, previous: string) {
    this.source = source
    this.previous = previous
  }

  run(): Translation {
    while (this.at < this.source.length) this.step()
    if (this.ends) this.out += ')'
    if (this.starts !== undefined) this.out = `(?<=${this.out.slice(0, this.starts)})${this.out.slice(this.starts)}`
    return { source: this.out, ignoreCase: this.ignoreCase }
  }

  private step(): void {
    const char = this.source.charAt(this.at++)
    if (char !== '\\') return this.special.includes(char) ? this.operator(char) : this.literal(char)
    const next = this.source.charAt(this.at++)
    if (next === '') return this.literal('\\')
    if ('vVmM'.includes(next)) return this.level(next)
    if (next === 'c' || next === 'C') return void (this.ignoreCase = next === 'c')
    if (next === 'z') return this.bound()
    if (next === '_') return this.overLines()
    const known = VERY_MAGIC.includes(next)
    if (known && !this.special.includes(next)) return this.operator(next)
    const named = CLASSES.get(next)
    if (named) this.out += named
    else if (/[1-9]/.test(next)) this.out += `\\${next}`
    else this.literal(next)
  }

  private level(letter: string): void {
    this.special = { v: VERY_MAGIC, V: NO_MAGIC, m: MAGIC, M: NO_MAGIC }[letter] ?? MAGIC
  }

  private bound(): void {
    const which = this.source.charAt(this.at++)
    if (which === 's') this.starts = this.out.length
    else {
      this.ends = true
      this.out += '(?='
    }
  }

  private overLines(): void {
    const next = this.source.charAt(this.at++)
    if (next === '.') this.out += '[^]'
    else if (next === '^' || next === '$') this.out += next
    else this.out += `(?:${CLASSES.get(next) ?? next}|\\n)`
  }

  private literal(char: string): void {
    this.out += JS_SPECIAL.test(char) ? `\\${char}` : char
  }

  private operator(char: string): void {
    if (char === '[') return this.brackets()
    if (char === '{') return this.repeat()
    if (char === '%') return this.percent()
    if (char === '@') return this.look()
    if (char === '~') return void (this.out += this.previous)
    if (char === '*' && this.atStart()) return this.literal('*')
    if (char === '^') return this.anchor('^', this.atStart())
    if (char === '$') return this.anchor('$', /^($|\\[|)&n]|[|)])/.test(this.source.slice(this.at)))
    this.out += char === '=' ? '?' : char === '&' ? '' : (CLASSES.get(`${char}`) ?? char)
  }

  /** `\@=`, `\@<!` and their kin turn the atom before them into a look ahead or behind. */
  private look(): void {
    const [kind = ''] = /^(?:\d*(?:<[=!])|[=!>])/.exec(this.source.slice(this.at)) ?? []
    const open = LOOKS.get(kind.replace(/^\d+/, ''))
    if (open === undefined) return this.literal('@')
    this.at += kind.length
    const start = atomStart(this.out)
    this.out = `${this.out.slice(0, start)}${open}${this.out.slice(start)})`
  }

  private anchor(char: string, place: boolean): void {
    if (place) this.out += char
    else this.literal(char)
  }

  private atStart(): boolean {
    return this.out === '' || /(^|[^\\])(\(|\||\()$/.test(this.out) || this.out.endsWith('(?:')
  }

  /** `%(` groups without counting, `%^` and `%$` are the file's ends. */
  private percent(): void {
    const next = this.source.charAt(this.at)
    if (next !== '(') return this.literal('%')
    this.at++
    this.out += '(?:'
  }

  private repeat(): void {
    const match = /^(-?)(\d*)(,?)(\d*)\\?\}/.exec(this.source.slice(this.at))
    if (!match) return this.literal('{')
    const [whole, lazy, least = '', comma, most = ''] = match
    this.at += whole.length
    const range = least === '' && most === '' ? '*' : `{${least || '0'}${comma}${most}}`
    this.out += range + (lazy ? '?' : '')
  }

  private brackets(): void {
    const rest = this.source.slice(this.at)
    const match = /^\^?\]?(?:\[:\w+:\]|\\[^]|[^\]\\])*\]/.exec(rest)
    if (!match) return this.literal('[')
    this.at += match[0].length
    const inside = match[0]
      .slice(0, -1)
      .replace(/^(\^?)\]/, '$1\\]')
      .replace(/\[:(\w+):\]/g, (_, name: string) => ASCII_CLASSES.get(name) ?? '')
      .replace(/\[/g, '\\[')
    this.out += `[${inside}]`
  }
}

export interface CaseSettings {
  readonly ignoreCase: boolean
  readonly smartCase: boolean
}

/** @param previous  what `~` stands for @returns undefined for a pattern that is wrong */
export function compileVim(source: string, settings: CaseSettings, previous = ''): RegExp | undefined {
  const { source: translated, ignoreCase } = new Translator(source, previous).run()
  const folds = ignoreCase ?? (settings.ignoreCase && !(settings.smartCase && /[A-Z]/.test(source)))
  try {
    return new RegExp(translated, folds ? 'gim' : 'gm')
  } catch {
    return undefined
  }
}

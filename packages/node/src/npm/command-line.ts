/** Options in one or two letters. npm-config(7), Shorthands */
const SHORTHANDS: Readonly<Record<string, readonly string[]>> = {
  a: ['--all'],
  C: ['--prefix'],
  c: ['--call'],
  D: ['--save-dev'],
  d: ['--loglevel=info'],
  E: ['--save-exact'],
  f: ['--force'],
  g: ['--global'],
  h: ['--usage'],
  '?': ['--usage'],
  H: ['--usage'],
  help: ['--usage'],
  l: ['--long'],
  local: ['--no-global'],
  n: ['--no-yes'],
  no: ['--no-yes'],
  O: ['--save-optional'],
  P: ['--save-prod'],
  p: ['--parseable'],
  q: ['--loglevel=warn'],
  quiet: ['--loglevel=warn'],
  S: ['--save'],
  s: ['--loglevel=silent'],
  silent: ['--loglevel=silent'],
  v: ['--version'],
  verbose: ['--loglevel=verbose'],
  w: ['--workspace'],
  ws: ['--workspaces'],
  y: ['--yes'],
  reg: ['--registry'],
}
const VALUED: ReadonlySet<string> = new Set([
  ...['access', 'cache', 'call', 'depth', 'include', 'init-license', 'install-strategy', 'location', 'loglevel'],
  ...['omit', 'only', 'otp', 'pack-destination', 'package', 'preid', 'prefix', 'registry', 'save-prefix', 'scope'],
  ...['script-shell', 'tag', 'userconfig', 'workspace'],
])

/** npm's arguments, read. */
export class CommandLine {
  readonly words: string[] = []
  private readonly given = new Map<string, (string | boolean)[]>()

  /** @param more in the words before a command's own, as npx has them, reading stops at the first that is no option */
  constructor(argv: readonly string[], { stops = false } = {}) {
    const rest = [...argv]
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (word === '--') {
        this.words.push(...rest)
        return
      }
      if (word.startsWith('-') && word !== '-') this.take(word, rest)
      else this.words.push(word, ...(stops ? rest.splice(0) : []))
    }
  }

  private take(word: string, rest: string[]): void {
    const known = SHORTHANDS[word.replace(/^--?/, '')]
    const longs =
      known ?? (/^-\w{2,}$/.test(word) ? [...word.slice(1)].flatMap((each) => SHORTHANDS[each] ?? []) : [word])
    for (const long of longs) {
      const [, not, name = '', value] = /^--?(no-)?([\w-]+)(?:=([^]*))?$/.exec(long) ?? []
      if (not) this.set(name, false)
      else if (value !== undefined) this.set(name, value === 'true' ? true : value === 'false' ? false : value)
      else this.set(name, VALUED.has(name) ? (rest.shift() ?? '') : true)
    }
  }

  private set(name: string, value: string | boolean): void {
    this.given.set(name, [...(this.given.get(name) ?? []), value])
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.given.get(name)?.at(-1) === true)
  }
  /** Said with no-. */
  refuses(name: string): boolean {
    return this.given.get(name)?.at(-1) === false
  }
  value(name: string): string | undefined {
    const value = this.given.get(name)?.at(-1)
    return typeof value === 'string' ? value : undefined
  }
  all(name: string): readonly string[] {
    return (this.given.get(name) ?? []).filter((value): value is string => typeof value === 'string')
  }
  get isSilent(): boolean {
    return this.value('loglevel') === 'silent'
  }
}

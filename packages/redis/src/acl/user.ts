import { Hash, toHex } from '@drydock/codec'
import { globMatcher } from '../store/glob.ts'
import { CommandError } from '../resp/reply.ts'
import { bytesOf } from '../resp/binary.ts'

/** What rules may name. */
export interface CommandNames {
  has(name: string): boolean
  /** Commands of a category in small letters; undefined for none of that name. */
  category(name: string): ReadonlySet<string> | undefined
}

const digest = (password: string): string => toHex(new Hash('sha256').update(bytesOf(password)).digest())

/** One user with its rights. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
export class User {
  readonly name: string
  enabled = false
  noPassword = false
  private passwords: string[] = []
  /** `+get`, `-@dangerous`, `+config|get`: the last that is about a command has the say. */
  private rules: string[] = ['-@all']
  private keys: KeyPattern[] = []
  /** Further sets of rights: a command is allowed that one of them allows. */
  private selectors: User[] = []
  private channels: string[] = []
  private readonly names: CommandNames

  constructor(name: string, names: CommandNames) {
    this.name = name
    this.names = names
  }

  /** The user that everybody is at first. */
  static default(names: CommandNames): User {
    const user = new User('default', names)
    for (const rule of ['on', 'nopass', '~*', '&*', '+@all']) user.apply(rule)
    return user
  }

  copy(): User {
    const user = new User(this.name, this.names)
    user.enabled = this.enabled
    user.noPassword = this.noPassword
    user.passwords = [...this.passwords]
    user.rules = [...this.rules]
    user.keys = [...this.keys]
    user.selectors = this.selectors.map((each) => each.copy())
    user.channels = [...this.channels]
    return user
  }

  /** One word of ACL SETUSER. @throws CommandError */
  apply(rule: string): void {
    const plain = PLAIN[rule.toLowerCase()]
    if (plain) return plain.call(this)
    const mark = rule[0] ?? ''
    const rest = rule.slice(1)
    if (mark === '(') return this.addSelector(rule)
    const [, permissions, pattern] = /^%([RWrw]+)~(.*)$/s.exec(rule) ?? []
    if (permissions !== undefined && pattern !== undefined)
      return this.addKeys(pattern, /r/i.test(permissions), /w/i.test(permissions))
    const marked = rule.length > 1 ? MARKED[mark] : undefined
    if (marked) return marked.call(this, rest)
    if ((mark === '+' || mark === '-') && rest !== '') return this.command(mark, rest)
    throw wrong(rule, 'Syntax error')
  }

  private command(mark: string, name: string): void {
    const lower = name.toLowerCase()
    const known = lower.startsWith('@')
      ? lower === '@all' || this.names.category(lower.slice(1)) !== undefined
      : this.names.has(lower.split('|')[0] ?? '')
    if (!known) throw wrong(mark + name, 'Unknown command or category name in ACL')
    const rule = `${mark}${lower}`
    if (lower === '@all') this.rules = [rule]
    else this.rules = [...this.rules.filter((each) => each.slice(1) !== lower), rule]
  }

  addPassword(password: string): void {
    this.addHash(digest(password))
  }

  addHash(hash: string): void {
    if (!/^[0-9a-f]{64}$/.test(hash))
      throw wrong(
        `#${hash}`,
        'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters',
      )
    if (!this.passwords.includes(hash)) this.passwords.push(hash)
    this.noPassword = false
  }

  removePassword(password: string): void {
    const hash = digest(password)
    if (!this.passwords.includes(hash))
      throw wrong(`<${password}`, 'The password you are trying to remove from the user does not exist')
    this.passwords = this.passwords.filter((each) => each !== hash)
  }

  clearPasswords(free: boolean): void {
    this.passwords = []
    this.noPassword = free
  }

  private addSelector(rule: string): void {
    if (!rule.endsWith(')')) throw wrong(rule, 'Unmatched parenthesis in selector')
    const selector = new User(this.name, this.names)
    for (const each of rule.slice(1, -1).trim().split(/\s+/)) if (each !== '') selector.apply(each)
    this.selectors.push(selector)
  }

  forgetSelectors(): void {
    this.selectors = []
  }

  /** These rights, and those of each selector. */
  get alternatives(): readonly User[] {
    return [this, ...this.selectors]
  }

  addKeys(pattern: string, read = true, write = true): void {
    if (this.keys.some((each) => each.pattern === '*' && each.read && each.write))
      throw wrong(
        `~${pattern}`,
        "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
      )
    if (pattern === '*' && read && write) this.keys = []
    this.keys.push({ pattern, read, write })
  }

  addChannels(pattern: string): void {
    if (pattern === '*') this.channels = []
    this.channels.push(pattern)
  }

  forgetKeys(): void {
    this.keys = []
  }

  forgetChannels(): void {
    this.channels = []
  }

  everyCommand(allowed: boolean): void {
    this.rules = [allowed ? '+@all' : '-@all']
  }

  reset(): void {
    this.clearPasswords(false)
    this.forgetKeys()
    this.forgetChannels()
    this.everyCommand(false)
    this.forgetSelectors()
    this.enabled = false
  }

  fits(password: string): boolean {
    return this.enabled && (this.noPassword || this.passwords.includes(digest(password)))
  }

  get hasPassword(): boolean {
    return this.passwords.length > 0
  }

  /** @param sub of commands that have such, in small letters */
  mayRun(command: string, sub: string): boolean {
    const about = (rule: string): boolean => {
      const name = rule.slice(1)
      if (name === '@all' || name === command || name === `${command}|${sub}`) return true
      return name.startsWith('@') && (this.names.category(name.slice(1))?.has(command) ?? false)
    }
    return this.rules.findLast(about)?.startsWith('+') ?? false
  }

  /** @param how whether the command reads or writes them */
  mayTouch(keys: readonly string[], how: 'read' | 'write'): boolean {
    const patterns = this.keys.filter((each) => each[how]).map(({ pattern }) => globMatcher(pattern))
    return keys.every((key) => patterns.some((matches) => matches(key)))
  }

  /** @param exact for patterns, which have to be among those of the user as they are */
  mayHear(channels: readonly string[], exact: boolean): boolean {
    if (this.channels.includes('*')) return true
    const patterns = this.channels.map((pattern) => globMatcher(pattern))
    return channels.every((each) => (exact ? this.channels.includes(each) : patterns.some((matches) => matches(each))))
  }

  get commands(): string {
    return this.rules.join(' ')
  }

  /** The rows of ACL GETUSER. */
  facts(): readonly (readonly [string, string | readonly string[] | readonly (readonly string[])[]])[] {
    return [
      ['flags', [this.enabled ? 'on' : 'off', ...(this.noPassword ? ['nopass'] : [])]],
      ['passwords', this.passwords],
      ['commands', this.commands],
      ['keys', this.keys.map(keyText).join(' ')],
      ['channels', this.channels.map((each) => `&${each}`).join(' ')],
      ['selectors', this.selectors.map((each) => each.rights())],
    ]
  }

  private rights(): readonly string[] {
    const channels = this.channels.map((each) => `&${each}`).join(' ')
    return ['commands', this.commands, 'keys', this.keys.map(keyText).join(' '), 'channels', channels]
  }

  private get selectorText(): string {
    const channels = ['resetchannels', ...this.channels.map((each) => `&${each}`)]
    return `(${[...this.keys.map(keyText), ...channels, this.commands].join(' ')})`
  }

  /** As a line of a file says it. */
  describe(): string {
    const channels = this.channels.map((each) => `&${each}`)
    return [
      ...['user', this.name, this.enabled ? 'on' : 'off'],
      ...(this.noPassword ? ['nopass'] : []),
      'sanitize-payload',
      ...this.passwords.map((each) => `#${each}`),
      ...this.keys.map(keyText),
      ...(this.channels.includes('*') ? channels : ['resetchannels', ...channels]),
      this.commands,
      ...this.selectors.map((each) => each.selectorText),
    ].join(' ')
  }
}

/** `~pattern`, or what only may be read or written of it. */
interface KeyPattern {
  readonly pattern: string
  readonly read: boolean
  readonly write: boolean
}
const keyText = ({ pattern, read, write }: KeyPattern): string =>
  `${read && write ? '' : read ? '%R' : '%W'}~${pattern}`

const wrong = (rule: string, why: string): CommandError =>
  new CommandError(`ERR Error in ACL SETUSER modifier '${rule}': ${why}`)

const PLAIN: Readonly<Record<string, (this: User) => void>> = {
  on() {
    this.enabled = true
  },
  off() {
    this.enabled = false
  },
  nopass() {
    this.clearPasswords(true)
  },
  resetpass() {
    this.clearPasswords(false)
  },
  allkeys() {
    this.forgetKeys()
    this.addKeys('*')
  },
  resetkeys() {
    this.forgetKeys()
  },
  allchannels() {
    this.addChannels('*')
  },
  resetchannels() {
    this.forgetChannels()
  },
  allcommands() {
    this.everyCommand(true)
  },
  nocommands() {
    this.everyCommand(false)
  },
  reset() {
    this.reset()
  },
  'sanitize-payload'() {},
  'skip-sanitize-payload'() {},
  clearselectors() {
    this.forgetSelectors()
  },
}

const MARKED: Readonly<Record<string, (this: User, text: string) => void>> = {
  '>'(text) {
    this.addPassword(text)
  },
  '<'(text) {
    this.removePassword(text)
  },
  '#'(text) {
    this.addHash(text)
  },
  '~'(text) {
    this.addKeys(text)
  },
  '&'(text) {
    this.addChannels(text)
  },
}

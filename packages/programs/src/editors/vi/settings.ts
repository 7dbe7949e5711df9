/** What `:set` changes. vim's options.txt. */
export class Settings {
  readonly flags = new Map<string, boolean>([
    ['number', false],
    ['relativenumber', false],
    ['ignorecase', false],
    ['smartcase', false],
    ['hlsearch', false],
    ['incsearch', true],
    ['wrapscan', true],
    ['list', false],
    ['wrap', true],
    ['paste', false],
    ['autoindent', false],
    ['smartindent', false],
    ['expandtab', false],
    ['ruler', true],
    ['showmode', true],
    ['showcmd', true],
    ['readonly', false],
    ['modifiable', true],
    ['hidden', false],
    ['backup', false],
    ['compatible', false],
    ['cursorline', false],
    ['autowrite', false],
    ['startofline', true],
  ])
  readonly numbers = new Map<string, number>([
    ['tabstop', 8],
    ['shiftwidth', 8],
    ['softtabstop', 0],
    ['scrolloff', 5],
    ['textwidth', 0],
    ['history', 200],
    ['laststatus', 1],
    ['scroll', 0],
  ])
  readonly texts = new Map<string, string>([
    ['fileformat', 'unix'],
    ['encoding', 'utf-8'],
    ['fileencoding', 'utf-8'],
    ['filetype', ''],
    ['syntax', ''],
    ['background', 'light'],
    ['mouse', ''],
    ['backspace', 'indent,eol,start'],
  ])

  flag(name: string): boolean {
    return this.flags.get(name) ?? false
  }
  number(name: string): number {
    return this.numbers.get(name) ?? 0
  }
  /** Columns of one step of `>`. */
  get shift(): number {
    return this.number('shiftwidth') || this.number('tabstop')
  }

  /** One word of `:set`. @returns what is shown of it, or what is wrong with it */
  set(word: string): string | undefined {
    if (word === '' || word === 'all') return this.changed(word === 'all')
    const [, name = '', operator = '', value = ''] = /^([a-z]+)([?!&]|[+^-]?[=:])?(.*)$/.exec(word) ?? []
    const known = this.find(name)
    if (known !== undefined && operator === '?') return this.show(known)
    if (known !== undefined) return this.assign(known, operator, value, word)
    const off = /^(no|inv)(.*)$/.exec(name)
    const flag = off ? this.find(off[2] ?? '') : undefined
    if (off && flag !== undefined && this.flags.has(flag))
      this.flags.set(flag, off[1] === 'inv' ? !this.flag(flag) : false)
    else return `E518: Unknown option: ${word}`
    return undefined
  }

  private find(name: string): string | undefined {
    const full = SHORT.get(name) ?? name
    return this.flags.has(full) || this.numbers.has(full) || this.texts.has(full) ? full : undefined
  }

  private assign(name: string, operator: string, value: string, word: string): string | undefined {
    if (this.flags.has(name)) {
      if (operator.endsWith('=')) return `E474: Invalid argument: ${word}`
      this.flags.set(name, operator === '!' ? !this.flag(name) : true)
      return undefined
    }
    if (operator === '') return this.show(name)
    if (this.texts.has(name)) return void this.texts.set(name, value)
    if (!/^\d+$/.test(value)) return `E521: Number required after =: ${word}`
    const step = operator.startsWith('+') ? 1 : operator.startsWith('-') ? -1 : 0
    this.numbers.set(name, step ? this.number(name) + step * Number(value) : Number(value))
    return undefined
  }

  private show(name: string): string {
    const flag = this.flags.get(name)
    if (flag !== undefined) return flag ? `  ${name}` : `no${name}`
    return `  ${name}=${this.numbers.get(name) ?? this.texts.get(name) ?? ''}`
  }

  private changed(all: boolean): string {
    const fresh = all ? undefined : new Settings()
    const names = [...this.flags.keys(), ...this.numbers.keys(), ...this.texts.keys()]
    return [
      '--- Options ---',
      ...names.filter((name) => this.show(name) !== fresh?.show(name)).map((name) => this.show(name)),
    ].join('\n')
  }
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ['nu', 'number'],
  ['rnu', 'relativenumber'],
  ['ic', 'ignorecase'],
  ['scs', 'smartcase'],
  ['hls', 'hlsearch'],
  ['is', 'incsearch'],
  ['ws', 'wrapscan'],
  ['ai', 'autoindent'],
  ['si', 'smartindent'],
  ['et', 'expandtab'],
  ['ru', 'ruler'],
  ['smd', 'showmode'],
  ['sc', 'showcmd'],
  ['ro', 'readonly'],
  ['ma', 'modifiable'],
  ['hid', 'hidden'],
  ['cp', 'compatible'],
  ['cul', 'cursorline'],
  ['aw', 'autowrite'],
  ['ts', 'tabstop'],
  ['sw', 'shiftwidth'],
  ['sts', 'softtabstop'],
  ['so', 'scrolloff'],
  ['tw', 'textwidth'],
  ['ff', 'fileformat'],
  ['enc', 'encoding'],
  ['fenc', 'fileencoding'],
  ['ft', 'filetype'],
  ['syn', 'syntax'],
  ['bg', 'background'],
  ['ls', 'laststatus'],
  ['bs', 'backspace'],
])

/** Which commands a mapping is for: normal, visual, operator-pending, insert, the command line. vim's map.txt */
export type MapMode = 'n' | 'v' | 'o' | 'i' | 'c'

interface Mapping {
  readonly keys: readonly string[]
  readonly text: readonly string[]
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['cr', '\r'],
  ['enter', '\r'],
  ['return', '\r'],
  ['esc', '\x1b'],
  ['space', ' '],
  ['tab', '\t'],
  ['bs', '\x7f'],
  ['bar', '|'],
  ['lt', '<'],
  ['bslash', '\\'],
  ['nl', '\n'],
  ['up', '<Up>'],
  ['down', '<Down>'],
  ['left', '<Left>'],
  ['right', '<Right>'],
  ['home', '<Home>'],
  ['end', '<End>'],
  ['del', '<Del>'],
  ['insert', '<Insert>'],
  ['pageup', '<PageUp>'],
  ['pagedown', '<PageDown>'],
])

/** `<CR>`, `<C-n>`, `<leader>x` as keys. vim's intro.txt, "key-notation" */
export function readKeys(text: string, leader: string): string[] {
  const keys: string[] = []
  for (const [piece] of text.matchAll(/<[^<>\s]+>|[^]/gu)) {
    const name = piece.length > 2 ? piece.slice(1, -1).toLowerCase() : ''
    const control = /^c-(.)$/.exec(name)?.[1]
    if (name === 'leader') keys.push(...leader)
    else if (name === 'nop') continue
    else if (control !== undefined) keys.push(String.fromCharCode(control.toUpperCase().charCodeAt(0) & 31))
    else if (/^f\d+$/.test(name)) keys.push(`<${name.toUpperCase()}>`)
    else if (NAMED.has(name)) keys.push(NAMED.get(name) ?? '')
    else keys.push(...(name === '' ? [piece] : piece))
  }
  return keys
}

/** Keys that stand for others, and words that are written out. */
export class Maps {
  leader = '\\'
  readonly abbreviations = new Map<string, string>()
  private readonly mappings = new Map<string, Mapping>()

  define(modes: readonly MapMode[], keys: readonly string[], text: readonly string[]): void {
    for (const mode of modes) this.mappings.set(`${mode}${keys.join('\0')}`, { keys, text })
  }

  /** @returns whether there was one */
  remove(modes: readonly MapMode[], keys: readonly string[]): boolean {
    return modes.map((mode) => this.mappings.delete(`${mode}${keys.join('\0')}`)).includes(true)
  }

  clear(modes: readonly MapMode[]): void {
    for (const name of [...this.mappings.keys()])
      if (modes.some((mode) => name.startsWith(mode))) this.mappings.delete(name)
  }

  /** What keys stand for, and whether more keys may make a longer mapping. */
  find(
    mode: MapMode,
    keys: readonly string[],
  ): { readonly text: readonly string[] | undefined; readonly longer: boolean } {
    const begun = `${mode}${keys.join('\0')}`
    const longer = [...this.mappings.keys()].some((name) => name.startsWith(`${begun}\0`))
    return { text: this.mappings.get(begun)?.text, longer }
  }

  /** As `:map` lists them. */
  list(modes: readonly MapMode[]): string[] {
    return [...this.mappings]
      .filter(([name]) => modes.some((mode) => name.startsWith(mode)))
      .map(([name, { keys, text }]) => `${name.charAt(0)}  ${shown(keys).padEnd(11)} * ${shown(text)}`)
  }
}

const SHOWN: ReadonlyMap<string, string> = new Map([
  ['\r', '<CR>'],
  ['\x1b', '<Esc>'],
  [' ', '<Space>'],
  ['\t', '<Tab>'],
])
const shown = (keys: readonly string[]): string => keys.map((key) => SHOWN.get(key) ?? key).join('')

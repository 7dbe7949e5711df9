import { defaultKeymaps } from './default-keymaps.ts'
import type { Keymap } from './keymap.ts'

export type KeymapName = keyof ReturnType<typeof defaultKeymaps>

/** Part of a keymap that has a name of its own: what comes behind this key. */
interface NamedKeymap {
  readonly map: KeymapName
  readonly before: string
}

const NAMES: ReadonlyMap<string, NamedKeymap> = new Map([
  ['emacs', { map: 'emacs', before: '' }],
  ['emacs-standard', { map: 'emacs', before: '' }],
  ['emacs-meta', { map: 'emacs', before: '\x1b' }],
  ['emacs-ctlx', { map: 'emacs', before: '\x18' }],
  ['vi', { map: 'vi-command', before: '' }],
  ['vi-move', { map: 'vi-command', before: '' }],
  ['vi-command', { map: 'vi-command', before: '' }],
  ['vi-insert', { map: 'vi-insert', before: '' }],
])
export const namedKeymap = (name: string): NamedKeymap | undefined => NAMES.get(name)

/** Variables that are on or off. readline(3), "Variables". */
const SWITCHES: readonly (readonly [name: string, on: boolean])[] = [
  ['bind-tty-special-chars', true],
  ['blink-matching-paren', false],
  ['byte-oriented', false],
  ['colored-completion-prefix', false],
  ['colored-stats', false],
  ['completion-ignore-case', false],
  ['completion-map-case', false],
  ['convert-meta', false],
  ['disable-completion', false],
  ['echo-control-characters', true],
  ['enable-active-region', true],
  ['enable-bracketed-paste', true],
  ['enable-keypad', false],
  ['enable-meta-key', true],
  ['expand-tilde', false],
  ['history-preserve-point', false],
  ['horizontal-scroll-mode', false],
  ['input-meta', true],
  ['mark-directories', true],
  ['mark-modified-lines', false],
  ['mark-symlinked-directories', false],
  ['match-hidden-files', true],
  ['menu-complete-display-prefix', false],
  ['meta-flag', true],
  ['output-meta', true],
  ['page-completions', true],
  ['prefer-visible-bell', true],
  ['print-completions-horizontally', false],
  ['revert-all-at-newline', false],
  ['show-all-if-ambiguous', false],
  ['show-all-if-unmodified', false],
  ['show-mode-in-prompt', false],
  ['skip-completed-text', false],
  ['visible-stats', false],
]
/** …and those with a value. `editing-mode` and `keymap` are told by what is in use. */
const VALUES: readonly (readonly [name: string, value: string])[] = [
  ['bell-style', 'audible'],
  ['comment-begin', '#'],
  ['completion-display-width', '-1'],
  ['completion-prefix-display-length', '0'],
  ['completion-query-items', '100'],
  ['editing-mode', 'emacs'],
  ['emacs-mode-string', '@'],
  ['history-size', '0'],
  ['keymap', 'emacs'],
  ['keyseq-timeout', '500'],
  ['vi-cmd-mode-string', '(cmd)'],
  ['vi-ins-mode-string', '(ins)'],
]

/** What keys do and how the line is edited: all that inputrc and `bind` can change. */
export class LineSettings {
  readonly keymaps: Record<KeymapName, Keymap> = defaultKeymaps()
  private readonly switches = new Map<string, boolean>(SWITCHES)
  private readonly values = new Map<string, string>(VALUES)
  /** Where `bind` and inputrc put keys. */
  target: NamedKeymap = { map: 'emacs', before: '' }

  /** For a child of the shell. */
  copy(): LineSettings {
    const copy = new LineSettings()
    for (const name of Object.keys(this.keymaps) as KeymapName[]) copy.keymaps[name] = this.keymaps[name].copy()
    for (const [name, on] of this.switches) copy.switches.set(name, on)
    for (const [name, value] of this.values) copy.values.set(name, value)
    copy.target = this.target
    return copy
  }

  on(name: string): boolean {
    return this.switches.get(name) ?? false
  }

  value(name: string): string {
    return this.values.get(name) ?? ''
  }

  number(name: string): number {
    return Number.parseInt(this.value(name), 10)
  }

  /** `set NAME VALUE`. @returns whether there is such a variable */
  set(name: string, value: string): boolean {
    const lower = name.toLowerCase()
    if (this.switches.has(lower)) this.switches.set(lower, value === '' || value === '1' || /^on$/i.test(value))
    else if (!this.values.has(lower)) return false
    else this.values.set(lower, lower === 'bell-style' && value === 'off' ? 'none' : value)
    if (lower === 'editing-mode') this.use(value === 'vi' ? 'vi' : 'emacs')
    if (lower === 'keymap') this.target = namedKeymap(value) ?? this.target
    return true
  }

  /** The editing mode was changed: keys go into its keymap. */
  use(mode: 'emacs' | 'vi'): void {
    this.values.set('editing-mode', mode)
    this.target = mode === 'vi' ? { map: 'vi-insert', before: '' } : { map: 'emacs', before: '' }
    this.values.set('keymap', mode === 'vi' ? 'vi-insert' : 'emacs')
  }

  /** All variables and their values, switches first. */
  list(): (readonly [name: string, value: string])[] {
    const switches = [...this.switches].map(([name, on]) => [name, on ? 'on' : 'off'] as const)
    return [...switches, ...this.values]
  }
}

import type { IndexEntry } from './autoindex.ts'
import type { Exchange } from './exchange.ts'
import { globToRegExp } from './file-pattern.ts'

interface Fallback {
  /** What the icon says where AddIcon gives no word. */
  readonly alt: string
  /** What stands where there is no icon. */
  readonly blank: string
}

/** `(TXT,/icons/text.gif)` or a path alone. */
function iconOf(text: string): { readonly alt: string | undefined; readonly path: string } {
  const [, alt, path] = /^\(([^,]*),(.*)\)$/.exec(text) ?? []
  return path === undefined ? { alt: undefined, path: text } : { alt, path }
}

const KEYS: readonly string[] = ['addicon', 'addiconbytype', 'addiconbyencoding']

/** The icon of an entry, or of a name such as `^^BLANKICON^^`: an image, or blanks. mod_autoindex find_icon */
export function iconFor(exchange: Exchange, entry: IndexEntry | string, { alt, blank }: Fallback): string {
  const found = find(exchange, entry)
  if (!found) return blank
  const word = typeof entry === 'string' ? alt : altOf(entry, found.alt)
  return `<img src="${found.path}" alt="${word}">`
}

function altOf({ name, folder }: IndexEntry, alt: string | undefined): string {
  if (name === '..') return '[PARENTDIR]'
  if (folder) return '[DIR]'
  return alt === undefined ? '[   ]' : `[${alt.padEnd(3)}]`
}

function find({ settings }: Exchange, entry: IndexEntry | string) {
  const directives = settings.layers.flatMap((layer) => layer.directives)
  for (const { key, args } of directives) {
    if (!KEYS.includes(key)) continue
    const [icon = '', ...patterns] = args
    // `AddIconByType (TXT,/icons/text.gif) text/*` may have blanks within the brackets.
    if (patterns.some((pattern) => fits(key, pattern, entry))) return iconOf(icon)
  }
  const fallback = typeof entry === 'string' ? undefined : settings.word('defaulticon')
  return fallback === undefined ? undefined : { alt: undefined, path: fallback }
}

function fits(key: string, pattern: string, entry: IndexEntry | string): boolean {
  if (typeof entry === 'string') return key === 'addicon' && pattern === entry
  const { name, folder, type, encoding } = entry
  if (key === 'addiconbytype') return type !== undefined && globToRegExp(pattern).test(type)
  if (key === 'addiconbyencoding') return encoding !== undefined && globToRegExp(pattern).test(encoding)
  if (pattern === '^^DIRECTORY^^') return folder
  if (name === '..') return pattern === '..'
  return !folder && (globToRegExp(pattern).test(name) || name.endsWith(pattern))
}

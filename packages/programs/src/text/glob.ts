import { ASCII_CLASSES } from './ascii-classes.ts'

/** Shell patterns matched against a whole name. fnmatch(3) without flags, unless asked. */
export interface GlobOptions {
  readonly ignoreCase?: boolean
  /** `*` and `?` stop at slashes. */
  readonly pathname?: boolean
}

export function globSource(glob: string, pathname = false): string {
  const any = pathname ? '[^/]' : '[^]'
  let out = ''
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i)
    if (char === '*') out += `${any}*`
    else if (char === '?') out += any
    else if (char === '[') {
      const set = /^\[([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]/.exec(glob.slice(i))
      if (!set) out += '\\['
      else {
        const members = (set[2] ?? '')
          .replace(/\[:(\w+):\]/g, (_, name: string) => ASCII_CLASSES.get(name) ?? '')
          .replace(/[\\\]^[]/g, '\\$&')
        out += `[${set[1] ? '^' : ''}${members}]`
        i += set[0].length - 1
      }
    } else if (char === '\\' && i + 1 < glob.length) out += escape(glob.charAt(++i))
    else out += escape(char)
  }
  return out
}
const escape = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')

export function globMatcher(glob: string, options: GlobOptions = {}): (name: string) => boolean {
  const ending = options.ignoreCase || options.pathname ? undefined : /^\*([^*?[\\]*)$/.exec(glob)?.[1]
  if (ending !== undefined) return (name) => name.endsWith(ending)
  const pattern = new RegExp(`^${globSource(glob, options.pathname ?? false)}$`, options.ignoreCase ? 'i' : '')
  return (name) => pattern.test(name)
}

/** A pattern of shells as a regular expression; `*` and `?` stop at slashes when asked to. fnmatch(3) */
export function globToRegExp(pattern: string, { slashes = false, fold = false } = {}): RegExp {
  const any = slashes ? '[^/]' : '.'
  const source = pattern.replace(
    /\\(.)|\*|\?|\[(!?)((?:\\.|[^\]])*)\]|[.+^${}()|[\]\\]/gs,
    (whole, escaped?: string, not?: string, set?: string) => {
      if (escaped !== undefined) return escaped.replace(/[^\w]/, '\\$&')
      if (whole === '*') return `${any}*`
      if (whole === '?') return any
      return set === undefined ? `\\${whole}` : `[${not === '!' ? '^' : ''}${set}]`
    },
  )
  return new RegExp(`^${source}$`, fold ? 'is' : 's')
}

export const isPattern = (text: string): boolean => /[*?[]/.test(text)

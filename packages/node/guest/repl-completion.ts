const scope = globalThis as unknown as Record<string, unknown>
const KEYWORDS = (
  'async await break case catch const continue debugger default delete do else export false finally for function if ' +
  'import in instanceof let new null return switch this throw true try typeof undefined var void while with yield'
).split(' ')
const isName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name)

/** Names of an object and of what it inherits from, one group each. */
function groupsOf(value: unknown): string[][] {
  const groups: string[][] = []
  if (value === null || value === undefined) return groups
  for (let at: unknown = Object(value); at && groups.length < 10; at = Object.getPrototypeOf(at))
    groups.push(Object.getOwnPropertyNames(at as object).filter(isName))
  return groups
}

/** The value of a chain of names, without running more than getters. */
function valueOf(chain: string): unknown {
  const [first = '', ...rest] = chain.split('.')
  let value: unknown = first === 'this' ? globalThis : scope[first]
  for (const name of rest) value = (value as Record<string, unknown> | null | undefined)?.[name]
  return value
}

function required(typed: string): string[] {
  const { builtinModules } = (scope.require as (name: string) => { builtinModules: string[] })('module')
  return builtinModules.filter((name) => name.startsWith(typed))
}

/** What a line may go on with: commands, names, properties of what stands before the point. */
export function completions(line: string, commands: object): readonly [matches: string[], typed: string] {
  const [, command] = /^\s*\.(\w*)$/.exec(line) ?? []
  if (command !== undefined)
    return [
      Object.keys(commands)
        .filter((name) => name.startsWith(command))
        .map((name) => `.${name}`),
      `.${command}`,
    ]
  const [, asked] = /\brequire\s*\(\s*['"]([\w/:@.-]*)$/.exec(line) ?? []
  if (asked !== undefined) return [required(asked), asked]
  const [, chain = '', name = ''] = /(?:([\w$]+(?:\??\.[\w$]+)*)\??\.)?([\w$]*)$/.exec(line) ?? []
  try {
    const groups = chain === '' ? [...groupsOf(globalThis), KEYWORDS] : groupsOf(valueOf(chain.replaceAll('?', '')))
    const before = line.slice(0, line.length - name.length).match(/[\w$?.]*$/)?.[0] ?? ''
    const seen = new Set<string>()
    const matches = groups.flatMap((group) => {
      const own = group.filter((each) => each.startsWith(name) && !seen.has(each)).sort()
      for (const each of own) seen.add(each)
      return own.length > 0 ? [...own.map((each) => `${before}${each}`), ''] : []
    })
    if (matches.at(-1) === '') matches.pop()
    return [matches, `${before}${name}`]
  } catch {
    return [[], name]
  }
}

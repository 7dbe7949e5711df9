import type { Settings } from './directive.ts'

const ALL: readonly string[] = ['indexes', 'includes', 'followsymlinks', 'execcgi']

/** Options in force, in lower case: signs add and take away, words without one start anew. */
export function optionsOf(settings: Settings): ReadonlySet<string> {
  let options = new Set(['followsymlinks'])
  for (const { args } of settings.all('options')) {
    if (!/^[+-]/.test(args[0] ?? '+')) options = new Set()
    for (const each of args) apply(options, each.toLowerCase())
  }
  return options
}

function apply(options: Set<string>, word: string): void {
  const [, sign = '', name = ''] = /^([+-]?)(.*)$/.exec(word) ?? []
  const names = name === 'all' ? ALL : name === 'none' ? [] : [name]
  for (const each of names)
    if (sign === '-') options.delete(each)
    else options.add(each)
}

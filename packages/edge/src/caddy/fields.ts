import type { HeaderMap } from '@drydock/http'
import type { Exchange } from './exchange.ts'
import { filled } from './placeholders.ts'

export interface FieldChanges {
  readonly add?: Readonly<Record<string, readonly string[]>>
  readonly set?: Readonly<Record<string, readonly string[]>>
  readonly delete?: readonly string[]
  readonly replace?: Readonly<Record<string, readonly { search_regexp: string; replace: string }[]>>
}

/** https://caddyserver.com/docs/modules/http.handlers.headers */
export function changeFields(fields: HeaderMap, changes: FieldChanges, { valueOf }: Exchange): void {
  for (const [name, values] of Object.entries(changes.add ?? {}))
    for (const value of values) fields.append(name, filled(value, valueOf))
  for (const [name, [value = '']] of Object.entries(changes.set ?? {})) fields.set(name, filled(value, valueOf))
  for (const name of changes.delete ?? [])
    for (const each of [...fields].map(([own]) => own))
      if (
        each.toLowerCase() === name.toLowerCase() ||
        (name.endsWith('*') && each.toLowerCase().startsWith(name.slice(0, -1).toLowerCase()))
      )
        fields.delete(each)
  for (const [name, pairs] of Object.entries(changes.replace ?? {}))
    for (const { search_regexp, replace } of pairs) {
      const value = fields.get(name)
      if (value !== undefined)
        fields.set(name, value.replaceAll(new RegExp(search_regexp, 'g'), filled(replace, valueOf)))
    }
}

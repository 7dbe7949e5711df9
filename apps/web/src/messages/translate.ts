import { en, type Catalogue, type MessageKey } from './en.ts'
import { ko } from './ko.ts'
import type { Language } from '../settings/settings-store.ts'

export type Values = Readonly<Record<string, string | number>>
export type Translate = (key: MessageKey, values?: Values) => string

export type Tongue = 'en' | 'ko'
const CATALOGUES: Readonly<Record<Tongue, Catalogue>> = { en, ko }

/** The language that is spoken: the chosen one, or the first of the browser's that there is. */
export function tongueOf(chosen: Language, preferred: readonly string[]): Tongue {
  if (chosen !== 'auto') return chosen
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in CATALOGUES)
  return (known as Tongue | undefined) ?? 'en'
}

/**
 * Messages of one language. `{name}` stands for a value; a message with forms takes the one for `count`, as
 * Intl.PluralRules says.
 */
export function translator(tongue: Tongue): Translate {
  const plural = new Intl.PluralRules(tongue)
  const catalogue = CATALOGUES[tongue]
  return (key, values = {}) => {
    const message = catalogue[key]
    const form = typeof message === 'string' ? message : formOf(message, plural.select(Number(values['count'] ?? 0)))
    return form.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
  }
}

const formOf = (forms: { readonly one?: string; readonly other: string }, rule: string): string =>
  rule === 'one' ? (forms.one ?? forms.other) : forms.other

/** Variables in values: `$NAME`, `${NAME}` and its modifiers. compose-spec 12-interpolation.md. */
export type LookUp = (name: string) => string | undefined

export class InvalidTemplate extends Error {
  readonly template: string
  constructor(template: string) {
    super(`Invalid template: ${JSON.stringify(template)}`)
    this.template = template
  }
}
export class MissingVariable extends Error {}

const NAME = /[_a-z][_a-z0-9]*/iy

/**
 * @param unset told of a variable that is neither set nor has a default
 * @throws InvalidTemplate, MissingVariable
 */
export function substitute(text: string, lookUp: LookUp, unset: (name: string) => void = () => {}): string {
  let result = ''
  let at = 0
  for (;;) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) return result + text.slice(at)
    result += text.slice(at, dollar)
    const next = text.charAt(dollar + 1)
    const name = nameAt(text, dollar + 1)
    if (next === '$') {
      result += '$'
      at = dollar + 2
    } else if (name !== '') {
      result += plain(name, lookUp, unset)
      at = dollar + 1 + name.length
    } else if (next === '{') {
      const end = closing(text, dollar + 1)
      if (end < 0) throw new InvalidTemplate(text)
      result += braced(text.slice(dollar + 2, end), text, lookUp, unset)
      at = end + 1
    } else {
      result += '$'
      at = dollar + 1
    }
  }
}

function nameAt(text: string, at: number): string {
  const regex = new RegExp(NAME.source, NAME.flags)
  regex.lastIndex = at
  return regex.exec(text)?.[0] ?? ''
}

/** The brace that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text.charAt(i) === '}' && --depth === 0) return i
    if (text.charAt(i) === '{') depth++
  }
  return -1
}

function plain(name: string, lookUp: LookUp, unset: (name: string) => void): string {
  const value = lookUp(name)
  if (value === undefined) unset(name)
  return value ?? ''
}

type Modifier = (name: string, value: string | undefined, expand: () => string) => string
const whenSet: Modifier = (_name, value, expand) => (value === undefined ? '' : expand())
const unlessSet: Modifier = (_name, value, expand) => value ?? expand()
const required: Modifier = (name, value, expand) => {
  if (value !== undefined) return value
  const reason = expand()
  throw new MissingVariable(`required variable ${name} is missing a value${reason === '' ? '' : `: ${reason}`}`)
}
/** With a colon, an empty value is as good as none. */
const orEmpty =
  (modifier: Modifier): Modifier =>
  (name, value, expand) =>
    modifier(name, value === '' ? undefined : value, expand)
const MODIFIERS: ReadonlyMap<string, Modifier> = new Map([
  [':-', orEmpty(unlessSet)],
  ['-', unlessSet],
  [':+', orEmpty(whenSet)],
  ['+', whenSet],
  [':?', orEmpty(required)],
  ['?', required],
])

function braced(inner: string, whole: string, lookUp: LookUp, unset: (name: string) => void): string {
  const name = nameAt(inner, 0)
  const rest = inner.slice(name.length)
  if (name === '') throw new InvalidTemplate(whole)
  if (rest === '') return plain(name, lookUp, unset)
  const sign = /^:?[-+?]/.exec(rest)?.[0] ?? ''
  const modifier = MODIFIERS.get(sign)
  if (!modifier || rest.includes('\n')) throw new InvalidTemplate(whole)
  return modifier(name, lookUp(name), () => substitute(rest.slice(sign.length), lookUp, unset))
}

/** Names of the variables in a text, with what stands for them. */
export interface Variable {
  readonly name: string
  readonly required: boolean
  readonly defaultValue: string
  readonly alternative: string
}
export function variablesIn(text: string): Variable[] {
  return [...text.matchAll(/(?<!\$)\$(?:([_a-zA-Z]\w*)|\{([_a-zA-Z]\w*)(?:(:?[-+?])([^}]*))?\})/g)].map((match) => {
    const sign = match[3] ?? ''
    return {
      name: match[1] ?? match[2] ?? '',
      required: sign.endsWith('?'),
      defaultValue: sign.endsWith('-') ? (match[4] ?? '') : '',
      alternative: sign.endsWith('+') ? (match[4] ?? '') : '',
    }
  })
}

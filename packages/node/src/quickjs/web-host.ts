/** What a script asks of the JavaScript it runs in, where that has by nature what QuickJS lacks: addresses and languages. */
type Ask = (...args: never[]) => unknown

const PARTS = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const
type Part = (typeof PARTS)[number]
const partsOf = (url: URL): Record<string, string> => ({
  ...Object.fromEntries(PARTS.map((name) => [name, url[name]])),
  origin: (url as unknown as { origin: string }).origin,
})

type Made = Record<string, (...args: unknown[]) => unknown>
type Maker = new (locales: unknown, options: unknown) => Made
const AS_DATE = new Set(['format', 'formatToParts', 'formatRange', 'formatRangeToParts'])

/** Values of Intl go as JSON; times as numbers, big integers as text, and nothing as null. */
function intl(kind: string, locales: unknown, options: unknown, method: string, args: readonly unknown[]): unknown {
  const Kind = (Intl as unknown as Record<string, Maker | undefined>)[kind]
  if (!Kind) throw new TypeError(`Intl.${kind} is not a constructor`)
  const made = new Kind(locales ?? undefined, options ?? undefined)
  const given = kind === 'DateTimeFormat' && AS_DATE.has(method) ? args : args
  const result = made[method]?.(...given)
  return kind === 'Segmenter' ? [...(result as Iterable<unknown>)] : result
}

const ASKS: Readonly<Record<string, Ask>> = {
  url: (text: string, base: string | null) => partsOf(new URL(text, base ?? undefined)),
  urlWith(href: string, part: Part, value: string) {
    const url = new URL(href)
    url[part] = value
    return partsOf(url)
  },
  intl,
  intlStatic: (kind: string, method: string, args: unknown[]) =>
    (Intl as unknown as Record<string, Made>)[kind]?.[method]?.(...args),
  intlSelf: (method: string, args: unknown[]) => (Intl as unknown as Made)[method]?.(...args),
  text: (method: 'localeCompare' | 'toLocaleLowerCase' | 'toLocaleUpperCase', self: string, args: unknown[]) =>
    (String.prototype[method] as (...args: unknown[]) => unknown).apply(
      self,
      args.map((each) => each ?? undefined),
    ),
  decode: (label: string, fatal: boolean, ignoreBOM: boolean, bytes: number[]) =>
    new TextDecoder(label, { fatal, ignoreBOM }).decode(Uint8Array.from(bytes)),
  encodingName: (label: string) => (new TextDecoder(label) as unknown as { encoding: string }).encoding,
}

/** @returns JSON of `{ value }`, or of `{ error, name }` */
export function askWeb(name: string, args: string): string {
  try {
    return JSON.stringify({ value: ASKS[name]?.(...(JSON.parse(args) as never[])) })
  } catch (error) {
    const { name: kind, message } = error as Error
    return JSON.stringify({ error: message, name: kind })
  }
}

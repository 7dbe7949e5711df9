import { isErrno } from '@drydock/abi'
import { concat, defineProgram, flag, type ProgramContext, readAll, readFile, value, writeFile } from '@drydock/libc'
import { type CharacterSet, characterSet, characterSetNames } from './character-sets.ts'

const options = {
  from: value('f', 'from-code'),
  to: value('t', 'to-code'),
  list: flag('l', 'list'),
  skip: flag('c'),
  output: value('o', 'output'),
  silent: flag('s', 'silent'),
  verbose: flag('', 'verbose'),
}
type Context = ProgramContext<typeof options>

/** Characters that the locale's transliteration writes with others. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ '€': 'EUR', ß: 'ss', æ: 'ae', Æ: 'AE', ø: 'o', Ø: 'O', œ: 'oe', Œ: 'OE', ł: 'l', Ł: 'L' }),
  ...Object.entries({ '…': '...', '©': '(C)', '®': '(R)', '™': '(TM)', '«': '<<', '»': '>>', '×': 'x', '\u00a0': ' ' }),
  ...[...'“”„‟'].map((quote) => [quote, quote === '„' ? ',,' : '"'] as const),
  ...[...'‘’‛'].map((quote) => [quote, "'"] as const),
  ...[...'‐‑‒–—―'].map((dash) => [dash, '-'] as const),
])

/** What stands for a character that the set has not: its parts without marks, or a question mark. */
function transliterated(char: string): string {
  const bare = char.normalize('NFD').replace(/\p{M}/gu, '')
  return WRITTEN.get(char) ?? (bare !== char && bare !== '' ? bare : '?')
}

interface Target {
  readonly set: CharacterSet
  readonly translit: boolean
  readonly ignore: boolean
}

function encodeChar({ set, translit }: Target, char: string): Uint8Array | undefined {
  const bytes = set.encode(char)
  if (bytes || !translit) return bytes
  const parts = [...transliterated(char)].map((each) => set.encode(each))
  return parts.every((part) => part !== undefined) ? concat(parts) : undefined
}

interface Converted {
  readonly bytes: Uint8Array
  readonly wrong?: string
}

const illegal = (at: number): string => `illegal input sequence at position ${at}`

function convert(bytes: Uint8Array, source: CharacterSet, target: Target, skip: boolean): Converted {
  const parts: Uint8Array[] = target.set.mark && bytes.length > 0 ? [target.set.mark] : []
  let at = 0
  let skipped = false
  while (at < bytes.length) {
    const { chars, widths, problem } = source.decode(bytes.subarray(at))
    for (const [index, char] of chars.entries()) {
      const encoded = encodeChar(target, char)
      if (encoded) parts.push(encoded)
      else if (!skip && !target.ignore) return { bytes: concat(parts), wrong: illegal(at) }
      else skipped = true
      at += widths[index] ?? 0
    }
    if (problem === 'none') break
    if (problem === 'incomplete')
      return { bytes: concat(parts), wrong: 'incomplete character or shift sequence at end of buffer' }
    if (!skip) return { bytes: concat(parts), wrong: illegal(at) }
    at++
  }
  return { bytes: concat(parts), ...(skipped && !skip ? { wrong: illegal(bytes.length) } : {}) }
}

/** The set of the locale: nl_langinfo(CODESET). */
function localeSet(env: ReadonlyMap<string, string>): string {
  const locale = env.get('LC_ALL') || env.get('LC_CTYPE') || env.get('LANG') || 'C'
  return /utf-?8/i.test(locale) ? 'UTF-8' : 'ASCII'
}

async function main(context: Context): Promise<number> {
  const { sys, io, options: o, operands, env, fail } = context
  if (o.list) {
    await io.print(
      characterSetNames()
        .map((name) => `${name}//\n`)
        .join(''),
    )
    return 0
  }
  const [toName = '', ...suffixes] = (o.to ?? localeSet(env)).split('//')
  const set = characterSet(toName || localeSet(env))
  const source = characterSet((o.from ?? localeSet(env)).split('//')[0] || localeSet(env))
  if (!set || !source) {
    await fail('failed to start conversion processing: No such file or directory')
    return 1
  }
  const has = (suffix: string): boolean => suffixes.some((each) => each.toUpperCase().includes(suffix))
  const target: Target = { set, translit: has('TRANSLIT'), ignore: has('IGNORE') }
  const done: Uint8Array[] = []
  let status = 0
  for (const path of operands.length ? operands : ['-']) {
    const bytes = await inputOf(context, path)
    if (!bytes) {
      status = 1
      continue
    }
    const converted = convert(bytes, source, target, o.skip > 0)
    if (o.output === undefined) await io.out.write(converted.bytes)
    else done.push(converted.bytes)
    if (converted.wrong === undefined) continue
    await io.out.flush()
    await fail(converted.wrong)
    status = 1
    break
  }
  if (o.output !== undefined) await writeFile(sys, o.output, concat(done))
  return status
}

async function inputOf({ sys, fail }: Context, path: string): Promise<Uint8Array | undefined> {
  try {
    return path === '-' ? await readAll(sys, 0) : await readFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`cannot open input file \`${path}': ${error.message}`)
    return undefined
  }
}

/** iconv: converts the encoding of files. GNU libc 2.36. */
export const iconv = defineProgram({
  name: 'glibc/iconv',
  paths: ['/usr/bin/iconv'],
  covers: 'partial',
  lacks: [
    'sets with states (ISO-2022, UTF-7), EBCDIC and rare ones: -l lists what there is',
    'transliteration by locale',
  ],
  summary: 'convert text from one character encoding to another',
  usage: 'iconv [OPTION...] [FILE...]',
  sizeBytes: 68_144,
  usageStatus: 64,
  hint: (name) => `Try \`${name} --help' or \`${name} --usage' for more information.\n`,
  options,
  main,
})

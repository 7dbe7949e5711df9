import { EINVAL, EOPNOTSUPP, isErrno } from '@drydock/abi'
import { decodeBase64, toBase64, toHex } from '@drydock/codec'
import { concat, defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'

/** @throws EINVAL for what is no base64 */
function unbase64(text: string): Uint8Array {
  const bytes = decodeBase64(text)
  if (!bytes) throw EINVAL
  return bytes
}

/** `0x…`, `0s…` and `"…"` with escapes; anything else as it stands. setfattr(1) @throws EINVAL */
function parseValue(text: string): Uint8Array {
  if (/^0x/i.test(text)) return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  if (/^0s/i.test(text)) return unbase64(text.slice(2))
  const inner = /^"(.*)"$/s.exec(text)?.[1] ?? text
  const parts = inner.split(/(\\[0-7]{3}|\\.)/).map((part) => {
    if (/^\\[0-7]{3}$/.test(part)) return Uint8Array.of(Number.parseInt(part.slice(1), 8))
    return encodeText(part.startsWith('\\') ? part.slice(1) : part)
  })
  return concat(parts)
}

function shown(bytes: Uint8Array, encoding: string | undefined): string {
  const text = decodeText(bytes)
  const printable = !/[\0-\x08\x0e-\x1f\udc80-\udcff]/.test(text)
  const kind = encoding ?? (printable ? 'text' : 'base64')
  if (kind === 'hex') return `0x${toHex(bytes)}`
  if (kind === 'base64') return `0s${toBase64(bytes)}`
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\012').replace(/\r/g, '\\015')}"`
}

const getOptions = {
  name: value('n', 'name'),
  dump: flag('d', 'dump'),
  encoding: value('e', 'encoding'),
  noDereference: flag('h', 'no-dereference'),
  match: value('m', 'match'),
  absolute: flag('', 'absolute-names'),
  onlyValues: flag('', 'only-values'),
  recursive: flag('R', 'recursive'),
}
type GetContext = ProgramContext<typeof getOptions>

async function printOf({ sys, io, options: o, fail }: GetContext, path: string): Promise<number> {
  const follow = o.noDereference === 0
  const pattern = o.match === undefined ? /^user\./ : o.match === '-' ? /^/ : new RegExp(o.match)
  try {
    const names =
      o.name === undefined ? [...sys.listxattr(path, { follow })].filter((name) => pattern.test(name)).sort() : [o.name]
    const lines: string[] = []
    for (const name of names) {
      if (!o.dump && o.name === undefined) {
        lines.push(`${name}\n`)
        continue
      }
      const bytes = sys.getxattr(path, name, { follow })
      if (o.onlyValues) await io.print(bytes)
      else lines.push(`${name}=${shown(bytes, o.encoding)}\n`)
    }
    if (lines.length) await io.print(`# file: ${o.absolute ? path : path.replace(/^\/+/, '')}\n${lines.join('')}\n`)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error === EOPNOTSUPP && o.name === undefined) return 0
    const reason = error.code === 'ENODATA' ? 'No such attribute' : error.message
    await fail(
      o.name === undefined || error.code === 'ENOENT'
        ? `${path}: ${error.message}`
        : `${path}: ${o.name}: ${reason}`.replace(
            /^(.*): (.*): (No such attribute|Operation not supported)$/,
            '$1: $2: $3',
          ),
    )
    return 1
  }
}

/** getfattr: extended attributes of files. attr 2.5. */
export const getfattr = defineProgram({
  name: 'attr/getfattr',
  paths: ['/usr/bin/getfattr'],
  covers: 'partial',
  lacks: ['-R, -L and -P'],
  summary: 'get extended attributes of filesystem objects',
  sizeBytes: 22_936,
  usage: 'getfattr [-hRLP] [-n name|-d] [-e en] [-m pattern] path...',
  usageStatus: 2,
  options: getOptions,
  async main(context) {
    if (context.operands.length === 0) throw new UsageError('')
    let status = 0
    for (const path of context.operands) status = (await printOf(context, path)) || status
    return status
  },
})

/** setfattr: set extended attributes of files. attr 2.5. */
export const setfattr = defineProgram({
  name: 'attr/setfattr',
  paths: ['/usr/bin/setfattr'],
  covers: 'partial',
  lacks: ['--restore'],
  summary: 'set extended attributes of filesystem objects',
  sizeBytes: 18_840,
  usage: 'setfattr {-n name} [-v value] [-h] file...',
  usageStatus: 2,
  options: {
    name: value('n', 'name'),
    value: value('v', 'value'),
    remove: value('x', 'remove'),
    noDereference: flag('h', 'no-dereference'),
  },
  async main({ sys, operands, options: o, fail }) {
    const name = o.name ?? o.remove
    if (name === undefined || operands.length === 0) throw new UsageError('')
    let status = 0
    for (const path of operands)
      try {
        const follow = o.noDereference === 0
        if (o.remove === undefined) sys.setxattr(path, name, parseValue(o.value ?? ''), { follow })
        else sys.removexattr(path, name, { follow })
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${path}: ${error.code === 'ENODATA' ? 'No such attribute' : error.message}`)
        status = 1
      }
    return status
  },
})

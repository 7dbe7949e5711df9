import { isErrno, O_RDONLY, type Program, type Sys } from '@drydock/abi'
import { Hash, type HashName } from '@drydock/codec'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'

const options = {
  binary: flag('b', 'binary'),
  check: flag('c', 'check'),
  ignoreMissing: flag('', 'ignore-missing'),
  quiet: flag('', 'quiet'),
  status: flag('s', 'status'),
  strict: flag('', 'strict'),
  tag: flag('', 'tag'),
  text: flag('t', 'text'),
  warn: flag('w', 'warn'),
  zero: flag('z', 'zero'),
}
type Context = ProgramContext<typeof options>

async function digestOf(sys: Sys, fd: number, algorithm: HashName): Promise<string> {
  const hash = new Hash(algorithm)
  for (;;) {
    const bytes = await sys.read(fd, 262_144)
    if (bytes.length === 0) return hash.digestHex()
    hash.update(bytes)
    const pause = sys.tick()
    if (pause) await pause
  }
}

const TAGS: Readonly<Record<HashName, string>> = {
  md5: 'MD5',
  sha1: 'SHA1',
  sha224: 'SHA224',
  sha256: 'SHA256',
  sha384: 'SHA384',
  sha512: 'SHA512',
}

interface Listed {
  readonly digest: string
  readonly path: string
}
function parseLine(line: string, algorithm: HashName): Listed | undefined {
  const tagged = /^(\w+) \((.*)\) = ([0-9a-fA-F]+)$/.exec(line)
  if (tagged) return tagged[1] === TAGS[algorithm] ? { path: tagged[2] ?? '', digest: tagged[3] ?? '' } : undefined
  const plain = /^([0-9a-fA-F]{32,128}) [ *](.*)$/.exec(line)
  return plain ? { digest: plain[1] ?? '', path: plain[2] ?? '' } : undefined
}

class Checker {
  private mismatched = 0
  private unreadable = 0
  private malformed = 0
  private good = 0
  private readonly context: Context
  private readonly algorithm: HashName
  constructor(context: Context, algorithm: HashName) {
    this.context = context
    this.algorithm = algorithm
  }

  /** @param isInput  the list itself is standard input: a line can't mean that */
  async line(line: string, isInput: boolean): Promise<void> {
    const { sys, options: o, io } = this.context
    const listed = parseLine(line, this.algorithm)
    if (!listed || (isInput && listed.path === '-')) {
      this.malformed++
      return
    }
    try {
      const fd = listed.path === '-' ? 0 : sys.open(listed.path, O_RDONLY)
      const same = (await digestOf(sys, fd, this.algorithm)) === listed.digest.toLowerCase()
      if (fd > 0) sys.close(fd)
      if (same) this.good++
      else this.mismatched++
      if (!o.status && !(same && o.quiet)) await io.print(`${listed.path}: ${same ? 'OK' : 'FAILED'}\n`)
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      if (o.ignoreMissing && error.code === 'ENOENT') return
      this.unreadable++
      await this.context.fail(`${listed.path}: ${error.message}`)
      if (!o.status)
        await io.print(`${listed.path}: ${this.context.flavour === 'gnu' ? 'FAILED open or read' : 'FAILED'}\n`)
    }
  }

  async finish(path: string): Promise<boolean> {
    const { options: o, fail } = this.context
    const total = this.good + this.mismatched + this.unreadable
    if (total === 0 && !o.ignoreMissing) {
      await fail(`${path}: no properly formatted checksum lines found`)
      return false
    }
    if (this.context.flavour === 'busybox') {
      const bad = this.mismatched + this.unreadable
      if (bad && !o.status) await fail(`WARNING: ${bad} of ${total} computed checksums did NOT match`)
      return bad === 0
    }
    const many = (count: number, one: string, more: string): string => (count === 1 ? one : more)
    const warn = async (count: number, one: string, more: string): Promise<void> => {
      if (count && !o.status) await fail(`WARNING: ${count} ${many(count, one, more)}`)
    }
    await warn(this.malformed, 'line is improperly formatted', 'lines are improperly formatted')
    await warn(this.unreadable, 'listed file could not be read', 'listed files could not be read')
    await warn(this.mismatched, 'computed checksum did NOT match', 'computed checksums did NOT match')
    if (o.ignoreMissing && this.good + this.mismatched === 0) {
      await fail(`${path}: no file was verified`)
      return false
    }
    return this.mismatched + this.unreadable === 0 && !(o.strict && this.malformed)
  }
}

async function check(context: Context, algorithm: HashName): Promise<number> {
  let verified = true
  const readable = await eachInput(context, context.operands, async (fd, path) => {
    const checker = new Checker(context, algorithm)
    const reader = new LineReader(context.sys, fd)
    for (;;) {
      const line = await reader.next()
      if (line === undefined) break
      if (line !== '' && !line.startsWith('#')) await checker.line(line, path === '-')
    }
    verified =
      (await checker.finish(
        path === '-' ? (context.flavour === 'gnu' ? "'standard input'" : 'standard input') : path,
      )) && verified
  })
  return readable && verified ? 0 : 1
}

const row = (name: string, algorithm: HashName): Program =>
  defineProgram({
    name: `coreutils/${name}`,
    paths: [`/usr/bin/${name}`],
    covers: 'full',
    summary: `compute and check ${TAGS[algorithm]} message digest`,
    sizeBytes: 52224,
    usage: `${name} [OPTION]... [FILE]...`,
    options,
    async main(context) {
      const { sys, io, options: o, operands } = context
      if (o.check) return check(context, algorithm)
      const good = await eachInput(context, operands, async (fd, path) => {
        const digest = await digestOf(sys, fd, algorithm)
        const escaped = !o.zero && /[\\\n]/.test(path)
        const shown = escaped ? path.replace(/\\/g, '\\\\').replace(/\n/g, '\\n') : path
        const end = o.zero ? '\0' : '\n'
        await io.print(
          o.tag
            ? `${escaped ? '\\' : ''}${TAGS[algorithm]} (${shown}) = ${digest}${end}`
            : `${escaped ? '\\' : ''}${digest} ${o.binary ? '*' : ' '}${shown}${end}`,
        )
      })
      return good ? 0 : 1
    },
  })

/** md5sum and its kin: compute and check digests. GNU coreutils 9. */
export const digestPrograms: readonly Program[] = [
  row('md5sum', 'md5'),
  row('sha1sum', 'sha1'),
  row('sha224sum', 'sha224'),
  row('sha256sum', 'sha256'),
  row('sha384sum', 'sha384'),
  row('sha512sum', 'sha512'),
]

function crcTable(): Uint32Array {
  const table = new Uint32Array(256)
  for (let i = 0; i < 256; i++) {
    let crc = i << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
    table[i] = crc >>> 0
  }
  return table
}

/** -a: another algorithm than the CRC. */
async function named(
  context: ProgramContext<{ algorithm: ReturnType<typeof value>; untagged: ReturnType<typeof flag> }>,
  word: string,
  untagged: boolean,
): Promise<number> {
  const algorithm = (Object.keys(TAGS) as HashName[]).find((name) => name === word)
  if (algorithm === undefined) throw new UsageError(`invalid argument '${word}' for '--algorithm'`)
  const good = await eachInput(context, context.operands, async (fd, path) => {
    const digest = await digestOf(context.sys, fd, algorithm)
    await context.io.print(untagged ? `${digest}  ${path}\n` : `${TAGS[algorithm]} (${path}) = ${digest}\n`)
  })
  return good ? 0 : 1
}

/** cksum: the CRC of POSIX, and bytes. */
export const cksum = defineProgram({
  name: 'coreutils/cksum',
  paths: ['/usr/bin/cksum'],
  covers: 'partial',
  lacks: ['--check', '-a blake2b and sm3'],
  summary: 'checksum and count the bytes in a file',
  usage: 'cksum [FILE]...',
  options: { algorithm: value('a', 'algorithm'), untagged: flag('', 'untagged') },
  async main(context) {
    const { algorithm, untagged } = context.options
    if (algorithm !== undefined && algorithm !== 'crc') return named(context, algorithm, untagged > 0)
    const table = crcTable()
    const good = await eachInput(context, context.operands, async (fd, path) => {
      let crc = 0
      let length = 0
      const step = (byte: number): void => {
        crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 255] ?? 0)) >>> 0
      }
      for (;;) {
        const bytes = await context.sys.read(fd, 65536)
        if (bytes.length === 0) break
        length += bytes.length
        for (const byte of bytes) step(byte)
      }
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) step(rest & 255)
      await context.io.print(`${~crc >>> 0} ${length}${context.operands.length ? ` ${path}` : ''}\n`)
    })
    return good ? 0 : 1
  },
})

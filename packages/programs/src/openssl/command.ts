/** What the commands of openssl(1) have in common: options of one dash, files, and errors in OpenSSL's words. */
import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Process, type Sys } from '@drydock/abi'
import { readAll, readFile, Stdio, writeAll } from '@drydock/libc'
import { ask } from '../account/prompt.ts'

export interface OptionTable {
  /** Options without an argument. */
  readonly flags: readonly string[]
  readonly values: readonly string[]
  /** `-sha256`, `-aes256`: any of these is kept under its kind. */
  readonly kinds?: Readonly<Record<string, readonly string[]>>
}

export class Refused extends Error {}

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']
export const HASH_KIND = { hash: HASHES } as const

export class Command {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly name: string
  readonly options = new Map<string, string[]>()
  readonly operands: string[] = []

  /** @throws Refused for a wrong command line */
  constructor(process: Process, name: string, argv: readonly string[], table: OptionTable) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.name = name
    for (let at = 0; at < argv.length; at++) {
      const word = argv[at] ?? ''
      if (!word.startsWith('-') || word === '-') {
        this.operands.push(...argv.slice(at))
        return
      }
      at += this.take(word.replace(/^--?/, ''), argv[at + 1], table)
    }
  }

  private take(option: string, next: string | undefined, { flags, values, kinds = {} }: OptionTable): number {
    const kind = Object.entries(kinds).find(([, names]) => names.includes(option))?.[0]
    if (kind !== undefined) this.add(kind, option)
    else if (flags.includes(option)) this.add(option, '')
    else if (!values.includes(option))
      throw new Refused(`${this.name}: Unknown option or cipher: ${option}\n${this.name}: Use -help for summary.\n`)
    else if (next === undefined)
      throw new Refused(`${this.name}: Option -${option} needs a value\n${this.name}: Use -help for summary.\n`)
    else {
      this.add(option, next)
      return 1
    }
    return 0
  }

  private add(name: string, value: string): void {
    this.options.set(name, [...(this.options.get(name) ?? []), value])
  }

  has(name: string): boolean {
    return this.options.has(name)
  }
  get(name: string): string | undefined {
    return this.options.get(name)?.at(-1)
  }
  readonly random = (length: number): Uint8Array => this.sys.entropy.bytes(length)
  readonly pause = (): Promise<void> | undefined => this.sys.tick()

  /** The file of an option, or standard input. @throws Refused */
  async input(path: string | undefined, what = 'input file'): Promise<Uint8Array> {
    if (path === undefined || path === '-') return readAll(this.sys, 0)
    try {
      return await readFile(this.sys, path)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Refused(
        `Can't open "${path}" for reading, ${error.message}\n${errorLine(this.sys, '80000002', 'system library', 'BIO_new_file', error.message, `calling fopen(${path}, r)`)}Unable to load ${what}\n`,
      )
    }
  }
  async text(path: string | undefined, what?: string): Promise<string> {
    return new TextDecoder().decode(await this.input(path, what))
  }

  /** @param path  default standard output */
  async output(path: string | undefined, data: string | Uint8Array, mode = 0o666): Promise<void> {
    if (path === undefined) return void (await this.io.print(data))
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    try {
      const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
      try {
        await writeAll(this.sys, fd, bytes)
      } finally {
        this.sys.close(fd)
      }
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Refused(`Can't open "${path}" for writing, ${error.message}\n`)
    }
  }

  /** `pass:`, `env:`, `file:`, `stdin`. openssl-passphrase-options(1). */
  async passphrase(source: string): Promise<string> {
    const [, kind = '', rest = ''] = /^(\w+):?(.*)$/s.exec(source) ?? []
    if (kind === 'pass') return rest
    if (kind === 'env') return this.process.env.get(rest) ?? ''
    if (kind === 'file') return (await this.text(rest)).split('\n')[0] ?? ''
    return new TextDecoder().decode(await readAll(this.sys, 0)).split('\n')[0] ?? ''
  }

  async prompt(question: string, hidden: boolean): Promise<string | undefined> {
    await this.io.out.flush()
    return ask(this.sys, question, hidden)
  }

  /** A new passphrase, typed twice. */
  async newPassphrase(question: string): Promise<string> {
    const first = (await this.prompt(question, true)) ?? ''
    const second = (await this.prompt(`Verifying - ${question}`, true)) ?? ''
    if (first !== second) throw new Refused('Verify failure\n')
    if (first.length < 4) throw new Refused('40:error:phrase is too short, needs to be at least 4 chars\n')
    return first
  }
}

/** As ERR_print_errors(3) prints one. */
export const errorLine = (
  sys: Sys,
  code: string,
  library: string,
  function_: string,
  reason: string,
  data = '',
): string =>
  `${(sys.getpid() * 4096).toString(16).toUpperCase().padStart(16, '0')}:error:${code}:${library}:${function_}:${reason}:${data ? `${data}` : ''}\n`

import { isErrno, type Process } from '@drydock/abi'
import { sha256 } from '@drydock/codec'
import { readPasswd, readTextFile, Stdio, writeFile } from '@drydock/libc'
import { ask } from '../../account/prompt.ts'
import {
  fingerprint,
  generateKey,
  KEY_NAMES,
  keyBits,
  type KeyType,
  parsePrivateFile,
  parsePublicLine,
  privateFile,
  type PublicKey,
  publicLine,
} from './keys.ts'
import { namesMatch, readKnownHosts } from './known-hosts.ts'
import { randomart } from './randomart.ts'

interface Options {
  readonly letters: ReadonlyMap<string, string>
}

const WITH_VALUE = 'bCfNPRFtTmOEIhnrsVzaw'
const USAGE = `usage: ssh-keygen [-q] [-a rounds] [-b bits] [-C comment] [-f output_keyfile]
                  [-m format] [-N new_passphrase] [-O option]
                  [-t dsa | ecdsa | ecdsa-sk | ed25519 | ed25519-sk | rsa]
                  [-w provider] [-Z cipher]
       ssh-keygen -p [-a rounds] [-f keyfile] [-m format] [-N new_passphrase]
                   [-P old_passphrase] [-Z cipher]
       ssh-keygen -y [-f input_keyfile]
       ssh-keygen -c [-a rounds] [-C comment] [-f keyfile] [-P passphrase]
       ssh-keygen -l [-v] [-E fingerprint_hash] [-f input_keyfile]
       ssh-keygen -F hostname [-lv] [-f known_hosts_file]
       ssh-keygen -R hostname [-f known_hosts_file]
       ssh-keygen -A [-a rounds] [-f prefix_path]
`

function parse(argv: readonly string[]): Options | { readonly wrong: string } {
  const letters = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) return { wrong: 'Too many arguments.\n' + USAGE }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if (WITH_VALUE.includes(letter)) {
        const rest = word.slice(i + 1)
        const text = rest !== '' ? rest : argv[++at]
        if (text === undefined) return { wrong: `option requires an argument -- ${letter}\n${USAGE}` }
        letters.set(letter, text)
        break
      }
      if (!'qplycvABDegHikLmMQUuY'.includes(letter)) return { wrong: `unknown option -- ${letter}\n${USAGE}` }
      letters.set(letter, '')
    }
  }
  return { letters }
}

class Keygen {
  private readonly process: Process
  private readonly io: Stdio
  private readonly letters: ReadonlyMap<string, string>

  constructor(process: Process, letters: ReadonlyMap<string, string>) {
    this.process = process
    this.io = new Stdio(process.sys)
    this.letters = letters
  }

  async run(): Promise<number> {
    const { letters } = this
    const status = await (letters.has('A')
      ? this.hostKeys()
      : letters.has('l')
        ? this.list()
        : letters.has('y')
          ? this.printPublic()
          : letters.has('R')
            ? this.forget(letters.get('R') ?? '')
            : letters.has('F')
              ? this.find(letters.get('F') ?? '')
              : this.create())
    await this.io.out.flush()
    return status
  }

  private get quiet(): boolean {
    return this.letters.has('q')
  }
  private async say(text: string): Promise<void> {
    if (!this.quiet) await this.io.print(text)
  }
  private home(): string {
    return this.process.env.get('HOME') ?? '/root'
  }

  private type(): KeyType | undefined {
    const name = this.letters.get('t') ?? 'rsa'
    return name === 'rsa' || name === 'ed25519' ? name : undefined
  }

  private async make(type: KeyType, comment: string): ReturnType<typeof generateKey> {
    const { sys } = this.process
    const bits = Number(this.letters.get('b') ?? 3072)
    return generateKey(
      type,
      bits,
      comment,
      (length) => sys.entropy.bytes(length),
      () => sys.tick(),
    )
  }

  private async create(): Promise<number> {
    const type = this.type()
    const name = this.letters.get('t') ?? 'rsa'
    if (!type) {
      await this.io.warn(
        /^(ecdsa|dsa)/.test(name)
          ? `ssh-keygen: ${name} keys are not supported here; use ed25519 or rsa\n`
          : `unknown key type ${name}\n`,
      )
      return 255
    }
    const bits = Number(this.letters.get('b') ?? 3072)
    if (type === 'rsa' && bits < 1024) {
      await this.io.warn('Invalid RSA key length: minimum is 1024 bits\n')
      return 255
    }
    await this.say(`Generating public/private ${type} key pair.\n`)
    const path = await this.path(type)
    if (path === undefined || !(await this.mayWrite(path)) || !(await this.passphrase())) return 1
    const key = await this.make(type, this.letters.get('C') ?? (await this.comment()))
    try {
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
      await this.makeFolder(folder)
      const { sys } = this.process
      await writeFile(
        sys,
        path,
        privateFile(key, (length) => sys.entropy.bytes(length)),
        0o600,
      )
      sys.chmod(path, 0o600)
      await writeFile(sys, `${path}.pub`, `${publicLine(key)}\n`, 0o644)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`Saving key "${path}" failed: ${error.message}\n`)
      return 1
    }
    await this.say(`Your identification has been saved in ${path}\nYour public key has been saved in ${path}.pub\n`)
    await this.say(`The key fingerprint is:\n${fingerprint(key.blob)} ${key.comment}\n`)
    const label = type === 'rsa' ? `RSA ${bits}` : 'ED25519 256'
    await this.say(`The key's randomart image is:\n${randomart(sha256(key.blob), label, 'SHA256')}\n`)
    return 0
  }

  private async path(type: KeyType): Promise<string | undefined> {
    const given = this.letters.get('f')
    if (given !== undefined) return given
    const usual = `${this.home()}/.ssh/id_${type}`
    await this.io.out.flush()
    const answer = await this.question(`Enter file in which to save the key (${usual}): `, false)
    return answer === undefined || answer === '' ? usual : answer
  }

  private async question(text: string, hidden: boolean): Promise<string | undefined> {
    await this.io.out.flush()
    return ask(this.process.sys, text, hidden)
  }

  private async mayWrite(path: string): Promise<boolean> {
    try {
      this.process.sys.stat(path)
    } catch (error) {
      if (!isErrno(error)) throw error
      return true
    }
    await this.io.print(`${path} already exists.\n`)
    return /^y/i.test((await this.question('Overwrite (y/n)? ', false)) ?? '')
  }

  /** Asked for as in life; keys here are kept without one. */
  private async passphrase(): Promise<boolean> {
    if (this.letters.has('N')) return true
    for (;;) {
      const first = await this.question('Enter passphrase (empty for no passphrase): ', true)
      const second = await this.question('Enter same passphrase again: ', true)
      if (first === undefined || first === second) return true
      await this.io.print('Passphrases do not match.  Try again.\n')
    }
  }

  private async comment(): Promise<string> {
    const { sys } = this.process
    const own = (await readPasswd(sys)).find(({ uid }) => uid === sys.getuid())
    return `${own?.name ?? 'root'}@${sys.uname().nodename}`
  }

  private async makeFolder(folder: string): Promise<void> {
    const { sys } = this.process
    try {
      sys.stat(folder)
    } catch (error) {
      if (!isErrno(error)) throw error
      sys.mkdir(folder, 0o700)
      await this.say(`Created directory '${folder}'.\n`)
    }
  }

  private async hostKeys(): Promise<number> {
    const prefix = this.letters.get('f') ?? ''
    const missing = (['rsa', 'ed25519'] as const).filter(
      (type) => !this.there(`${prefix}/etc/ssh/ssh_host_${type}_key`),
    )
    if (missing.length === 0) return 0
    await this.io.print(
      `ssh-keygen: generating new host keys: ${missing.map((type) => type.toUpperCase()).join(' ')} \n`,
    )
    for (const type of missing) if (!(await this.hostKey(type, prefix))) return 1
    return 0
  }

  /** @returns whether it is saved */
  private async hostKey(type: KeyType, prefix: string): Promise<boolean> {
    const { sys } = this.process
    const key = await this.make(type, await this.comment())
    const path = `${prefix}/etc/ssh/ssh_host_${type}_key`
    try {
      await writeFile(
        sys,
        path,
        privateFile(key, (length) => sys.entropy.bytes(length)),
        0o600,
      )
      await writeFile(sys, `${path}.pub`, `${publicLine(key)}\n`, 0o644)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`Could not save your private key in ${path}: ${error.message}\n`)
      return false
    }
  }

  private there(path: string): boolean {
    try {
      this.process.sys.stat(path)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  private async text(path: string): Promise<string | undefined> {
    try {
      return await readTextFile(this.process.sys, path)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`ssh-keygen: ${path}: ${error.message}\n`)
      return undefined
    }
  }

  private async list(): Promise<number> {
    const path = this.letters.get('f') ?? `${this.home()}/.ssh/id_rsa`
    const file = this.there(`${path}.pub`) ? `${path}.pub` : path
    const text = await this.text(file)
    if (text === undefined) return 255
    const pair = parsePrivateFile(text)
    const keys = pair ? [parsePublicLine(publicLine(pair))] : text.split('\n').map((line) => parsePublicLine(line))
    const found = keys.filter((key): key is PublicKey => key !== undefined)
    if (found.length === 0) {
      await this.io.warn(`${file} is not a public key file.\n`)
      return 255
    }
    for (const key of found) await this.describe(key)
    return 0
  }

  private async describe(key: PublicKey): Promise<void> {
    const kind = KEY_NAMES.get(key.algorithm) ?? key.algorithm
    await this.io.print(`${keyBits(key)} ${fingerprint(key.blob)} ${key.comment || 'no comment'} (${kind})\n`)
    if (this.letters.has('v'))
      await this.io.print(`${randomart(sha256(key.blob), `${kind} ${keyBits(key)}`, 'SHA256')}\n`)
  }

  private async printPublic(): Promise<number> {
    const path = this.letters.get('f') ?? `${this.home()}/.ssh/id_rsa`
    const text = await this.text(path)
    if (text === undefined) return 255
    const key = parsePrivateFile(text)
    if (!key) {
      await this.io.warn(`Load key "${path}": error in libcrypto\n`)
      return 255
    }
    await this.io.print(`${publicLine(key)}\n`)
    return 0
  }

  private async forget(host: string): Promise<number> {
    const { sys } = this.process
    const file = this.letters.get('f') ?? `${this.home()}/.ssh/known_hosts`
    const text = await this.text(file)
    if (text === undefined) return 255
    const gone = (await readKnownHosts(sys, file)).filter(({ names }) => namesMatch(names, host))
    if (gone.length === 0) {
      await this.io.print(`Host ${host} not found in ${file}\n`)
      return 0
    }
    for (const { line } of gone) await this.io.print(`# Host ${host} found: line ${line}\n`)
    const lines = text.split('\n').filter((_, at) => !gone.some(({ line }) => line === at + 1))
    await writeFile(sys, `${file}.old`, text, 0o600)
    await writeFile(sys, file, lines.join('\n'), 0o600)
    await this.io.print(`${file} updated.\nOriginal contents retained as ${file}.old\n`)
    return 0
  }

  private async find(host: string): Promise<number> {
    const file = this.letters.get('f') ?? `${this.home()}/.ssh/known_hosts`
    const text = await this.text(file)
    if (text === undefined) return 255
    const found = (await readKnownHosts(this.process.sys, file)).filter(({ names }) => namesMatch(names, host))
    for (const { line } of found)
      await this.io.print(`# Host ${host} found: line ${line} \n${text.split('\n')[line - 1] ?? ''}\n`)
    return found.length > 0 ? 0 : 1
  }
}

export async function keygenMain(process: Process): Promise<number> {
  const parsed = parse(process.argv.slice(1))
  if ('wrong' in parsed) {
    await new Stdio(process.sys).warn(parsed.wrong)
    return 1
  }
  return new Keygen(process, parsed.letters).run()
}

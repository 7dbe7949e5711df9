import { isErrno, type Process } from '@drydock/abi'
import { encodeBase64, Hash } from '@drydock/codec'
import { readTextFile, Stdio, writeFile } from '@drydock/libc'
import { ask } from '../account/prompt.ts'
import { passwordFits } from '../account/password-fits.ts'
import { sha512Crypt } from '../account/sha512-crypt.ts'
import { bcrypt, md5Crypt, saltText } from '@drydock/crypto'

const USAGE = `Usage:
	htpasswd [-cimB25dpsDv] [-C cost] [-r rounds] passwordfile username
	htpasswd -b[cmB25dpsDv] [-C cost] [-r rounds] passwordfile username password

	htpasswd -n[imB25dps] [-C cost] [-r rounds] username
	htpasswd -nb[mB25dps] [-C cost] [-r rounds] username password
 -c  Create a new file.
 -n  Don't update file; display results on stdout.
 -b  Use the password from the command line rather than prompting for it.
 -i  Read password from stdin without verification (for script usage).
 -m  Force MD5 hashing of the password (default).
 -2  Force SHA-256 hashing of the password (secure).
 -5  Force SHA-512 hashing of the password (secure).
 -B  Force bcrypt hashing of the password (very secure).
 -C  Set the computing time used for the bcrypt algorithm
     (higher is more secure but slower, default: 5, valid: 4 to 17).
 -r  Set the number of rounds used for the SHA-256, SHA-512 algorithms
     (higher is more secure but slower, default: 5000).
 -d  Force CRYPT hashing of the password (8 chars max, insecure).
 -s  Force SHA-1 hashing of the password (insecure).
 -p  Do not hash the password (plaintext, insecure).
 -D  Delete the specified user.
 -v  Verify password for the specified user.
On other systems than Windows and NetWare the '-p' flag will probably not work.
The SHA-1 algorithm does not use a salt and is less secure than the MD5 algorithm.
`

interface Options {
  readonly flags: ReadonlySet<string>
  readonly cost: number
  readonly operands: readonly string[]
}

function parse(argv: readonly string[]): Options | undefined {
  const flags = new Set<string>()
  const operands: string[] = []
  let cost = 5
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-' || operands.length > 0) {
      operands.push(word)
      continue
    }
    for (const letter of word.slice(1)) {
      if (letter === 'C' || letter === 'r') cost = letter === 'C' ? Number(argv[++at]) : (at++, cost)
      else if ('cnbimB25dspDv'.includes(letter)) flags.add(letter)
      else return undefined
    }
  }
  return { flags, cost, operands }
}

class Htpasswd {
  private readonly process: Process
  private readonly io: Stdio
  private readonly options: Options

  constructor(process: Process, options: Options) {
    this.process = process
    this.io = new Stdio(process.sys)
    this.options = options
  }

  private has(letter: string): boolean {
    return this.options.flags.has(letter)
  }

  private async password(given: string | undefined): Promise<string | undefined> {
    const { sys } = this.process
    if (this.has('b')) return given
    if (this.has('i')) return (await ask(sys, '')) ?? ''
    if (this.has('v')) return (await ask(sys, 'Enter password: ', true)) ?? ''
    const first = await ask(sys, 'New password: ', true)
    const second = await ask(sys, 'Re-type new password: ', true)
    if (first === second) return first ?? ''
    await this.io.warn('htpasswd: password verification error\n')
    return undefined
  }

  private async hash(password: string): Promise<string> {
    const { sys } = this.process
    if (this.has('B')) return bcrypt(password, this.options.cost, sys.entropy.bytes(16), () => sys.tick())
    if (this.has('5')) return sha512Crypt(sys, password, saltText(sys.entropy.bytes(16)))
    if (this.has('s')) return `{SHA}${encodeBase64(new Hash('sha1').update(password).digest())}`
    if (this.has('p')) return password
    return md5Crypt(password, saltText(sys.entropy.bytes(8)), '$apr1$')
  }

  async run(): Promise<number> {
    const { operands } = this.options
    const [file, user = '', given] = this.has('n') ? [undefined, ...operands] : operands
    if (user.includes(':')) {
      await this.io.warn(`htpasswd: username contains illegal character ':'\n`)
      return 5
    }
    if (this.has('D')) return this.remove(file ?? '', user)
    if (this.options.cost < 4 || this.options.cost > 17) {
      await this.io.warn('htpasswd: Unable to encode with bcrypt: Invalid argument\n')
      return 1
    }
    const lines = file === undefined || this.has('c') ? [] : await this.lines(file)
    if (!lines) return 1
    if (this.has('v')) return this.verify(lines, user, given)
    const password = await this.password(given)
    if (password === undefined) return 3
    const line = `${user}:${await this.hash(password)}`
    if (file === undefined) {
      await this.io.print(`${line}\n\n`)
      return 0
    }
    const known = lines.findIndex((each) => each.startsWith(`${user}:`))
    if (known >= 0) lines[known] = line
    else lines.push(line)
    if (!(await this.save(file, lines))) return 1
    await this.io.warn(`${known >= 0 ? 'Updating' : 'Adding'} password for user ${user}\n`)
    return 0
  }

  async flush(): Promise<void> {
    await this.io.out.flush()
  }

  private async lines(file: string): Promise<string[] | undefined> {
    try {
      return (await readTextFile(this.process.sys, file)).split('\n').filter((line) => line !== '')
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`htpasswd: cannot modify file ${file}; use '-c' to create it\n`)
      return undefined
    }
  }

  private async save(file: string, lines: readonly string[]): Promise<boolean> {
    try {
      await writeFile(this.process.sys, file, lines.map((line) => `${line}\n`).join(''))
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.io.warn(`htpasswd: cannot create file ${file}\n`)
      return false
    }
  }

  private async verify(lines: readonly string[], user: string, given: string | undefined): Promise<number> {
    const line = lines.find((each) => each.startsWith(`${user}:`))
    if (line === undefined) {
      await this.io.warn(`User ${user} not found\n`)
      return 6
    }
    const password = await this.password(given)
    const fits = await passwordFits(this.process.sys, password ?? '', line.slice(user.length + 1))
    await this.io.warn(fits ? `Password for user ${user} correct.\n` : 'password verification failed\n')
    return fits ? 0 : 3
  }

  private async remove(file: string, user: string): Promise<number> {
    const lines = await this.lines(file)
    if (!lines) return 1
    const left = lines.filter((line) => !line.startsWith(`${user}:`))
    if (left.length === lines.length) {
      await this.io.warn(`User ${user} not found\n`)
      return 0
    }
    await this.save(file, left)
    await this.io.warn(`Deleting password for user ${user}\n`)
    return 0
  }
}

/** htpasswd(1) of Apache 2.4. */
export async function htpasswdMain(process: Process): Promise<number> {
  const options = parse(process.argv.slice(1))
  const wanted = options && (options.flags.has('n') ? 1 : 2) + (options.flags.has('b') ? 1 : 0)
  if (!options || options.operands.length !== wanted) {
    await new Stdio(process.sys).warn(USAGE)
    return 2
  }
  const program = new Htpasswd(process, options)
  const status = await program.run()
  await program.flush()
  return status
}

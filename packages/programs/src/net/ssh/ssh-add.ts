/** ssh-add(1): which keys the agent holds. */
import { isErrno, type Process } from '@drydock/abi'
import { encodeBase64 } from '@drydock/codec'
import { readTextFile, Stdio } from '@drydock/libc'
import { Agent, type AgentKey } from './agent-protocol.ts'
import {
  fingerprint,
  keyBits,
  KEY_NAMES,
  type KeyPair,
  parsePrivateFile,
  parsePublicLine,
  Reader,
  verifyWith,
} from './keys.ts'
import { lifetime } from './ssh-agent.ts'
import { tooOpenText } from './too-open.ts'

const USAGE = `usage: ssh-add [-cDdKkLlqvXx] [-E fingerprint_hash] [-H hostkey_file]
               [-h destination_constraint] [-S provider] [-t life]
       ssh-add -s pkcs11 [-Cv] [certificate ...]
       ssh-add -e pkcs11
       ssh-add -T pubkey ...
`
const NO_AGENT = 'Could not open a connection to your authentication agent.\n'

interface Options {
  readonly flags: ReadonlySet<string>
  readonly life: number | undefined
  readonly files: readonly string[]
}

function parse(argv: readonly string[]): Options | string {
  const flags = new Set<string>()
  let [life, at]: [number | undefined, number] = [undefined, 0]
  for (; at < argv.length && /^-./.test(argv[at] ?? ''); at++) {
    const word = argv[at] ?? ''
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('EHhStse'.includes(letter)) {
        const text = word.slice(i + 1) || argv[++at]
        if (text === undefined) return `option requires an argument -- ${letter}\n${USAGE}`
        if (letter === 't') {
          life = lifetime(text)
          if (life === undefined) return 'Invalid lifetime\n'
        }
        break
      }
      if (!'cDdKkLlqvXxT'.includes(letter)) return `unknown option -- ${letter}\n${USAGE}`
      flags.add(letter)
    }
  }
  return { flags, life, files: argv.slice(at) }
}

const algorithmOf = ({ blob }: AgentKey): string => new Reader(blob).text()

async function list(io: Stdio, agent: Agent, whole: boolean): Promise<number> {
  const keys = await agent.keys()
  if (keys.length === 0) {
    await io.print('The agent has no identities.\n')
    await io.out.flush()
    return 1
  }
  for (const key of keys) {
    const algorithm = algorithmOf(key)
    await io.print(
      whole
        ? `${algorithm} ${encodeBase64(key.blob)} ${key.comment}\n`
        : `${keyBits({ algorithm, blob: key.blob })} ${fingerprint(key.blob)} ${key.comment} (${KEY_NAMES.get(algorithm) ?? algorithm})\n`,
    )
  }
  await io.out.flush()
  return 0
}

async function add(
  { sys }: Process,
  io: Stdio,
  agent: Agent,
  file: string,
  { flags, life }: Options,
): Promise<boolean> {
  let key: KeyPair | undefined
  try {
    const { mode } = sys.stat(file)
    if (mode & 0o077) {
      await io.warn(tooOpenText(file, mode).join('\n') + '\n')
      return false
    }
    key = parsePrivateFile(await readTextFile(sys, file))
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`${file}: ${error.message}\n`)
    return false
  }
  if (!key) {
    await io.warn(`Error loading key "${file}": error in libcrypto\n`)
    return false
  }
  const named = { ...key, comment: key.comment || file }
  if (!(await agent.add(named, life))) {
    await io.warn(`Could not add identity "${file}": agent refused operation\n`)
    return false
  }
  if (!flags.has('q'))
    await io.warn(
      `Identity added: ${file} (${named.comment})\n${life === undefined ? '' : `Lifetime set to ${life} seconds\n`}`,
    )
  return true
}

async function blobOf(
  { sys }: Process,
  io: Stdio,
  file: string,
): Promise<{ algorithm: string; blob: Uint8Array; comment: string } | undefined> {
  for (const path of file.endsWith('.pub') ? [file] : [`${file}.pub`, file])
    try {
      const text = await readTextFile(sys, path)
      const key = parsePublicLine(text)
      const own = key ? undefined : parsePrivateFile(text)
      if (key) return key
      if (own) return { algorithm: new Reader(own.blob).text(), blob: own.blob, comment: own.comment }
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  await io.warn(`Bad key file ${file}: No such file or directory\n`)
  return undefined
}

async function remove(process: Process, io: Stdio, agent: Agent, file: string, quiet: boolean): Promise<boolean> {
  const key = await blobOf(process, io, file)
  if (!key) return false
  if (!(await agent.remove(key.blob))) {
    await io.warn(`Could not remove identity "${file}": agent refused operation\n`)
    return false
  }
  if (!quiet)
    await io.warn(`Identity removed: ${file} ${KEY_NAMES.get(key.algorithm) ?? key.algorithm} (${key.comment})\n`)
  return true
}

async function test(process: Process, io: Stdio, agent: Agent, file: string): Promise<boolean> {
  const key = await blobOf(process, io, file)
  const data = process.sys.entropy.bytes(32)
  const signature = key && (await agent.sign(key.blob, data))
  if (key && signature && verifyWith(key, data, signature)) return true
  await io.warn(`Agent signature failed for ${file}: agent refused operation\n`)
  return false
}

export async function addMain(process: Process): Promise<number> {
  const { sys, env } = process
  const io = new Stdio(sys)
  const options = parse(process.argv.slice(1))
  if (typeof options === 'string') {
    await io.warn(options)
    return 1
  }
  const { flags, files } = options
  const agent = await Agent.open(sys, env)
  if (!agent) {
    await io.warn(env.get('SSH_AUTH_SOCK') ? 'Error connecting to agent: Connection refused\n' : NO_AGENT)
    return 2
  }
  if (flags.has('l') || flags.has('L')) return list(io, agent, flags.has('L'))
  if (flags.has('D')) {
    await agent.removeAll()
    if (!flags.has('q')) await io.warn('All identities removed.\n')
    return 0
  }
  const home = env.get('HOME') ?? '/root'
  const standard = ['id_rsa', 'id_ecdsa', 'id_ed25519']
    .map((name) => `${home}/.ssh/${name}`)
    .filter((path) => exists(process, path))
  let worst = 0
  for (const file of files.length > 0 ? files : standard) {
    const done = flags.has('d')
      ? await remove(process, io, agent, file, flags.has('q'))
      : flags.has('T')
        ? await test(process, io, agent, file)
        : await add(process, io, agent, file, options)
    if (!done) worst = 1
  }
  return files.length === 0 && standard.length === 0 ? 1 : worst
}

function exists({ sys }: Process, path: string): boolean {
  try {
    sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

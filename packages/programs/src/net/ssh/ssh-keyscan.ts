/** ssh-keyscan(1): the keys by which hosts show themselves. */
import { inet, isErrno, type Process } from '@drydock/abi'
import { encodeBase64 } from '@drydock/codec'
import { dial, readTextFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { parsePublicLine } from './keys.ts'
import { hostName } from './known-hosts.ts'
import { fromJson, MSG, SERVER_VERSION, Wire } from './wire.ts'

const USAGE = `usage: ssh-keyscan [-46cDHv] [-f file] [-O option] [-p port] [-T timeout]
                   [-t type] [host | addrlist namelist]
`

interface Options {
  readonly port: number
  readonly hashes: boolean
  readonly types: readonly string[]
  readonly hosts: readonly string[]
  readonly file: string | undefined
}

function parse(argv: readonly string[]): Options | string {
  const hosts: string[] = []
  const given = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-') || word === '-') {
      hosts.push(word)
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('fOpTt'.includes(letter)) {
        const text = word.slice(i + 1) || argv[++at]
        if (text === undefined) return `option requires an argument -- ${letter}\n${USAGE}`
        given.set(letter, text)
        break
      }
      if (!'46cDHv'.includes(letter)) return `unknown option -- ${letter}\n${USAGE}`
      given.set(letter, '')
    }
  }
  if (hosts.length === 0 && !given.has('f')) return USAGE
  return {
    port: Number(given.get('p') ?? 22),
    hashes: given.has('H'),
    types: (given.get('t') ?? 'rsa,ecdsa,ed25519').split(','),
    hosts,
    file: given.get('f'),
  }
}

function hashed({ sys }: Process, name: string): string {
  const salt = sys.entropy.bytes(20)
  return `|1|${encodeBase64(salt)}|${encodeBase64(hmac(sha1, salt, new TextEncoder().encode(name)))}`
}

async function scan(process: Process, io: Stdio, host: string, { port, hashes, types }: Options): Promise<boolean> {
  const { sys } = process
  try {
    const [address = host] = await resolveHost(sys, host)
    const stream = await dial(sys, inet(address, port), 5000)
    const wire = new Wire(sys, stream.fd)
    await wire.sendLine(SERVER_VERSION)
    const version = await wire.line()
    const frame = version?.startsWith('SSH-2.0-') ? await wire.next() : undefined
    stream.close()
    const key = frame?.type === MSG.hostKey ? parsePublicLine(String(fromJson(frame.payload)['key'])) : undefined
    if (version !== undefined) await io.warn(`# ${host}:${port} ${version}\n`)
    const kind = key?.algorithm.replace(/^(?:ssh-|ecdsa-sha2-)/, '').replace(/^nistp.*/, 'ecdsa')
    if (!key || kind === undefined || !types.includes(kind)) return key !== undefined
    const name = hostName(host, port)
    await io.print(`${hashes ? hashed(process, name) : name} ${key.algorithm} ${encodeBase64(key.blob)}\n`)
    await io.out.flush()
    return true
  } catch (error) {
    if (error instanceof ResolveError) await io.warn(`getaddrinfo ${host}: ${error.message}\n`)
    else if (!isErrno(error)) throw error
    return false
  }
}

export async function keyscanMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const options = parse(process.argv.slice(1))
  if (typeof options === 'string') {
    await io.warn(options)
    return 1
  }
  const listed =
    options.file === undefined
      ? []
      : (await readTextFile(process.sys, options.file))
          .split('\n')
          .map((line) => line.trim().split(/\s+/).at(-1) ?? '')
          .filter((name) => name !== '' && !name.startsWith('#'))
  let found = 0
  for (const host of [...options.hosts, ...listed].flatMap((each) => each.split(',')))
    if (await scan(process, io, host, options)) found++
  return found > 0 ? 0 : 1
}

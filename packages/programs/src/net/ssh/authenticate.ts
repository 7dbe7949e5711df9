/** The client's side of getting in: is it the right host, and who am I. ssh(1), "AUTHENTICATION" and "VERIFYING HOST KEYS". */
import { isErrno, O_RDWR, type Sys } from '@drydock/abi'
import { decodeBase64, encodeBase64 } from '@drydock/codec'
import { concat, readTextFile, writeAll } from '@drydock/libc'
import type { Agent } from './agent-protocol.ts'
import type { SshConfig } from './client-config.ts'
import {
  fingerprint,
  KEY_NAMES,
  type KeyPair,
  parsePrivateFile,
  parsePublicLine,
  type PublicKey,
  publicLine,
  Reader,
  signWith,
  verifyWith,
} from './keys.ts'
import { addKnownHost, hostName, namesMatch, readKnownHosts } from './known-hosts.ts'
import { tooOpenText } from './too-open.ts'
import { type AuthRequest, fromJson, MSG, SERVER_VERSION, toJson, type Wire } from './wire.ts'

export interface Peer {
  readonly sys: Sys
  readonly wire: Wire
  readonly config: SshConfig
  readonly home: string
  /** As the user named it, and its address. */
  readonly host: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly quiet: boolean
  say(line: string): Promise<void>
  debug(line: string): Promise<void>
  /** The agent that the environment names. */
  readonly agent: Agent | undefined
  /** One more connection to the same server; undefined where it cannot be had. */
  connect(): Promise<Wire | undefined>
}

const encoder = new TextEncoder()
const option = ({ config }: Peer, name: string, otherwise = ''): string => config.get(name)?.[0] ?? otherwise
export const expandHome = (path: string, home: string): string =>
  path.replace(/^~(?=\/|$)/, home).replaceAll('%d', home)

/** Asks on the terminal, whatever standard input is. @returns undefined where there is none */
export async function askTerminal(sys: Sys, question: string, hidden: boolean): Promise<string | undefined> {
  let fd: number
  try {
    fd = sys.open('/dev/tty', O_RDWR)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
  const saved = sys.tcgetattr(fd)
  if (hidden) sys.tcsetattr(fd, { ...saved, echo: false }, true)
  try {
    await writeAll(sys, fd, encoder.encode(question))
    const bytes: number[] = []
    for (;;) {
      const [byte] = await sys.read(fd, 1)
      if (byte === undefined || byte === 10) break
      bytes.push(byte)
    }
    return new TextDecoder().decode(Uint8Array.from(bytes))
  } finally {
    sys.tcsetattr(fd, saved)
    if (hidden) await writeAll(sys, fd, encoder.encode('\n'))
    sys.close(fd)
  }
}

const CHANGED = (kind: string, print: string, file: string, line: number, host: string): string[] => [
  '@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@',
  '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
  '@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@',
  'IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!',
  'Someone could be eavesdropping on you right now (man-in-the-middle attack)!',
  'It is also possible that a host key has just been changed.',
  `The fingerprint for the ${kind} key sent by the remote host is`,
  `${print}.`,
  'Please contact your system administrator.',
  `Add correct host key in ${file} to get rid of this message.`,
  `Offending ${kind} key in ${file}:${line}`,
  `Host key for ${host} has changed and you have requested strict checking.`,
]

/** @returns the session's identifier, to be signed; undefined when the host is not to be trusted */
export async function verifyHost(peer: Peer): Promise<Uint8Array | undefined> {
  const frame = await peer.wire.next()
  if (frame?.type !== MSG.hostKey) {
    await peer.say(`kex_exchange_identification: Connection closed by remote host\r`)
    await peer.say(`Connection closed by ${peer.address} port ${peer.port}\r`)
    return undefined
  }
  const hello = fromJson(frame.payload)
  const key = parsePublicLine(String(hello['key']))
  const session = decodeBase64(String(hello['session']))
  const signature = decodeBase64(String(hello['signature']))
  if (!key || !session || !signature || !verifyWith(key, session, signature)) {
    await peer.say('ssh_dispatch_run_fatal: Connection to host: incorrect signature\r')
    return undefined
  }
  await peer.debug(`Server host key: ${key.algorithm} ${fingerprint(key.blob)}`)
  return (await trusted(peer, key)) ? session : undefined
}

async function trusted(peer: Peer, key: PublicKey): Promise<boolean> {
  const file = expandHome(option(peer, 'userknownhostsfile', '~/.ssh/known_hosts').split(/\s+/)[0] ?? '', peer.home)
  const name = hostName(peer.host, peer.port)
  const known = (await readKnownHosts(peer.sys, file)).filter(
    ({ names, key: each }) => each.algorithm === key.algorithm && namesMatch(names, name),
  )
  const kind = KEY_NAMES.get(key.algorithm) ?? key.algorithm
  if (known.some((entry) => encodeBase64(entry.key.blob) === encodeBase64(key.blob))) {
    await peer.debug(`Host '${name}' is known and matches the ${kind} host key.`)
    return true
  }
  const strict = option(peer, 'stricthostkeychecking', 'ask').toLowerCase()
  const [other] = known
  if (other) {
    for (const line of CHANGED(kind, fingerprint(key.blob), file, other.line, name)) await peer.say(`${line}\r`)
    if (strict === 'no' || strict === 'off') return true
    await peer.say('Host key verification failed.\r')
    return false
  }
  if (!(await accepted(peer, strict, kind, key))) return false
  try {
    await addKnownHost(peer.sys, file, name, key)
    const level = option(peer, 'loglevel', 'info').toLowerCase()
    if (!peer.quiet && !['quiet', 'fatal', 'error'].includes(level))
      await peer.say(`Warning: Permanently added '${name}' (${kind}) to the list of known hosts.\r`)
  } catch (error) {
    if (!isErrno(error)) throw error
    await peer.say(`Failed to add the host to the list of known hosts (${file}).\r`)
  }
  return true
}

async function accepted(peer: Peer, strict: string, kind: string, key: PublicKey): Promise<boolean> {
  if (['no', 'off', 'accept-new'].includes(strict)) return true
  const name = hostName(peer.host, peer.port)
  if (strict === 'yes') {
    await peer.say(`No ${kind} host key is known for ${name} and you have requested strict checking.\r`)
    await peer.say('Host key verification failed.\r')
    return false
  }
  const shown =
    peer.host === peer.address
      ? `'${name} (${hostName(peer.address, peer.port)})'`
      : `'${name} (${hostName(peer.address, peer.port)})'`
  const print = fingerprint(key.blob)
  let question = `The authenticity of host ${shown} can't be established.\n${kind} key fingerprint is ${print}.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `
  for (;;) {
    const answer = (
      option(peer, 'batchmode') === 'yes' ? undefined : await askTerminal(peer.sys, question, false)
    )?.trim()
    if (answer === 'yes' || answer === print) return true
    if (answer === undefined || answer === 'no') break
    question = "Please type 'yes', 'no' or the fingerprint: "
  }
  await peer.say('Host key verification failed.\r')
  return false
}

/** A key that signs, here or in the agent. */
interface Identity {
  readonly line: string
  readonly blob: Uint8Array
  readonly comment: string
  readonly kind: string
  sign(message: Uint8Array): Promise<Uint8Array | undefined>
}

const ownIdentity = (key: KeyPair): Identity => ({
  line: publicLine(key),
  blob: key.blob,
  comment: key.comment,
  kind: KEY_NAMES.get(key.type === 'rsa' ? 'ssh-rsa' : 'ssh-ed25519') ?? '',
  sign: async (message) => signWith(key, message),
})

/** The agent's keys come first; those that files name as well are not asked for twice. ssh_config(5), IdentitiesOnly */
async function allIdentities(peer: Peer): Promise<Identity[]> {
  const files = (await identities(peer)).map(ownIdentity)
  const { agent } = peer
  const held = agent ? await agent.keys() : []
  const same = (a: Uint8Array, b: Uint8Array): boolean => encodeBase64(a) === encodeBase64(b)
  const wanted =
    option(peer, 'identitiesonly') === 'yes'
      ? held.filter(({ blob }) => files.some((each) => same(each.blob, blob)))
      : held
  const fromAgent = wanted.map(({ blob, comment }): Identity => {
    const algorithm = new Reader(blob).text()
    return {
      line: `${algorithm} ${encodeBase64(blob)} ${comment}`,
      blob,
      comment: `${comment} ${KEY_NAMES.get(algorithm)} agent`,
      kind: KEY_NAMES.get(algorithm) ?? algorithm,
      sign: async (message) => agent?.sign(blob, message),
    }
  })
  return [...fromAgent, ...files.filter(({ blob }) => !wanted.some((each) => same(each.blob, blob)))]
}

async function identities(peer: Peer): Promise<KeyPair[]> {
  const names = peer.config.get('identityfile') ?? ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']
  const given = peer.config.has('identityfile')
  const keys: KeyPair[] = []
  for (const name of names) {
    const path = expandHome(name, peer.home)
    try {
      const { mode } = peer.sys.stat(path)
      if (mode & 0o077) await tooOpen(peer, path, mode)
      else {
        const key = parsePrivateFile(await readTextFile(peer.sys, path))
        if (key) keys.push({ ...key, comment: path })
        else await peer.say(`Load key "${path}": error in libcrypto\r`)
      }
    } catch (error) {
      if (!isErrno(error)) throw error
      if (given) await peer.say(`Warning: Identity file ${path} not accessible: ${error.message}.\r`)
    }
  }
  return keys
}

async function tooOpen(peer: Peer, path: string, mode: number): Promise<void> {
  for (const line of [...tooOpenText(path, mode), `Load key "${path}": bad permissions`]) await peer.say(`${line}\r`)
}

interface Verdict {
  readonly done: boolean
  readonly methods: readonly string[]
}

async function attempt({ wire, say }: Peer, request: AuthRequest): Promise<Verdict | undefined> {
  await wire.send(MSG.userauthRequest, toJson(request))
  for (;;) {
    const frame = await wire.next()
    if (!frame) return undefined
    if (frame.type === MSG.banner) await say(new TextDecoder().decode(frame.payload).trimEnd())
    if (frame.type === MSG.userauthSuccess) return { done: true, methods: [] }
    if (frame.type === MSG.userauthFailure)
      return { done: false, methods: String(fromJson(frame.payload)['methods'] ?? '').split(',') }
    if (frame.type === MSG.disconnect) {
      await say(`${new TextDecoder().decode(frame.payload)}\r`)
      return undefined
    }
  }
}

/** @returns whether the server lets us in; what is wrong was said */
export async function authenticate(peer: Peer, session: Uint8Array): Promise<boolean> {
  const { user, address, port } = peer
  const closed = async (): Promise<false> => {
    await peer.say(`Connection closed by ${address} port ${port}\r`)
    return false
  }
  let verdict = await attempt(peer, { user, method: 'none' })
  if (!verdict) return closed()
  if (verdict.done) return true
  await peer.debug(`Authentications that can continue: ${verdict.methods.join(',')}`)
  if (verdict.methods.includes('publickey') && option(peer, 'pubkeyauthentication') !== 'no')
    for (const key of await allIdentities(peer)) {
      await peer.debug(`Offering public key: ${key.comment} ${key.kind} ${fingerprint(key.blob)}`)
      const signed = await key.sign(concat([session, encoder.encode(user)]))
      if (!signed) continue
      verdict = await attempt(peer, { user, method: 'publickey', key: key.line, signature: encodeBase64(signed) })
      if (!verdict) return closed()
      if (verdict.done) return true
    }
  if (
    !verdict.methods.includes('password') ||
    option(peer, 'batchmode') === 'yes' ||
    option(peer, 'passwordauthentication') === 'no'
  ) {
    await peer.say(`${user}@${peer.host}: Permission denied (${verdict.methods.join(',')}).\r`)
    return false
  }
  return withPassword(peer, verdict.methods)
}

async function withPassword(peer: Peer, methods: readonly string[]): Promise<boolean> {
  const tries = Number(option(peer, 'numberofpasswordprompts', '3'))
  for (let round = 0; round < tries; round++) {
    const password = await askTerminal(peer.sys, `${peer.user}@${peer.host}'s password: `, true)
    if (password === undefined) break
    const verdict = await attempt(peer, { user: peer.user, method: 'password', password })
    if (!verdict) {
      await peer.say(`Connection closed by ${peer.address} port ${peer.port}\r`)
      return false
    }
    if (verdict.done) return true
    if (round + 1 < tries) await peer.say('Permission denied, please try again.\r')
  }
  await peer.say(`${peer.user}@${peer.host}: Permission denied (${methods.join(',')}).\r`)
  return false
}

/** From the version line to being let in, over a fresh connection. */
export async function signIn(peer: Peer): Promise<boolean> {
  await peer.wire.sendLine(SERVER_VERSION)
  await peer.wire.line()
  const session = await verifyHost(peer)
  return session !== undefined && (await authenticate(peer, session))
}

/** Whom sshd lets in. sshd(8), "AUTHENTICATION" and "AUTHORIZED_KEYS FILE FORMAT". */
import { isErrno, type Sys } from '@drydock/abi'
import { decodeBase64, encodeBase64 } from '@drydock/codec'
import { concat, type Passwd, readTextFile } from '@drydock/libc'
import { AccountFiles } from '../../account/account-files.ts'
import { Accounts } from '../../account/accounts.ts'
import { passwordFits } from '../../account/sha512-crypt.ts'
import { parsePublicLine, verifyWith } from './keys.ts'
import type { SshdConfig } from './sshd-config.ts'
import { fromJson, MSG, toJson, type Wire } from './wire.ts'

interface Attempt {
  readonly user: string
  readonly method: string
  readonly password: string
  readonly key: string
  readonly signature: string
}

function attemptOf(payload: Uint8Array): Attempt {
  const value = fromJson(payload)
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '')
  return {
    user: text('user'),
    method: text('method'),
    password: text('password'),
    key: text('key'),
    signature: text('signature'),
  }
}

export class Doorkeeper {
  private readonly sys: Sys
  private readonly config: SshdConfig
  private readonly session: Uint8Array
  /** Tells sshd's log. */
  private readonly log: (line: string) => Promise<void>

  constructor(sys: Sys, config: SshdConfig, session: Uint8Array, log: (line: string) => Promise<void>) {
    this.sys = sys
    this.config = config
    this.session = session
    this.log = log
  }

  private get methods(): string {
    const methods = ['publickey', ...(this.config.yes('PasswordAuthentication', true) ? ['password'] : [])]
    return methods.join(',')
  }

  /** @returns who came in; undefined when the other side gave up or tried too often */
  async admit(wire: Wire, from: string): Promise<{ user: Passwd; accounts: Accounts } | undefined> {
    const most = Number(this.config.get('MaxAuthTries', '6'))
    for (let failures = 0; failures <= most; ) {
      const frame = await wire.next()
      if (frame?.type !== MSG.userauthRequest) return undefined
      const attempt = attemptOf(frame.payload)
      const accounts = await Accounts.read(this.sys)
      const user = accounts.users.find(({ name }) => name === attempt.user)
      if (user && (await this.fits(user, attempt))) {
        await this.log(`Accepted ${attempt.method} for ${user.name} from ${from} ssh2`)
        await wire.send(MSG.userauthSuccess)
        return { user, accounts }
      }
      if (attempt.method !== 'none') {
        failures++
        await this.log(`Failed ${attempt.method} for ${user ? '' : 'invalid user '}${attempt.user} from ${from} ssh2`)
      }
      await wire.send(MSG.userauthFailure, toJson({ methods: this.methods }))
    }
    await wire.send(
      MSG.disconnect,
      new TextEncoder().encode(`Received disconnect from ${from.split(' ')[0]}: 2: Too many authentication failures`),
    )
    return undefined
  }

  private async fits(user: Passwd, attempt: Attempt): Promise<boolean> {
    const root = this.config.get('PermitRootLogin', 'prohibit-password').toLowerCase()
    if (user.uid === 0 && root === 'no') return false
    const allowed = this.config.get('AllowUsers', '').split(/\s+/).filter(Boolean)
    if (allowed.length > 0 && !allowed.includes(user.name)) return false
    if (attempt.method === 'publickey') return this.keyFits(user, attempt)
    if (user.uid === 0 && root !== 'yes') return false
    const stored = (await AccountFiles.read(this.sys)).passwordOf(user.name)
    if (stored === '') return this.config.yes('PermitEmptyPasswords', false) && attempt.password === ''
    if (attempt.method !== 'password' || !this.config.yes('PasswordAuthentication', true)) return false
    return passwordFits(this.sys, attempt.password, stored)
  }

  private async keyFits(user: Passwd, { key, signature, user: name }: Attempt): Promise<boolean> {
    const offered = parsePublicLine(key)
    const signed = decodeBase64(signature)
    if (!offered || !signed || !this.config.yes('PubkeyAuthentication', true)) return false
    const wanted = encodeBase64(offered.blob)
    for (const file of this.config.get('AuthorizedKeysFile', '.ssh/authorized_keys').split(/\s+/)) {
      const path = file.startsWith('/') ? file : `${user.home}/${file.replace(/^(%h|~)\//, '')}`
      for (const line of await this.lines(path)) {
        const known = line.startsWith('#') ? undefined : parsePublicLine(line)
        if (known && encodeBase64(known.blob) === wanted)
          return verifyWith(offered, concat([this.session, new TextEncoder().encode(name)]), signed)
      }
    }
    return false
  }

  private async lines(path: string): Promise<string[]> {
    try {
      return (await readTextFile(this.sys, path)).split('\n')
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  }
}

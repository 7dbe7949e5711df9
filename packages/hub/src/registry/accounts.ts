import type { Entropy } from '@drydock/abi'
import { decodeUtf8, encodeUtf8, sha256Hex, toHex } from '@drydock/codec'
import type { Credentials } from './token.ts'
import type { HubStore } from './store.ts'

/** As Docker Hub has them: 4 to 30 letters and digits, here from one on. */
const NAME = /^[a-z0-9][a-z0-9_.-]{0,29}$/

/**
 * Who may log in. A name becomes an account when somebody first logs in by it, with the password given then. Kept as
 * `account/<name>`: a salt and the digest of salt and password.
 */
export class Accounts {
  private readonly store: HubStore
  private readonly entropy: Entropy

  constructor(store: HubStore, entropy: Entropy) {
    this.store = store
    this.entropy = entropy
  }

  /** @returns whether these are an account's credentials, which the first ones of a name always are */
  admits({ user, password }: Credentials): boolean {
    const key = `account/${user.toLowerCase()}`
    if (!NAME.test(user.toLowerCase()) || password === '') return false
    const kept = this.store.get(key)
    if (!kept) {
      const salt = toHex(this.entropy.bytes(8))
      this.store.put(key, encodeUtf8(`${salt}$${sha256Hex(salt + password)}`))
      return true
    }
    const [salt = '', digest] = decodeUtf8(kept).split('$')
    return sha256Hex(salt + password) === digest
  }
}

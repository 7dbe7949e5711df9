import type { Sys } from '@drydock/abi'
import { encodeBase64, Hash } from '@drydock/codec'
import { bcryptFits, md5Crypt } from '@drydock/crypto'
import { sha512Crypt } from './sha512-crypt.ts'

type Fit = (sys: Sys, password: string, stored: string) => boolean | Promise<boolean>

const saltOf = (stored: string): string => stored.split('$')[2] ?? ''
const sha1 = (password: string): string => encodeBase64(new Hash('sha1').update(password).digest())

/** By what a stored password begins with: those of htpasswd(1) and crypt(5). */
const FITS: readonly (readonly [string, Fit])[] = [
  ['$2', (sys, password, stored) => bcryptFits(password, stored, () => sys.tick())],
  ['$apr1$', (_, password, stored) => md5Crypt(password, saltOf(stored), '$apr1$') === stored],
  ['$1$', (_, password, stored) => md5Crypt(password, saltOf(stored), '$1$') === stored],
  ['$6$', async (sys, password, stored) => (await sha512Crypt(sys, password, saltOf(stored))) === stored],
  ['{SHA}', (_, password, stored) => `{SHA}${sha1(password)}` === stored],
  ['{PLAIN}', (_, password, stored) => `{PLAIN}${password}` === stored],
]

/** Whether a password is the one that was stored, hashed or plain. */
export const passwordFits = async (sys: Sys, password: string, stored: string): Promise<boolean> => {
  const fit = FITS.find(([start]) => stored.startsWith(start))?.[1]
  return fit ? fit(sys, password, stored) : password === stored
}

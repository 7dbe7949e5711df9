import { isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { passwordFits } from '../../account/password-fits.ts'
import type { Exchange } from './exchange.ts'
import { requestWords } from './request-words.ts'
import { covers } from './variable-maps.ts'
import { credentials, interpolate } from './variables.ts'

/** A refusal, with the field that asks for a name. */
export interface Refusal {
  readonly status: number
  readonly headers?: readonly (readonly [string, string])[]
}

/** The access phase: ngx_http_access_module and ngx_http_auth_basic_module, joined by `satisfy`. */
export async function access(exchange: Exchange): Promise<Refusal | undefined> {
  const rule = addressRule(exchange)
  const realm = exchange.scope.word('auth_basic', 'off')
  const any = exchange.scope.word('satisfy', 'all') === 'any'
  if (any && rule === 'allow') return undefined
  if (rule === 'deny' && !(any && realm !== 'off')) {
    await exchange.context.logError('error', `access forbidden by rule${requestWords(exchange)}`)
    return { status: 403 }
  }
  return realm === 'off' ? undefined : authenticate(exchange, interpolate(exchange, realm))
}

function addressRule({ scope, remote }: Exchange): string | undefined {
  return scope
    .rows(['allow', 'deny'])
    .find(({ args: [where = ''] }) => where === 'all' || covers(where, remote.address))?.name
}

async function authenticate(exchange: Exchange, realm: string): Promise<Refusal | undefined> {
  const { context, scope, request } = exchange
  const refused: Refusal = { status: 401, headers: [['WWW-Authenticate', `Basic realm="${realm}"`]] }
  const given = credentials(request)
  if (!given) {
    await context.logError('info', `no user/password was provided for basic authentication${requestWords(exchange)}`)
    return refused
  }
  const [user, password] = given
  const file = interpolate(exchange, scope.word('auth_basic_user_file', ''))
  const stored = await storedPassword(exchange, file.startsWith('/') ? file : `/etc/nginx/${file}`, user)
  if (typeof stored !== 'string') return stored
  if (stored !== '' && (await passwordFits(context.sys, password, stored))) return undefined
  const words = stored === '' ? `user "${user}" was not found in "${file}"` : `user "${user}": password mismatch`
  await context.logError('error', `${words}${requestWords(exchange)}`)
  return refused
}

/** Read anew for each request, as nginx does. @returns '' for a user who isn't there */
async function storedPassword(exchange: Exchange, file: string, user: string): Promise<string | Refusal> {
  const { context } = exchange
  try {
    const lines = (await readTextFile(context.sys, file)).split('\n')
    return lines.find((line) => line.startsWith(`${user}:`))?.split(':')[1] ?? ''
  } catch (error) {
    if (!isErrno(error)) throw error
    const words = `open() "${file}" failed (${error.errno}: ${error.message})`
    await context.logError('error', `${words}${requestWords(exchange)}`)
    return { status: error.code === 'ENOENT' ? 403 : 500 }
  }
}

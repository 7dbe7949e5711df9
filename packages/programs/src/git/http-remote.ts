/** Repositories over HTTP, fetched by isomorphic-git into packs of our own. */
import { readFile } from '@drydock/libc'
import { ask } from '../account/prompt.ts'
import { Fatal } from './fatal.ts'
import { fileSystem, HttpFailure, httpClient, loadGit } from './library.ts'
import { isLibraryError } from './library-packs.ts'
import type { Workspace } from './repository.ts'
import type { Advertised } from './remote-objects.ts'

/** What went wrong on the way to a server, in git's words. @throws Fatal */
function explain(error: unknown, url: string): never {
  const bare = url.replace(/\/+$/, '')
  if (error instanceof HttpFailure) throw new Fatal(`fatal: unable to access '${bare}/': ${error.message}`)
  if (isLibraryError(error) && error.code === 'HttpError') {
    const status = Number(error.data['statusCode'])
    if (status === 401)
      throw new Fatal(
        `fatal: could not read Username for '${bare.replace(/^(https?:\/\/[^/]+).*/, '$1')}': No such device or address`,
      )
    throw new Fatal(
      status === 404
        ? `fatal: repository '${bare}/' not found`
        : `fatal: unable to access '${bare}/': The requested URL returned error: ${status}`,
    )
  }
  if (isLibraryError(error) && error.code === 'SmartHttpError')
    throw new Fatal(`fatal: ${bare}/info/refs not valid: could not determine hash algorithm; is this a git repository?`)
  throw error
}

export interface HttpFetch {
  readonly depth?: string | undefined
  readonly single?: boolean
  readonly branch?: string | undefined
  readonly quiet?: boolean
}

export async function advertisedHttp(workspace: Workspace, url: string): Promise<Advertised> {
  try {
    const git = await loadGit()
    const rows = await git.listServerRefs({ http: httpClient(workspace.sys), url, symrefs: true, protocolVersion: 1 })
    const head = rows.find(({ ref }) => ref === 'HEAD')
    return {
      head: head?.target,
      headOid: head?.oid,
      refs: rows
        .filter(({ ref }) => ref.startsWith('refs/') && !ref.endsWith('^{}'))
        .map(({ ref, oid }) => ({ name: ref, oid })),
    }
  } catch (error) {
    return explain(error, url)
  }
}

/** Brings what the server has; names are for the caller to write. */
export async function fetchHttp(
  target: Workspace,
  url: string,
  { depth, single = false, branch, quiet = false }: HttpFetch,
): Promise<Advertised> {
  const advertised = await advertisedHttp(target, url)
  const fs = fileSystem(target.sys)
  const http = httpClient(target.sys)
  const alone = single || depth !== undefined
  const head = advertised.head?.replace('refs/heads/', '')
  const before = packsOf(target)
  try {
    const git = await loadGit()
    if (advertised.refs.length > 0)
      await git.fetch({
        fs,
        http,
        gitdir: target.common,
        url,
        singleBranch: alone,
        tags: !alone,
        ...((branch ?? head) ? { ref: branch ?? head ?? 'HEAD' } : {}),
        ...(alone ? {} : { prune: false }),
        ...(depth === undefined ? {} : { depth: Number(depth) }),
      })
  } catch (error) {
    if (isLibraryError(error) && error.code === 'NotFoundError' && branch !== undefined)
      throw new Fatal(
        `warning: Could not find remote branch ${branch} to clone.\nfatal: Remote branch ${branch} not found in upstream origin`,
      )
    explain(error, url)
  }
  if (!quiet) await target.io.warn(await progress(target, before))
  const wanted = branch ?? head
  return alone
    ? {
        ...advertised,
        refs: advertised.refs.filter(({ name }) => name === `refs/heads/${wanted}` || name === `refs/tags/${branch}`),
      }
    : advertised
}

const packsOf = (target: Workspace): Set<string> =>
  target.exists(`${target.common}/objects/pack`)
    ? new Set(target.sys.readdir(`${target.common}/objects/pack`).map(({ name }) => name))
    : new Set()

/** From the head of the pack that came. */
async function progress(target: Workspace, before: ReadonlySet<string>): Promise<string> {
  const name = [...packsOf(target)].find((each) => each.endsWith('.pack') && !before.has(each))
  if (name === undefined) return ''
  const bytes = await readFile(target.sys, `${target.common}/objects/pack/${name}`)
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8)
  if (count === 0) return ''
  return `remote: Enumerating objects: ${count}, done.\nremote: Counting objects: 100% (${count}/${count}), done.\nremote: Compressing objects: 100% (${count}/${count}), done.\nremote: Total ${count} (delta 0), reused ${count} (delta 0), pack-reused 0\nReceiving objects: 100% (${count}/${count}), done.\n`
}

/** The forge asks who one is and lets nobody write: there are no accounts in a playground. */
export async function refusePush(workspace: Workspace, url: string): Promise<never> {
  const site = url.replace(/^(https?:\/\/[^/]+).*/, '$1')
  const user = await ask(workspace.sys, `Username for '${site}': `)
  if (user === undefined || user === '')
    throw new Fatal(`fatal: could not read Username for '${site}': No such device or address`)
  await ask(workspace.sys, `Password for '${site.replace('://', `://${user}@`)}': `, true)
  throw new Fatal(
    `remote: Permission to ${url.replace(/^https?:\/\/[^/]+\//, '')} denied to ${user}.\nfatal: unable to access '${url}/': The requested URL returned error: 403`,
  )
}

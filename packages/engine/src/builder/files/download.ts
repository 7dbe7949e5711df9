import { fetchUrl } from '@drydock/distribution'
import { quietly, writeBytes } from '../../state/files.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import { Problem, systemProblem } from '../../problem.ts'

/** The file's name as ADD takes it from a URL. */
const nameOf = (url: string): string =>
  decodeURIComponent(new URL(url).pathname.split('/').findLast((part) => part !== '') ?? '__unnamed__')

/** Fetches a URL into `folder`: a file 0600 with the server's time. @returns its name @throws Problem */
export async function downloadSource(parts: DaemonParts, url: string, folder: string, prefix: string): Promise<string> {
  const { sys } = parts
  try {
    const answer = await fetchUrl(sys, url, { method: 'GET' })
    if (answer.status >= 400)
      throw systemProblem(
        `failed to GET ${url} with status ${answer.status} : ${new TextDecoder().decode(answer.bytes).slice(0, 100)}`,
      )
    const path = `${folder}/${nameOf(url)}`
    writeBytes(sys, path, answer.bytes, 0o600)
    sys.chmod(path, 0o600)
    const modified = Date.parse(answer.headers.get('last-modified') ?? '')
    const time = Number.isNaN(modified) ? 0 : modified
    quietly(() => sys.utimes(path, time, time))
    return nameOf(url)
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.kind, `${prefix}${error.message}`)
    throw error
  }
}

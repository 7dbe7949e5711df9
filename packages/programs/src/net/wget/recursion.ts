import { type HttpUrl, parseUrl, printUrl } from '@drydock/http'
import { readFile } from '@drydock/libc'
import { globMatcher } from '../../text/glob.ts'
import type { Retrieval, Retrieved } from './gnu-wget.ts'
import type { Options } from './options.ts'

/** Attributes of HTML that lead to other files; those of the second kind belong to the page itself. */
const LINK =
  /<(a|area|link|img|script|iframe|frame|source|audio|video|embed|input)\b[^>]*?\s(?:href|src)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi
const NAVIGATION: ReadonlySet<string> = new Set(['a', 'area', 'iframe', 'frame'])

interface Link {
  readonly url: HttpUrl
  /** A picture, a style, a script: not another page. */
  readonly requisite: boolean
}

/** Where the links of a page lead, without those to places in it. */
export function linksIn(html: string, base: HttpUrl): Link[] {
  return [...html.matchAll(LINK)].flatMap(([, tag = '', text = '']) => {
    const address = text
      .replace(/^["']|["']$/g, '')
      .replaceAll('&amp;', '&')
      .replace(/#.*$/, '')
    if (address === '' || /^(?:mailto|javascript|data|tel):/i.test(address)) return []
    const url = parseUrl(address, base)
    return url ? [{ url, requisite: !NAVIGATION.has(tag.toLowerCase()) }] : []
  })
}

/** wget -r: a page, what it leads to, and what that leads to, breadth first. wget(1), "Recursive Retrieval". */
export class Recursion {
  private readonly retrieval: Retrieval
  private readonly depth: number
  private readonly options: Options
  private readonly seen = new Set<string>()
  /** Paths that are not for robots, by server. */
  private readonly rules = new Map<string, readonly string[]>()

  constructor(retrieval: Retrieval, depth: number, options: Options) {
    this.retrieval = retrieval
    this.depth = depth
    this.options = options
  }

  /** @returns the status of wget: of the first failure */
  async run(start: string): Promise<number> {
    const first = parseUrl(start)
    if (!first) return (await this.retrieval.one(start)).status
    let status = 0
    let level: HttpUrl[] = [first]
    this.seen.add(printUrl(first))
    for (let depth = 0; level.length > 0; depth++) {
      const next: HttpUrl[] = []
      for (const url of level) {
        const { status: ended, saved } = await this.retrieval.one(printUrl(url))
        status ||= ended
        if (saved?.html) next.push(...(await this.allowed(await this.wanted(saved, first, depth))))
        if (this.options.wait !== undefined) await this.retrieval.sys.sleep(Number(this.options.wait) * 1000)
      }
      level = next
    }
    return status
  }

  private async allowed(urls: readonly HttpUrl[]): Promise<HttpUrl[]> {
    for (const url of urls) await this.readRobots(url)
    return urls.filter(({ authority, target }) => !this.rules.get(authority)?.some((path) => target.startsWith(path)))
  }

  /** What a server asks robots to leave alone; asked for once. */
  private async readRobots(url: HttpUrl): Promise<void> {
    if (
      this.rules.has(url.authority) ||
      this.options.execute.some((each) => /^robots\s*=\s*(off|no)$/i.test(each.trim()))
    )
      return
    this.rules.set(url.authority, [])
    const { saved } = await this.retrieval.one(printUrl({ ...url, target: '/robots.txt' }))
    if (!saved) return
    this.rules.set(url.authority, disallowed(new TextDecoder().decode(await readFile(this.retrieval.sys, saved.file))))
  }

  private async wanted({ url, file }: Retrieved, first: HttpUrl, depth: number): Promise<HttpUrl[]> {
    const html = new TextDecoder().decode(await readFile(this.retrieval.sys, file))
    return linksIn(html, url)
      .filter(({ requisite }) => depth < this.depth || (requisite && this.options.requisites > 0))
      .map((link) => link.url)
      .filter((each) => this.follows(each, first))
  }

  private follows(url: HttpUrl, first: HttpUrl): boolean {
    const { spanHosts, noParent, accept, reject } = this.options
    const key = printUrl(url)
    if (this.seen.has(key) || (!spanHosts && url.authority !== first.authority)) return false
    if (noParent && !url.target.startsWith(first.target.replace(/[^/]*$/, ''))) return false
    const path = url.target.split('?')[0] ?? ''
    const isPage = path.endsWith('/') || /\.html?$/.test(path)
    if (!isPage && accept !== undefined && !matches(accept, path)) return false
    if (reject !== undefined && matches(reject, path)) return false
    this.seen.add(key)
    return true
  }
}

/** Paths of a robots.txt for wget, or for all where it does not name wget. RFC 9309 */
export function disallowed(text: string): string[] {
  const groups = new Map<string, string[]>()
  let agents: string[] = []
  let named = false
  for (const line of text.split('\n')) {
    const [, field = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#\s]*)/.exec(line) ?? []
    if (/^user-agent$/i.test(field)) {
      agents = named ? [...agents, value.toLowerCase()] : [value.toLowerCase()]
      named = true
    } else if (/^disallow$/i.test(field)) {
      named = false
      for (const agent of agents) groups.set(agent, [...(groups.get(agent) ?? []), ...(value === '' ? [] : [value])])
    }
  }
  return groups.get('wget') ?? groups.get('*') ?? []
}

/** -A and -R: endings, or patterns of names. */
function matches(list: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return list.split(',').some((each) => (/[*?[]/.test(each) ? globMatcher(each)(name) : name.endsWith(each)))
}

import { type HttpUrl, parseUrl, printUrl } from '@drydock/http'
import { readFile } from '@drydock/libc'
import { globMatcher } from '../../text/glob.ts'
import type { Options, Retrieval, Retrieved } from './gnu-wget.ts'

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
        if (saved?.html) next.push(...(await this.wanted(saved, first, depth)))
        if (this.options.wait !== undefined) await this.retrieval.sys.sleep(Number(this.options.wait) * 1000)
      }
      level = next
    }
    return status
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

/** -A and -R: endings, or patterns of names. */
function matches(list: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return list.split(',').some((each) => (/[*?[]/.test(each) ? globMatcher(each)(name) : name.endsWith(each)))
}

import type { ImageSummary } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { Filters } from '../filters.ts'
import { systemProblem } from '../problem.ts'
import { parseTime } from '../timestamps.ts'
import { parseUntil } from '../until.ts'
import { summarizeImage } from './describe.ts'
import type { Image } from './image-store.ts'

export const IMAGE_FILTERS: readonly string[] = ['before', 'dangling', 'label', 'label!', 'reference', 'since', 'until']

/** A shell pattern as path.Match reads it: `*` stops at slashes. */
function globToRegex(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
  return new RegExp(`^${source}$`)
}

/** A pattern fits the whole name or the name without its tag. */
function fitsReference(name: string, pattern: string): boolean {
  if (/\[[^\]]*$/.test(pattern)) throw systemProblem('syntax error in pattern')
  const regex = globToRegex(pattern)
  const bare = name.includes('@') ? name.slice(0, name.indexOf('@')) : name.slice(0, name.lastIndexOf(':'))
  return regex.test(name) || regex.test(bare)
}

/** GET /images/json, newest first. Intermediate images only with `all`. */
export function listImages(parts: DaemonParts, filters: Filters, all: boolean): ImageSummary[] {
  return selectImages(parts, filters, all)
    .map((image) => restrictNames(summarizeImage(parts, image), filters))
    .sort((a, b) => b.Created - a.Created)
}

export function selectImages(parts: DaemonParts, filters: Filters, all: boolean): Image[] {
  const { images } = parts
  const dangling = filters.flag('dangling')
  const until = parseUntil(filters, parts.sys.clock.now())
  const created = (name: string): number => parseTime(images.require(name).document.created ?? '')
  const before = filters.get('before').map(created)
  const since = filters.get('since').map(created)
  return images.all().filter((image) => {
    const time = parseTime(image.document.created ?? '1970-01-01T00:00:00Z')
    const tags = images.tagsOf(image.id)
    const isDangling = tags.length === 0 && images.childrenOf(image.id).length === 0
    return (
      (all || tags.length > 0 || isDangling) &&
      (dangling === undefined || dangling === isDangling) &&
      filters.labels(image.document.config?.Labels) &&
      filters.any('reference', (value) =>
        [...tags, ...images.digestsOf(image.id)].some((name) => fitsReference(name, value)),
      ) &&
      (until === undefined || time <= until) &&
      before.every((limit) => time < limit) &&
      since.every((limit) => time > limit)
    )
  })
}

function restrictNames(summary: ImageSummary, filters: Filters): ImageSummary {
  if (!filters.has('reference')) return summary
  const fits = (name: string): boolean => filters.any('reference', (value) => fitsReference(name, value))
  return {
    ...summary,
    RepoTags: (summary.RepoTags ?? []).filter(fits),
    RepoDigests: (summary.RepoDigests ?? []).filter(fits),
  }
}

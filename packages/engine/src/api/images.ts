import { fetchUrl, readAuth } from '@drydock/distribution'
import type { ServerResponse } from '@drydock/http'
import { Filters } from '../filters.ts'
import { historyOf, inspectImage } from '../images/describe.ts'
import { importImage } from '../images/import.ts'
import { IMAGE_FILTERS, listImages, selectImages } from '../images/list.ts'
import { loadImages } from '../images/load.ts'
import { ProgressStream } from '../images/progress.ts'
import { listTags, planPull, type PullPlan, runPull, runPulls } from '../images/pull.ts'
import { runPush } from '../images/push.ts'
import { familiarString, parseReference, type Reference, withDefaultTag } from '../images/reference.ts'
import { pruneImages, removeImage } from '../images/remove.ts'
import { saveImages } from '../images/save.ts'
import { platformProblem } from '@drydock/oci'
import { invalid, notFound, Problem } from '../problem.ts'
import { asSpoken } from './api-version.ts'
import { IMAGE_CHANGES, IMAGE_LIST_CHANGES } from './older-answers.ts'
import { type Call, flag, flagOr, json, param, type Route, route } from './route.ts'

const name = (call: Call): string => param(call, 'name')
const JSON_STREAM = { 'Content-Type': 'application/json' }

function list(call: Call): ServerResponse {
  const filters = Filters.parse(call.query.get('filters'), IMAGE_FILTERS)
  const found = listImages(call.parts, filters, flag(call, 'all'))
  return json(found.map((image) => asSpoken(call, IMAGE_LIST_CHANGES, image)))
}

/** A stream of progress; what goes wrong on the way becomes its last line. */
const streamed = (work: (progress: ProgressStream) => Promise<void>, quiet = false): ServerResponse => ({
  status: 200,
  headers: JSON_STREAM,
  body: async (writer) => {
    const progress = new ProgressStream(writer, quiet)
    try {
      await work(progress)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      await progress.error(error.message)
    }
  },
})

/** Pull, or import with `fromSrc`. */
async function create(call: Call): Promise<ServerResponse> {
  const { query, parts, headers } = call
  requirePlatform(query.get('platform') ?? '')
  const source = query.get('fromSrc')
  if (source) return importFrom(call, source)
  const from = query.get('fromImage') ?? ''
  const tag = query.get('tag') ?? ''
  const separator = tag.startsWith('sha256:') ? '@' : ':'
  const reference = parseReference(tag === '' ? from : `${from}${separator}${tag}`)
  const auth = readAuth(headers.get('x-registry-auth'))
  const plan = (one: Reference): Promise<PullPlan> => planPull(parts, one, auth, query.get('platform') ?? '')
  if (reference.tag === undefined && reference.digest === undefined) {
    const tags = await listTags(parts, reference, auth)
    const plans = tags.map((each) => () => plan({ ...reference, tag: each }))
    return streamed((progress) => runPulls(parts, reference, plans, progress))
  }
  const only = await plan(reference)
  return streamed((progress) => runPull(parts, only, progress))
}

/** @throws Problem invalid */
function requirePlatform(text: string): void {
  const problem = text === '' ? undefined : platformProblem(text)
  if (problem !== undefined) throw invalid(`${JSON.stringify(text)}: ${problem}: invalid argument`)
}

async function importFrom(call: Call, source: string): Promise<ServerResponse> {
  const { query, parts, request } = call
  const bytes =
    source === '-' ? await request.body.readAll() : (await fetchUrl(parts.sys, source, { method: 'GET' })).bytes
  const repository = query.get('repo') ?? ''
  const tag = query.get('tag') ?? ''
  const id = await importImage(parts, bytes, {
    reference: repository === '' ? '' : tag === '' ? repository : `${repository}:${tag}`,
    message: query.get('message') || `Imported from ${source}`,
    changes: query.getAll('changes'),
  })
  return streamed((progress) => progress.status(id))
}

async function load(call: Call): Promise<ServerResponse> {
  const { parts, request } = call
  const bytes = await request.body.readAll()
  async function* source(): AsyncGenerator<Uint8Array, void, void> {
    yield bytes
  }
  return streamed((progress) => loadImages(parts, source(), progress))
}

function tagImage(call: Call): ServerResponse {
  const { parts, query } = call
  const image = parts.images.require(name(call))
  const repository = query.get('repo') ?? ''
  const tag = query.get('tag') ?? ''
  const reference = familiarString(withDefaultTag(parseReference(tag === '' ? repository : `${repository}:${tag}`)))
  if (/@/.test(reference)) throw invalid('refusing to create a tag with a digest reference')
  parts.images.setName(reference, image.id)
  parts.events.publish('image', 'tag', image.id, { ...image.document.config?.Labels, name: reference })
  return { status: 201 }
}

function prune(call: Call): ServerResponse {
  const { parts } = call
  const filters = Filters.parse(call.query.get('filters'), ['dangling', 'label', 'label!', 'until'])
  const danglingOnly = filters.flag('dangling') ?? true
  const rest = new Filters(
    new Map([
      ['label', filters.get('label')],
      ['label!', filters.get('label!')],
      ['until', filters.get('until')],
    ]),
  )
  const doomed = selectImages(parts, rest, true).filter(
    ({ id }) => !danglingOnly || parts.images.tagsOf(id).length === 0,
  )
  const { items, space } = pruneImages(parts, doomed)
  parts.events.publish('image', 'prune', '', { reclaimed: String(space) })
  return json({ ImagesDeleted: items.length > 0 ? items : null, SpaceReclaimed: space })
}

async function search({ parts, query }: Call): Promise<ServerResponse> {
  const term = query.get('term') ?? ''
  const limit = query.get('limit') || '25'
  if (term === '') throw invalid('search term is required')
  if (!/^[+-]?\d+$/.test(limit)) throw invalid(`strconv.Atoi: parsing ${JSON.stringify(limit)}: invalid syntax`)
  if (Number(limit) < 1 || Number(limit) > 100) throw invalid(`limit ${limit} is outside the range of [1, 100]`)
  const filters = Filters.parse(query.get('filters'), ['is-automated', 'is-official', 'stars'])
  const wrong = filters.get('stars').find((each) => !/^[+-]?\d+$/.test(each))
  if (wrong !== undefined) throw invalid(`invalid filter 'stars=[${wrong}]'`)
  const target = `https://index.docker.io/v1/search?${new URLSearchParams({ q: term, n: limit }).toString()}`
  const answer = await fetchUrl(parts.sys, target, { method: 'GET' })
  if (answer.status !== 200) throw new Problem('system', `Unexpected status code ${answer.status}`)
  const { results } = JSON.parse(new TextDecoder().decode(answer.bytes)) as {
    results: { is_official: boolean; star_count: number }[]
  }
  const official = filters.flag('is-official')
  const stars = Math.max(0, ...filters.get('stars').map(Number))
  // The Hub builds nothing by itself any more.
  if (filters.flag('is-automated')) return json([])
  return json(
    results.filter((each) => (official === undefined || official === each.is_official) && each.star_count >= stars),
  )
}

function save(call: Call, names: readonly string[]): ServerResponse {
  for (const each of names) if (!call.parts.images.find(each)) throw notFound(`No such image: ${each}`)
  return {
    status: 200,
    headers: { 'Content-Type': 'application/x-tar' },
    body: saveImages(call.parts.images, names),
  }
}

function push(call: Call): ServerResponse {
  const { parts, query, headers } = call
  const tag = query.get('tag') ?? ''
  const auth = readAuth(headers.get('x-registry-auth'))
  return streamed((progress) => runPush(parts, name(call), tag, auth, progress))
}

export const imageRoutes: readonly Route[] = [
  route('GET', '/images/json', list),
  route('GET', '/images/search', search),
  route('GET', '/images/get', (call) =>
    save(
      call,
      call.query.getAll('names').flatMap((each) => each.split(',')),
    ),
  ),
  route('POST', '/images/create', create),
  route('POST', '/images/load', load),
  route('POST', '/images/prune', prune),
  route('GET', '/images/{name...}/json', (call) =>
    json(asSpoken(call, IMAGE_CHANGES, inspectImage(call.parts.images, call.parts.images.require(name(call))))),
  ),
  route('GET', '/images/{name...}/history', (call) =>
    json(historyOf(call.parts.images, call.parts.images.require(name(call)))),
  ),
  route('GET', '/images/{name...}/get', (call) => save(call, [name(call)])),
  route('POST', '/images/{name...}/tag', tagImage),
  route('POST', '/images/{name...}/push', push),
  route('DELETE', '/images/{name...}', (call) =>
    json(removeImage(call.parts, name(call), { force: flag(call, 'force'), noprune: flagOr(call, 'noprune', false) })),
  ),
]

import type { ContainerCreateBody, ContainerInspect, ContainerUpdateBody } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { readChanges } from '../containers/changes.ts'
import type { Container } from '../containers/container.ts'
import { publishContainer } from '../containers/container-events.ts'
import { createContainer } from '../containers/create.ts'
import { inspectJson } from '../containers/inspect.ts'
import { CONTAINER_FILTERS, listContainers } from '../containers/list.ts'
import { isValidName } from '../containers/names.ts'
import { pruneContainers } from '../containers/prune.ts'
import { restartContainer } from '../containers/restart.ts'
import { removeContainer } from '../containers/remove.ts'
import { removeLink } from '../containers/remove-link.ts'
import { startContainer } from '../containers/start.ts'
import { killContainer, pauseContainer, signalOf, stopContainer, unpauseContainer } from '../containers/stop.ts'
import { topContainer } from '../containers/top.ts'
import { updateContainer } from '../containers/update.ts'
import type { ExitResult } from '../containers/waiters.ts'
import { Filters } from '../filters.ts'
import { conflict, invalid, Problem } from '../problem.ts'
import { quietly } from '../state/files.ts'
import { asSpoken } from './api-version.ts'
import { CONTAINER_CREATE, CONTAINER_UPDATE } from './body-shapes.ts'
import { CONTAINER_CHANGES } from './older-answers.ts'
import { createWish } from './older-requests.ts'
import { type Call, flag, integer, json, jsonBody, noContent, param, requireJson, type Route, route } from './route.ts'

const find = (call: Call): Container => call.parts.containers.find(param(call, 'id'))

async function create(call: Call): Promise<ServerResponse> {
  const body = await requireJson<ContainerCreateBody>(call, CONTAINER_CREATE)
  const wish = call.query.get('name') ?? ''
  if (wish === '/') throw invalid('Invalid container name (/), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed')
  const name = wish.replace(/^\//, '')
  return json(createContainer(call.parts, name, createWish(call, body), call.query.get('platform') ?? ''), 201)
}

function list(call: Call): ServerResponse {
  const filters = Filters.parse(call.query.get('filters'), CONTAINER_FILTERS)
  const limit = integer(call, 'limit') ?? 0
  return json(listContainers(call.parts, { all: flag(call, 'all'), limit, size: flag(call, 'size'), filters }))
}

function inspect(call: Call): ServerResponse {
  const asSaid = (shown: ContainerInspect): ContainerInspect => asSpoken(call, CONTAINER_CHANGES, shown)
  return jsonBody(inspectJson(call.parts, find(call), { size: flag(call, 'size'), dialect: call.version, asSaid }))
}

const LONGEST_NOTHING = 7

async function start(call: Call): Promise<ServerResponse> {
  // Clients that send something mostly send an empty object: one with a field is longer than that.
  if (Number(call.headers.get('content-length') ?? 0) > LONGEST_NOTHING)
    throw invalid('starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24')
  await startContainer(call.parts, find(call))
  return noContent()
}

const stopOptions = (call: Call): { timeout?: number | undefined; signal?: string | undefined } => ({
  timeout: integer(call, 't'),
  signal: call.query.get('signal') ?? undefined,
})

async function stop(call: Call): Promise<ServerResponse> {
  await stopContainer(call.parts, find(call), stopOptions(call))
  return noContent()
}

async function restart(call: Call): Promise<ServerResponse> {
  await restartContainer(call.parts, find(call), stopOptions(call))
  return noContent()
}

function kill(call: Call): ServerResponse {
  const signal = signalOf(call.query.get('signal') || 'KILL')
  try {
    killContainer(call.parts, find(call), signal)
    return noContent()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.kind, `cannot kill container: ${param(call, 'id')}: ${error.message}`)
  }
}

function rename(call: Call): ServerResponse {
  const { parts } = call
  const container = find(call)
  const name = (call.query.get('name') ?? '').replace(/^\//, '')
  const before = container.name
  if (name === '') throw invalid('Neither old nor new names may be empty')
  if (!isValidName(name))
    throw invalid(
      `Error when allocating new name: Invalid container name (/${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    )
  if (name === before) throw invalid(`Renaming a container with the same name as its current name`)
  try {
    parts.containers.rename(container, name)
  } catch (error) {
    if (error instanceof Problem) throw conflict(`Error when allocating new name: ${error.message}`)
    throw error
  }
  publishContainer(parts, container, 'rename', { oldName: `/${before}` })
  return noContent()
}

async function remove(call: Call): Promise<ServerResponse> {
  if (flag(call, 'link')) {
    removeLink(call.parts, param(call, 'id'))
    return noContent()
  }
  await removeContainer(call.parts, find(call), { force: flag(call, 'force'), volumes: flag(call, 'v') })
  return noContent()
}

const CONDITIONS: Readonly<Record<string, (container: Container) => Promise<ExitResult>>> = {
  'not-running': async (container) =>
    container.process || container.record.State.Restarting
      ? container.waiters.nextExit()
      : { code: container.record.State.ExitCode },
  'next-exit': (container) => container.waiters.nextExit(),
  removed: (container) => container.waiters.removed(),
}

/** The head goes out at once: the client knows then that nothing will be missed. */
function wait(call: Call): ServerResponse {
  const container = find(call)
  const condition = CONDITIONS[call.query.get('condition') || 'not-running']
  if (!condition) throw invalid(`invalid condition: ${JSON.stringify(call.query.get('condition'))}`)
  const ending = condition(container)
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: async (writer) => {
      await writer.write('')
      const { code, error } = await ending
      await writer.write(`${JSON.stringify({ StatusCode: code, ...(error ? { Error: { Message: error } } : {}) })}\n`)
    },
  }
}

/** @throws Problem invalid */
function dimension({ query }: Call, name: string, what: string): number {
  const text = query.get(name) ?? ''
  if (!/^\d+$/.test(text)) throw invalid(`invalid resize ${what} ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function resize(call: Call): ServerResponse {
  const size = { rows: dimension(call, 'h', 'height'), cols: dimension(call, 'w', 'width') }
  const container = find(call)
  const { process } = container
  if (!process) throw conflict(`container ${container.id} is not running`)
  if (process.streams.terminal) quietly(() => call.parts.sys.setWindowSize(process.streams.output, size))
  publishContainer(call.parts, container, 'resize', { height: String(size.rows), width: String(size.cols) })
  return { status: 200 }
}

async function update(call: Call): Promise<ServerResponse> {
  const body = await requireJson<ContainerUpdateBody>(call, CONTAINER_UPDATE)
  updateContainer(call.parts, find(call), body)
  return json({ Warnings: null })
}

function checkpoints(): never {
  throw new Problem(
    'not implemented',
    'This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it.',
  )
}

async function prune(call: Call): Promise<ServerResponse> {
  const filters = Filters.parse(call.query.get('filters'), ['label', 'label!', 'until'])
  return json(await pruneContainers(call.parts, filters))
}

const withContainer =
  (action: (parts: Call['parts'], container: Container) => void) =>
  (call: Call): ServerResponse => {
    action(call.parts, find(call))
    return noContent()
  }

export const containerRoutes: readonly Route[] = [
  route('POST', '/containers/create', create),
  route('GET', '/containers/json', list),
  route('POST', '/containers/prune', prune),
  route('GET', '/containers/{id}/json', inspect),
  route('GET', '/containers/{id}/top', (call) =>
    json(topContainer(call.parts, find(call), call.query.get('ps_args') ?? '-ef')),
  ),
  route('GET', '/containers/{id}/changes', (call) => json(readChanges(call.parts, find(call)))),
  route('POST', '/containers/{id}/start', start),
  route('POST', '/containers/{id}/stop', stop),
  route('POST', '/containers/{id}/restart', restart),
  route('POST', '/containers/{id}/kill', kill),
  route('POST', '/containers/{id}/pause', withContainer(pauseContainer)),
  route('POST', '/containers/{id}/unpause', withContainer(unpauseContainer)),
  route('POST', '/containers/{id}/rename', rename),
  route('POST', '/containers/{id}/wait', wait),
  route('POST', '/containers/{id}/resize', resize),
  route('POST', '/containers/{id}/update', update),
  route('GET', '/containers/{id}/checkpoints', checkpoints),
  route('POST', '/containers/{id}/checkpoints', checkpoints),
  route('DELETE', '/containers/{id}/checkpoints/{checkpoint}', checkpoints),
  route('DELETE', '/containers/{id...}', remove),
]

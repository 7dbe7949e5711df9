import { type AuthConfig, type ImageInspect, isNotFound, type JsonMessage } from '@drydock/docker-api'
import { canonical, HUB_SERVER, isProblem, parseReference, type Reference, registryKey } from '@drydock/cli-plugin'
import { imageOf, type Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Service } from '../model/types.ts'
import { type Progress, type TaskEvent } from '../progress/tasks.ts'
import { allOf, type Backend } from './backend.ts'

export interface PullWishes {
  readonly quiet?: boolean
  /** --pull or pull_policy of all. */
  readonly policy?: string | undefined
}

/** Who one is at the registry that an image comes from. */
export function authFor({ cli }: Backend, reference: Reference): Promise<AuthConfig | undefined> {
  const key = registryKey(reference)
  return cli.credentials.get(key === '' ? HUB_SERVER : key)
}

/** Images of a project: which are there, and getting those that are not. */
export class Images {
  private readonly backend: Backend
  private readonly project: Project
  private readonly progress: Progress

  constructor(backend: Backend, project: Project, progress: Progress) {
    this.backend = backend
    this.project = project
    this.progress = progress
  }

  async inspect(image: string): Promise<ImageInspect | undefined> {
    try {
      return await this.backend.client.images.inspect(image)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Identities by service, of those that are there. */
  async ids(): Promise<Map<string, string>> {
    const ids = new Map<string, string>()
    for (const [name, service] of this.project.services) {
      const image = await this.inspect(imageOf(this.project, name, service))
      if (image) ids.set(name, image.Id)
    }
    return ids
  }

  /** Services whose image must be pulled before they can be created. @throws ComposeError */
  async missing(wishes: PullWishes): Promise<[string, Service][]> {
    const wanted: [string, Service][] = []
    for (const [name, service] of this.project.services)
      if (await this.mustPull(name, service, wishes)) wanted.push([name, service])
    return wanted
  }

  private async mustPull(name: string, service: Service, wishes: PullWishes): Promise<boolean> {
    const policy = wishes.policy ?? service.pull_policy ?? 'missing'
    if (!service.image || service.provider || policy === 'build') return false
    if (policy === 'never') {
      if (!service.build && !(await this.inspect(service.image)))
        throw new ComposeError(`No such image: ${service.image}`)
      return false
    }
    if (service.build && policy !== 'always') return false
    if (policy === 'always') return !service.build
    const known = await this.inspect(imageOf(this.project, name, service))
    if (!known) return true
    return isStale(policy, known, this.backend.cli.sys.clock.now())
  }

  /** Pulls all; one image that several services share is pulled once. */
  async pullAll(services: readonly (readonly [string, Service])[], wishes: PullWishes): Promise<void> {
    const pulls = new Map<string, Promise<void>>()
    await allOf(services, async ([name, service]) => {
      const image = service.image ?? ''
      const known = pulls.get(image)
      if (known)
        return known.then(() =>
          this.say(
            { id: name, text: 'Skipped - Image is already being pulled by another service', state: 'done' },
            wishes,
          ),
        )
      const pulling = this.pull(name, service, wishes)
      pulls.set(image, pulling)
      await pulling
    })
  }

  private say(event: TaskEvent, { quiet }: PullWishes): void {
    if (!quiet || event.parent === undefined) this.progress.on(event)
  }

  /** @throws ComposeError in the engine's words */
  async pull(name: string, service: Service, wishes: PullWishes): Promise<void> {
    const reference = parseReference(service.image ?? '')
    this.say({ id: name, text: 'Pulling', state: 'working' }, wishes)
    try {
      const full = canonical(reference)
      const query = {
        fromImage: full.split('@')[0]?.replace(/:[^/:]*$/, '') ?? '',
        tag: reference.digest ?? reference.tag ?? 'latest',
        platform: service.platform,
      }
      for await (const message of this.backend.client.images.pull(query, await authFor(this.backend, reference)))
        this.follow(name, message, wishes)
    } catch (error) {
      if (!isProblem(error)) throw error
      if (service.build) {
        this.say(
          { id: name, text: 'Warning', status: `pull access denied, building instead`, state: 'warning' },
          wishes,
        )
        return
      }
      this.progress.on({ id: name, text: 'Error', status: error.message, state: 'error' })
      throw error
    }
    this.say({ id: name, text: 'Pulled', state: 'done' }, wishes)
  }

  private follow(name: string, message: JsonMessage, wishes: PullWishes): void {
    if (message.error !== undefined) throw new ComposeError(message.error)
    const { id, status = '', progressDetail: detail } = message
    if (id === undefined || status === '' || status.startsWith('Pulling from')) return
    const over = ['Already exists', 'Pull complete'].includes(status)
    const percent = over
      ? 100
      : detail?.total
        ? Math.floor((100 * (detail.current ?? 0)) / detail.total)
        : status === 'Download complete'
          ? 50
          : 0
    this.say(
      {
        id,
        parent: name,
        text: status,
        ...(detail?.total && !over
          ? { status: bar(detail.current ?? 0, detail.total), current: detail.current ?? 0, total: detail.total }
          : {}),
        percent,
        state: over ? 'done' : 'working',
      },
      wishes,
    )
  }
}

const size = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let at = 0
  let value = bytes
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000
    at++
  }
  return `${Number(value.toPrecision(4))}${units[at] ?? ''}`
}
function bar(current: number, total: number): string {
  const filled = Math.min(Math.floor((current / total) * 50), 50)
  const line =
    filled >= 50
      ? '='.repeat(49) + '>'
      : `${'='.repeat(Math.max(filled, 0))}>${' '.repeat(Math.max(50 - filled - 1, 0))}`
  return `[${line}]  ${size(current)}/${size(total)}`
}

const DAY_MS = 86_400_000
function isStale(policy: string, image: ImageInspect, nowMs: number): boolean {
  const every = /^every_(\d+)([wdhms])/.exec(policy)
  const unit: Readonly<Record<string, number>> = { w: 7 * DAY_MS, d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000 }
  const limits: Readonly<Record<string, number>> = { daily: DAY_MS, weekly: 7 * DAY_MS }
  const limit = every ? Number(every[1]) * (unit[every[2] ?? ''] ?? 0) : limits[policy]
  const last = Date.parse(image.Metadata?.LastTagTime ?? '')
  return limit !== undefined && !Number.isNaN(last) && nowMs - last > limit
}

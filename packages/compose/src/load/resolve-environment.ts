import { ComposeError } from '@drydock/cli-plugin/compose-file'
import { type Service, serviceFields } from '../model/types.ts'
import { DotenvError, parseDotenv } from './dotenv.ts'
import type { Files } from './loader.ts'
import type { Project } from './project.ts'

/** Values of `env_file` and of the outside come into `environment`, those of `label_file` into `labels`. @throws ComposeError */
export async function resolveEnvironment(project: Project, files: Files, discard: boolean): Promise<Project> {
  const services = new Map<string, Service>()
  for (const [name, service] of project.services)
    services.set(name, await resolveLabels(await resolveService(project, service, files, discard), files, discard))
  return { ...project, services }
}

async function resolveService(project: Project, service: Service, files: Files, discard: boolean): Promise<Service> {
  const own = new Map(
    [...(service.environment ?? [])].map(([name, value]) => [name, value ?? project.environment.get(name) ?? null]),
  )
  const read = new Map<string, string>()
  for (const [name, value] of own) if (value !== null) read.set(name, value)
  for (const { path = '', required = true, format } of service.env_file ?? []) {
    if (files.kind(path) === undefined) {
      if (!required) continue
      throw new ComposeError(`env file ${path} not found: stat ${path}: no such file or directory`)
    }
    const lookUp = (key: string) => project.environment.get(key) ?? own.get(key) ?? read.get(key) ?? undefined
    const text = await files.read(path)
    for (const [key, value] of readPairs(text, path, format, lookUp)) read.set(key, value)
  }
  const environment = new Map<string, string | null>([...read, ...own])
  const { env_file: envFile, environment: _, ...rest } = service
  const kept = discard || !envFile ? {} : { env_file: envFile }
  return ordered({ ...rest, ...kept, ...(environment.size === 0 ? {} : { environment }) })
}

function readPairs(
  text: string,
  path: string,
  format: string | undefined,
  lookUp: (key: string) => string | undefined,
) {
  try {
    return format === 'raw' ? rawPairs(text, lookUp) : parseDotenv(text, lookUp)
  } catch (error) {
    if (error instanceof DotenvError) throw new ComposeError(`failed to read ${path}: ${error.message}`)
    throw error
  }
}
function rawPairs(text: string, lookUp: (key: string) => string | undefined): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line.trim(), lookUp(line.trim()) ?? ''] : [line.slice(0, at).trim(), line.slice(at + 1)]
    }),
  )
}

async function resolveLabels(service: Service, files: Files, discard: boolean): Promise<Service> {
  const { label_file: paths, labels: own, ...rest } = service
  if (!paths) return service
  const found = new Map<string, string>()
  for (const path of paths) {
    if (files.kind(path) === undefined) throw new ComposeError(`label file ${path} not found`)
    for (const [key, value] of parseDotenv(await files.read(path), (name) => found.get(name))) found.set(key, value)
  }
  const labels = new Map([...found, ...(own ?? [])])
  return ordered({ ...rest, ...(discard ? {} : { label_file: paths }), ...(labels.size === 0 ? {} : { labels }) })
}

/** The same service with its fields in the model's order. */
export function ordered(service: Service): Service {
  const place = (name: string): number => {
    const at = FIELD_ORDER.indexOf(name)
    return at < 0 ? FIELD_ORDER.length : at
  }
  return Object.fromEntries(Object.entries(service).toSorted(([a], [b]) => place(a) - place(b))) as Service
}
const FIELD_ORDER: readonly string[] = Object.keys(serviceFields)

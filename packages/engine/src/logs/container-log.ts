import type { LogConfig } from '@drydock/docker-api'
import type { Container } from '../containers/container.ts'
import { shortId } from '../identifiers.ts'
import type { Attributes } from './json-file.ts'
import { isReadable } from './log-options.ts'

export const logConfigOf = ({ hostConfig }: Container): LogConfig => hostConfig.LogConfig ?? { Type: 'json-file' }

/** The file that a container's log is kept in; empty where the driver keeps none. @param folder the container's */
export function logFile(container: Container, folder: string): string {
  const { Type } = logConfigOf(container)
  if (!isReadable({ Type })) return ''
  return Type === 'local' ? `${folder}/local-logs/container.log` : `${folder}/${container.id}-json.log`
}

/** What the log options `labels`, `env` and their kin pick of a container, and its tag. moby logger.Info.ExtraAttributes */
export function attributesOf(container: Container): Attributes | undefined {
  const { Config = {} } = logConfigOf(container)
  const { labels, 'labels-regex': labelsRegex, env, 'env-regex': envRegex, tag } = Config ?? {}
  const own = container.record.Config
  const pairs = (own.Env ?? []).map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  const picked = [
    ...pick(Object.entries(own.Labels ?? {}), labels, labelsRegex),
    ...pick(pairs, env, envRegex),
    ...(tag ? [['tag', printTag(tag, container)] as const] : []),
  ]
  return picked.length > 0 ? Object.fromEntries(picked) : undefined
}

function pick(pairs: readonly [string, string][], names = '', pattern = ''): [string, string][] {
  const wanted = new Set(names.split(',').filter(Boolean))
  return pairs.filter(([name]) => wanted.has(name) || (pattern !== '' && new RegExp(pattern).test(name)))
}

/** The fields that the documents name; a tag is a template of Go's. */
function printTag(tag: string, { id, name, record }: Container): string {
  const fields = new Map([
    ['ID', shortId(id)],
    ['FullID', id],
    ['Name', name],
    ['ImageID', shortId(record.Image)],
    ['ImageFullID', record.Image],
    ['ImageName', record.Config.Image ?? ''],
    ['DaemonName', 'docker'],
  ])
  return tag.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (all, field: string) => fields.get(field) ?? all)
}

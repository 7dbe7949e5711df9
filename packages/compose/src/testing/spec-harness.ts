import { toDocument } from '../command/config.ts'
import type { Files } from '../load/loader.ts'
import { loadProject } from '../load/load-project.ts'
import type { Project } from '../load/project.ts'
import { yamlText } from '../model/marshal.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'

export interface SpecFiles {
  readonly [name: string]: string
}
export interface SpecSettings {
  readonly env?: Readonly<Record<string, string>>
  readonly profiles?: readonly string[]
  readonly services?: readonly string[]
  /** Given with -f; default compose.yaml and, when there is one, compose.override.yaml. */
  readonly use?: readonly string[]
}

const FOLDER = '/app'
const filesOf = (files: SpecFiles): Files => {
  const known = new Map(
    Object.entries(files).map(([name, text]) => [name.startsWith('/') ? name : `${FOLDER}/${name}`, text]),
  )
  return {
    async read(path) {
      const text = known.get(path)
      if (text === undefined) throw new ComposeError(`open ${path}: no such file or directory`)
      return text
    },
    kind: (path) =>
      known.has(path) ? 'file' : [...known.keys()].some((name) => name.startsWith(`${path}/`)) ? 'folder' : undefined,
  }
}

/** Reads files as the command does, from a folder /app; a project called app. */
export async function loadSpec(
  source: string | SpecFiles,
  settings: SpecSettings = {},
): Promise<{ project: Project; warnings: string[] }> {
  const files = typeof source === 'string' ? { 'compose.yaml': source } : source
  const warnings: string[] = []
  const use = settings.use ?? ['compose.yaml', 'compose.override.yaml'].filter((name) => name in files)
  const project = await loadProject({
    files: filesOf(files),
    paths: use.map((name) => `${FOLDER}/${name}`),
    folder: FOLDER,
    environment: new Map(Object.entries(settings.env ?? {})),
    name: 'app',
    home: '/root',
    ...(settings.profiles ? { profiles: settings.profiles } : {}),
    ...(settings.services ? { services: settings.services } : {}),
    warn: (message) => warnings.push(message),
  })
  return { project, warnings }
}

/** A part of the canonical document as text: `services.web.ports`. */
export function partOf(project: Project, path: string): string {
  let value: unknown = toDocument(project)
  for (const step of path === '' ? [] : path.split('/'))
    value = value instanceof Map ? value.get(step) : (value as Record<string, unknown>)[step]
  return yamlText(value ?? null)
}

/** Text with its common margin taken away. */
export function flush(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n[ \t]*$/, '\n')
    .split('\n')
  const margin = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0),
  )
  const flat = lines.map((line) => line.slice(margin)).join('\n')
  return flat.endsWith('\n') ? flat : `${flat}\n`
}

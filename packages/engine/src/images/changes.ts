import type { ImageConfig } from '@drydock/docker-api'
import { invalid } from '../problem.ts'

/** Words of a shell-like line: quotes and backslashes as in a Dockerfile. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []
  return words.map((word) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_all, double?: string, single?: string) => double?.replace(/\\(.)/g, '$1') ?? single ?? '',
    ),
  )
}

/** The exec form `["a","b"]`, or a line for the shell. */
export function commandOf(text: string, shell: readonly string[]): string[] {
  if (text.startsWith('[')) {
    try {
      return JSON.parse(text) as string[]
    } catch {
      // A line that only begins like JSON is one for the shell.
    }
  }
  return [...shell, text]
}

/** `A=1 B="two words"`, or the older `A rest of the line`. */
export function pairsOf(text: string): [string, string][] {
  const words = splitWords(text)
  if (!words[0]?.includes('=')) return [[words[0] ?? '', text.replace(/^\S+\s*/, '')]]
  return words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])
}

type Change = (config: ImageConfig, text: string) => ImageConfig

const shellOf = ({ Shell }: ImageConfig): readonly string[] => Shell ?? ['/bin/sh', '-c']
const emptyObjects = (names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, {}]))

/** Instructions that docker commit and import take with --change. */
const CHANGES: Readonly<Record<string, Change>> = {
  CMD: (config, text) => ({ ...config, Cmd: commandOf(text, shellOf(config)) }),
  ENTRYPOINT: (config, text) => ({ ...config, Entrypoint: commandOf(text, shellOf(config)) }),
  ENV: (config, text) => {
    const set = new Map(pairsOf(text))
    const kept = (config.Env ?? []).filter((pair) => !set.has(pair.split('=', 1)[0] ?? ''))
    return { ...config, Env: [...kept, ...[...set].map(([name, value]) => `${name}=${value}`)] }
  },
  EXPOSE: (config, text) => {
    const ports = splitWords(text).map((port) => (port.includes('/') ? port : `${port}/tcp`))
    return { ...config, ExposedPorts: { ...config.ExposedPorts, ...emptyObjects(ports) } }
  },
  LABEL: (config, text) => ({ ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairsOf(text)) } }),
  ONBUILD: (config, text) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), text] }),
  STOPSIGNAL: (config, text) => ({ ...config, StopSignal: text }),
  USER: (config, text) => ({ ...config, User: text }),
  VOLUME: (config, text) => {
    const names = text.startsWith('[') ? commandOf(text, []) : splitWords(text)
    return { ...config, Volumes: { ...config.Volumes, ...emptyObjects(names) } }
  },
  WORKDIR: (config, text) => ({
    ...config,
    WorkingDir: text.startsWith('/') ? text : `${config.WorkingDir || ''}/${text}`,
  }),
}

/** @throws Problem invalid for other instructions */
export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig {
  return changes.reduce((sofar, line) => {
    const [, name = '', text = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? []
    const change = CHANGES[name.toUpperCase()]
    if (!change) throw invalid(`${name.toLowerCase()} is not a valid change command`)
    return change(sofar, text)
  }, config)
}

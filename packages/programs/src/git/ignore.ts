/** What nobody wants to see: gitignore(5). */
import { readTextIfAny } from '@drydock/libc'
import { globSource } from '../text/glob.ts'
import type { Workspace } from './repository.ts'
import { parentOf } from './paths.ts'

export interface IgnoreRule {
  readonly pattern: string
  readonly negated: boolean
  readonly foldersOnly: boolean
  readonly test: RegExp
  /** Below this folder, '' for the top or `sub/`. */
  readonly folder: string
  /** As check-ignore -v shows it. */
  readonly source: string
  readonly line: number
}

/** `**` between slashes stands for any folders, `*` for none. */
export function pathPattern(pattern: string): RegExp {
  const parts = pattern.split(/(^\*\*\/|\/\*\*\/|\/\*\*$)/)
  const source = parts
    .map((part) =>
      part === '**/'
        ? '(?:.*/)?'
        : part === '/**/'
          ? '/(?:.*/)?'
          : part === '/**'
            ? '/.+'
            : globSource(part.replace(/\*\*+/g, '*'), true),
    )
    .join('')
  return new RegExp(`^${source}$`, 's')
}

function ruleOf(text: string, folder: string, source: string, line: number): IgnoreRule | undefined {
  const trimmed = text.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '')
  if (trimmed === '' || trimmed.startsWith('#')) return undefined
  const negated = trimmed.startsWith('!')
  const body = negated ? trimmed.slice(1) : trimmed
  const foldersOnly = body.endsWith('/')
  const bare = foldersOnly ? body.slice(0, -1) : body
  const anchored = bare.includes('/')
  const test = pathPattern(anchored ? bare.replace(/^\//, '') : `**/${bare}`)
  return { pattern: trimmed, negated, foldersOnly, test, folder, source, line }
}

export function parseIgnore(text: string, folder: string, source: string): IgnoreRule[] {
  return text.split('\n').flatMap((line, at) => ruleOf(line, folder, source, at + 1) ?? [])
}

/** Rules of a work tree; files of rules are read when their folders are met. */
export class Ignore {
  private readonly byFolder = new Map<string, readonly IgnoreRule[]>()
  private readonly workspace: Workspace
  private readonly base: readonly IgnoreRule[]

  static async open(workspace: Workspace, extra: readonly string[] = []): Promise<Ignore> {
    const { sys, process, config } = workspace
    const home = process.env.get('HOME') ?? '/root'
    const global = ((await config.get('core.excludesfile')) ?? `${home}/.config/git/ignore`).replace(/^~/, home)
    return new Ignore(workspace, [
      ...parseIgnore(await readTextIfAny(sys, global), '', global),
      ...parseIgnore(await readTextIfAny(sys, `${workspace.common}/info/exclude`), '', '.git/info/exclude'),
      ...parseIgnore(extra.join('\n'), '', ''),
    ])
  }

  private constructor(workspace: Workspace, base: readonly IgnoreRule[]) {
    this.workspace = workspace
    this.base = base
  }

  private async rulesOf(folder: string): Promise<readonly IgnoreRule[]> {
    const known = this.byFolder.get(folder)
    if (known) return known
    const text = await readTextIfAny(this.workspace.sys, `${this.workspace.dir}/${folder}.gitignore`).catch(() => '')
    const rules = parseIgnore(text, folder, `${folder}.gitignore`)
    this.byFolder.set(folder, rules)
    return rules
  }

  /** The rule that decides about one name, its folders left aside. */
  private async decide(path: string, folder: boolean): Promise<IgnoreRule | undefined> {
    const parts = path.split('/').slice(0, -1)
    for (let depth = parts.length; depth >= 0; depth--) {
      const prefix = depth === 0 ? '' : `${parts.slice(0, depth).join('/')}/`
      const rule = matching(await this.rulesOf(prefix), path, folder)
      if (rule) return rule
    }
    return matching(this.base, path, folder)
  }

  /** The rule by which a path is ignored, or kept by `!`. */
  async rule(path: string, folder: boolean): Promise<IgnoreRule | undefined> {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const rule = await this.decide(parts.slice(0, depth).join('/'), true)
      if (rule && !rule.negated) return rule
    }
    return this.decide(path, folder)
  }

  async ignores(path: string, folder: boolean): Promise<boolean> {
    const rule = await this.rule(path, folder)
    return rule !== undefined && !rule.negated
  }
  /** Where the folder above is known to be kept. */
  async ignoresHere(path: string, folder: boolean): Promise<boolean> {
    const rule = await this.decide(path, folder)
    return rule !== undefined && !rule.negated
  }
}

function matching(rules: readonly IgnoreRule[], path: string, folder: boolean): IgnoreRule | undefined {
  return rules.findLast(
    (rule) =>
      (!rule.foldersOnly || folder) && path.startsWith(rule.folder) && rule.test.test(path.slice(rule.folder.length)),
  )
}

export const folderOf = (path: string): string => (path.includes('/') ? `${parentOf(`/${path}`).slice(1)}/` : '')

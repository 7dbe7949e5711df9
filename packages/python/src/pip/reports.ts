import type { Process, Sys } from '@drydock/abi'
import { hashHex } from '@drydock/codec'
import { readFile } from '@drydock/libc'
import { type IndexClient, PipError, versionOf } from './index-client.ts'
import { needsOf } from './needs.ts'
import { optionOf } from './options.ts'
import { compareVersions, normalised, satisfies } from './requirement.ts'
import { field, type SitePackages } from './site-packages.ts'

interface Powers {
  readonly process: Process
  readonly site: SitePackages
  readonly index: IndexClient
  /** pip's own. */
  readonly version: string
  print(text: string): Promise<number>
  warn(text: string): Promise<void>
}

const needNames = (metadata: string): string[] => needsOf(metadata, { extras: [] }).map(({ name }) => name)

/** The commands that tell what is there and change nothing. */
export class Reports {
  private readonly process: Process
  private readonly sys: Sys
  private readonly site: SitePackages
  private readonly index: IndexClient
  private readonly powers: Powers

  constructor(powers: Powers) {
    this.powers = powers
    this.process = powers.process
    this.sys = powers.process.sys
    this.site = powers.site
    this.index = powers.index
  }

  private async listed(): Promise<{ name: string; version: string; editable: string | undefined }[]> {
    const found = await this.site.list()
    const rows = await Promise.all(
      found.map(async ({ name, version, info }) => ({ name, version, editable: await this.site.editableOf(info) })),
    )
    return [...rows, { name: 'pip', version: this.powers.version, editable: undefined }].toSorted((a, b) =>
      a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
    )
  }

  async list(words: readonly string[]): Promise<number> {
    let rows = await this.listed()
    if (words.includes('-e') || words.includes('--editable'))
      rows = rows.filter(({ editable }) => editable !== undefined)
    if (words.includes('--not-required')) {
      const needed = new Set((await this.site.list()).flatMap(({ metadata }) => needNames(metadata)).map(normalised))
      rows = rows.filter(({ name }) => !needed.has(normalised(name)))
    }
    if (words.includes('--outdated') || words.includes('-o')) return this.listOutdated(rows)
    const format = optionOf(words, '--format', '--format') ?? 'columns'
    const wide = words.includes('-v') || words.includes('--verbose')
    if (format === 'freeze') return this.powers.print(rows.map(({ name, version }) => `${name}==${version}\n`).join(''))
    if (format === 'json') {
      const objects = rows.map(({ name, version, editable }) => {
        const place = editable === undefined ? '' : `, "editable_project_location": ${JSON.stringify(editable)}`
        return `{"name": ${JSON.stringify(name)}, "version": ${JSON.stringify(version)}${place}}`
      })
      return this.powers.print(`[${objects.join(', ')}]\n`)
    }
    const editable = rows.some((row) => row.editable !== undefined)
    const head = [
      'Package',
      'Version',
      ...(editable ? ['Editable project location'] : []),
      ...(wide ? ['Location', 'Installer'] : []),
    ]
    return this.powers.print(
      table(
        head,
        rows.map((row) => [
          ...[row.name, row.version],
          ...(editable ? [row.editable ?? ''] : []),
          ...(wide ? [this.site.folder, 'pip'] : []),
        ]),
      ),
    )
  }

  private async listOutdated(rows: readonly { name: string; version: string }[]): Promise<number> {
    const found: string[][] = []
    for (const { name, version } of rows) {
      const files = await this.index.files(name)
      const latest = files.map(versionOf).toSorted(compareVersions).at(-1)
      if (latest !== undefined && compareVersions(latest, version) > 0) found.push([name, version, latest, 'wheel'])
    }
    return found.length === 0 ? 0 : this.powers.print(table(['Package', 'Version', 'Latest', 'Type'], found))
  }

  async freeze(): Promise<number> {
    const lines = (await this.listed())
      .filter(({ name }) => name !== 'pip')
      .map(({ name, version, editable }) =>
        editable === undefined
          ? `${name}==${version}\n`
          : `# Editable install with no version control (${name}==${version})\n-e ${editable}\n`,
      )
    return this.powers.print(lines.join(''))
  }

  async show(names: readonly string[], options: readonly string[]): Promise<number> {
    if (names.length === 0) {
      await this.powers.warn('ERROR: Please provide a package name or names.')
      return 1
    }
    const all = await this.site.list()
    const shown: string[] = []
    const unknown: string[] = []
    for (const name of names) {
      const found = all.find((each) => normalised(each.name) === normalised(name))
      if (!found) {
        unknown.push(name)
        continue
      }
      const users = all.filter(({ metadata }) =>
        needNames(metadata).some((need) => normalised(need) === normalised(name)),
      )
      const editable = await this.site.editableOf(found.info)
      const files = options.includes('-f') || options.includes('--files') ? await this.site.filesOf(found) : undefined
      const head = found.metadata.split('\n\n')[0] ?? ''
      const page = /^Project-URL: (?:home-?page|source|repository), *(.*)$/im.exec(head)?.[1]
      shown.push(
        [
          `Name: ${found.name}`,
          `Version: ${found.version}`,
          `Summary: ${field(head, 'Summary')}`,
          `Home-page: ${field(head, 'Home-page') || (page ?? '')}`,
          `Author: ${field(head, 'Author')}`,
          `Author-email: ${field(head, 'Author-email')}`,
          `License${field(head, 'License-Expression') && !field(head, 'License') ? '-Expression' : ''}: ${field(head, 'License') || field(head, 'License-Expression')}`,
          `Location: ${this.site.folder}`,
          ...(editable === undefined ? [] : [`Editable project location: ${editable}`]),
          `Requires: ${needNames(found.metadata)
            .toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
            .join(', ')}`,
          `Required-by: ${users.map((each) => each.name).join(', ')}`,
          ...(files === undefined ? [] : ['Files:', ...files.map((file) => `  ${file}`)]),
          '',
        ].join('\n'),
      )
    }
    if (unknown.length > 0) await this.powers.warn(`Package(s) not found: ${unknown.join(', ')}`)
    return shown.length === 0 ? 1 : this.powers.print(shown.join('---\n'))
  }

  async check(): Promise<number> {
    const all = await this.site.list()
    const broken: string[] = []
    for (const { name, version, metadata } of all)
      for (const need of needsOf(metadata, { extras: [] })) {
        const there = all.find((each) => normalised(each.name) === normalised(need.name))
        if (!there && normalised(need.name) !== 'pip')
          broken.push(`${name} ${version} requires ${need.name}, which is not installed.\n`)
        else if (there && !satisfies(there.version, need.specifier))
          broken.push(
            `${name} ${version} has requirement ${need.name}${need.specifier}, but you have ${there.name.toLowerCase()} ${there.version}.\n`,
          )
      }
    await this.powers.print(broken.join('') || 'No broken requirements found.\n')
    return broken.length > 0 ? 1 : 0
  }

  /** Nothing is kept: the index is on the same machine. */
  async cache([action = '']: readonly string[]): Promise<number> {
    const folder = `${this.process.env.get('XDG_CACHE_HOME') ?? `${this.process.env.get('HOME') ?? '/root'}/.cache`}/pip`
    const texts: Readonly<Record<string, string>> = {
      dir: `${folder}\n`,
      info: `Package index page cache location (pip v23.3+): ${folder}/http-v2\nPackage index page cache location (older pips): ${folder}/http\nPackage index page cache size: 0 bytes\nNumber of HTTP files: 0\nLocally built wheels location: ${folder}/wheels\nLocally built wheels size: 0 bytes\nNumber of locally built wheels: 0\n`,
      list: 'No locally built wheels cached.\n',
      remove: '',
      purge: 'Files removed: 0\n',
    }
    const text = texts[action]
    if (text === undefined) throw new PipError('Need an action (dir, info, list, purge, remove) to perform.')
    if (action === 'purge' || action === 'remove') await this.powers.warn('No matching packages')
    return this.powers.print(text)
  }

  async versions([action, name]: readonly string[]): Promise<number> {
    if (action !== 'versions') throw new PipError('Need an action (versions) to perform.')
    if (name === undefined) throw new PipError('You need to specify exactly one argument')
    const versions = (await this.index.files(name)).map(versionOf).toSorted(compareVersions).toReversed()
    if (versions.length === 0) throw new PipError(`No matching distribution found for ${name}`)
    const there = await this.site.find(name)
    const installed = there === undefined ? '' : `  INSTALLED: ${there.version}\n  LATEST:    ${versions[0]}\n`
    return this.powers.print(`${name} (${versions[0]})\nAvailable versions: ${versions.join(', ')}\n${installed}`)
  }

  async hash(names: readonly string[], words: readonly string[]): Promise<number> {
    if (names.length === 0) throw new PipError('You must give at least one file to hash')
    const name = (optionOf(words, '-a', '--algorithm') ?? 'sha256') as 'sha256'
    for (const path of names)
      await this.powers.print(`${path}:\n--hash=${name}:${hashHex(name, await readFile(this.sys, path))}\n`)
    return 0
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(' ')
      .trimEnd()}\n`
  return [line(head), `${widths.map((width) => '-'.repeat(width)).join(' ')}\n`, ...rows.map(line)].join('')
}

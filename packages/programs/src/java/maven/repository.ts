import { isErrno, type Process, type Sys } from '@drydock/abi'
import { makeDirectories, type Stdio, writeFile } from '@drydock/libc'
import { BuildFailure } from './failure.ts'
import type { Goal } from './lifecycle.ts'
import { bootVersion, type Dependency, isBootParent, type Project } from './pom.ts'

const CENTRAL = 'https://repo.maven.apache.org/maven2'
const POM_BYTES = [1_900, 9_400] as const
const JAR_BYTES = [24_000, 310_000] as const

interface Artifact {
  readonly groupId: string
  readonly artifactId: string
  readonly version: string
  readonly hasJar: boolean
}

/** The local repository, and what is told of fetching into it: nothing is fetched, the files only keep the place. */
export class LocalRepository {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly root: string
  private readonly options: { readonly offline: boolean; readonly silent: boolean }

  constructor(
    process: Process,
    io: Stdio,
    root: string,
    options: { readonly offline: boolean; readonly silent: boolean },
  ) {
    this.sys = process.sys
    this.io = io
    this.root = root
    this.options = options
  }

  /** @throws BuildFailure offline */
  async plugin({ artifactId, version }: Goal): Promise<void> {
    const groupId = artifactId.startsWith('spring-boot') ? 'org.springframework.boot' : 'org.apache.maven.plugins'
    await this.fetch({ groupId, artifactId, version, hasJar: true })
  }

  async dependencies(project: Project): Promise<void> {
    const { parent } = project
    if (isBootParent(project) && parent) await this.fetch({ ...parent, version: parent.version ?? '', hasJar: false })
    for (const each of project.dependencies)
      await this.fetch({ ...each, version: versionOf(each, project), hasJar: true })
  }

  private async fetch(artifact: Artifact): Promise<void> {
    for (const ending of artifact.hasJar ? ['pom', 'jar'] : ['pom']) await this.fetchFile(artifact, ending)
  }

  private async fetchFile({ groupId, artifactId, version }: Artifact, ending: string): Promise<void> {
    const path = `${groupId.replaceAll('.', '/')}/${artifactId}/${version}/${artifactId}-${version}.${ending}`
    const file = `${this.root}/${path}`
    if (this.exists(file)) return
    if (this.options.offline)
      throw new BuildFailure(
        `Cannot access central (${CENTRAL}) in offline mode and the artifact ${groupId}:${artifactId}:${ending}:${version} has not been downloaded from it before.`,
        'PluginResolutionException',
      )
    const size = sizeOf(path, ending === 'pom' ? POM_BYTES : JAR_BYTES)
    makeDirectories(this.sys, file.slice(0, file.lastIndexOf('/')))
    await writeFile(this.sys, file, '')
    this.sys.setLazyContent(file, { prefix: new Uint8Array(), size, seed: size })
    if (this.options.silent) return
    const told = size < 1000 ? `${size} B` : `${size < 10_000 ? (size / 1000).toFixed(1) : Math.round(size / 1000)} kB`
    await this.io.print(
      `Downloading from central: ${CENTRAL}/${path}\nDownloaded from central: ${CENTRAL}/${path} (${told} at ${told}/s)\n`,
    )
  }

  private exists(path: string): boolean {
    try {
      this.sys.stat(path)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
}

const versionOf = ({ version, groupId }: Dependency, project: Project): string =>
  version ??
  (groupId === 'org.springframework.boot' ? bootVersion(project) : undefined) ??
  project.parent?.version ??
  '1.0'

/** The same artifact has the same size. */
function sizeOf(path: string, [least, most]: readonly [number, number]): number {
  let hash = 0
  for (const char of path) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0
  return least + (hash % (most - least))
}

const PROVIDED =
  /^(org\.springframework\.boot:spring-boot-starter(-web|-test|-actuator)?|org\.springframework\.boot:spring-boot-devtools)$/

/** Libraries whose classes are not there: code that imports them is refused. */
export const absentFrom = ({ dependencies }: Project): readonly Dependency[] =>
  dependencies.filter(
    ({ groupId, artifactId, scope }) => scope !== 'test' && !PROVIDED.test(`${groupId}:${artifactId}`),
  )

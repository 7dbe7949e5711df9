import { child, childrenOf, type Element } from './xml.ts'

export interface Dependency {
  readonly groupId: string
  readonly artifactId: string
  readonly version: string | undefined
  readonly scope: string
}

export interface Plugin extends Omit<Dependency, 'scope'> {
  readonly configuration: Element | undefined
  /** Where the POM has it: `line 9, column 27`. */
  readonly place: string
}

/** What Maven knows of a project. https://maven.apache.org/pom.html */
export interface Project {
  readonly groupId: string
  readonly artifactId: string
  readonly version: string
  readonly name: string
  readonly packaging: string
  readonly finalName: string
  readonly properties: ReadonlyMap<string, string>
  readonly parent: Dependency | undefined
  readonly dependencies: readonly Dependency[]
  readonly plugins: readonly Plugin[]
  readonly modules: readonly string[]
  readonly text: string
}

/** The model is not valid; each line says what is wrong. */
export class PomError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const BOOT = 'spring-boot-starter-parent'
const GROUP = 'org.apache.maven.plugins'

/** @param given by -D on the command line: stronger than what the POM says. @throws PomError */
export function projectOf(root: Element, text: string, given: ReadonlyMap<string, string>): Project {
  const own = (...path: string[]): string | undefined => child(root, ...path)?.text || undefined
  const properties = new Map(
    childrenOf(root, 'properties').map(({ name, text: value }): [string, string] => [name, value]),
  )
  for (const [name, value] of given) properties.set(name, value)
  const parent = dependencyOf(child(root, 'parent'), (value) => value)
  const raw = {
    groupId: own('groupId') ?? parent?.groupId,
    artifactId: own('artifactId'),
    version: own('version') ?? parent?.version,
  }
  const problems = (['groupId', 'artifactId', 'version'] as const).flatMap((name) =>
    raw[name] === undefined ? [`'${name}' is missing. @ ${placeOf(root)}`] : [],
  )
  if (own('modelVersion') === undefined) problems.unshift(`'modelVersion' is missing. @ ${placeOf(root)}`)
  if (problems.length > 0) throw new PomError(problems)
  const fill = filler(properties, raw, parent)
  const [artifactId, version] = [fill(raw.artifactId ?? ''), fill(raw.version ?? '')]
  return {
    groupId: fill(raw.groupId ?? ''),
    artifactId,
    version,
    name: fill(own('name') ?? artifactId),
    packaging: own('packaging') ?? 'jar',
    finalName: fill(own('build', 'finalName') ?? `${artifactId}-${version}`),
    properties: new Map([...properties].map(([name, value]) => [name, fill(value)])),
    parent,
    dependencies: childrenOf(root, 'dependencies').flatMap((each) => dependencyOf(each, fill) ?? []),
    plugins: childrenOf(root, 'build', 'plugins').map((each) => pluginOf(each, fill)),
    modules: childrenOf(root, 'modules').map(({ text: name }) => name),
    text,
  }
}

const placeOf = ({ line, column }: Element): string => `line ${line}, column ${column}`

/** `${…}` of properties and of the project itself. */
function filler(
  properties: ReadonlyMap<string, string>,
  raw: {
    readonly groupId?: string | undefined
    readonly artifactId?: string | undefined
    readonly version?: string | undefined
  },
  parent: Dependency | undefined,
): (text: string) => string {
  const values = (name: string): string | undefined => {
    if (properties.has(name)) return properties.get(name)
    const [, key] = /^(?:project|pom)\.(groupId|artifactId|version)$/.exec(name) ?? []
    if (key !== undefined) return raw[key as 'groupId']
    return name === 'project.parent.version' ? parent?.version : undefined
  }
  const fill = (text: string, depth = 0): string =>
    text.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => {
      const value = values(name)
      return value === undefined || depth > 8 ? whole : fill(value, depth + 1)
    })
  return (text) => fill(text)
}

function dependencyOf(of: Element | undefined, fill: (text: string) => string): Dependency | undefined {
  if (!of) return undefined
  const text = (name: string): string | undefined => {
    const found = child(of, name)?.text
    return found === undefined || found === '' ? undefined : fill(found)
  }
  return {
    groupId: text('groupId') ?? '',
    artifactId: text('artifactId') ?? '',
    version: text('version'),
    scope: text('scope') ?? 'compile',
  }
}

function pluginOf(of: Element, fill: (text: string) => string): Plugin {
  const { groupId, artifactId, version } = dependencyOf(of, fill) as Dependency
  return {
    groupId: groupId === '' ? GROUP : groupId,
    artifactId,
    version,
    configuration: child(of, 'configuration'),
    place: placeOf(of),
  }
}

export const pluginNamed = ({ plugins }: Project, artifactId: string): Plugin | undefined =>
  plugins.find((each) => each.artifactId === artifactId)

/** The version of Spring Boot, where its parent or its plugin is there. */
export function bootVersion(project: Project): string | undefined {
  if (!pluginNamed(project, 'spring-boot-maven-plugin')) return undefined
  if (project.parent?.artifactId === BOOT) return project.parent.version
  return pluginNamed(project, 'spring-boot-maven-plugin')?.version ?? '3.3.4'
}

export const isBootParent = ({ parent }: Project): boolean => parent?.artifactId === BOOT

/** The class that a jar starts with, as plugins for jars name it. */
export function mainClassOf(project: Project): string | undefined {
  for (const name of ['maven-jar-plugin', 'maven-assembly-plugin', 'maven-shade-plugin', 'spring-boot-maven-plugin']) {
    const found = deep(pluginNamed(project, name)?.configuration, 'mainClass')
    if (found !== undefined) return found
  }
  return project.properties.get('start-class') ?? project.properties.get('exec.mainClass')
}

export function deep(of: Element | undefined, name: string): string | undefined {
  if (!of) return undefined
  if (of.name === name) return of.text
  for (const each of of.children) {
    const found = deep(each, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The release of Java that classes are made for. */
export function releaseOf({ properties, plugins }: Project, newest: number): number {
  const compiler = plugins.find((each) => each.artifactId === 'maven-compiler-plugin')?.configuration
  const told =
    properties.get('maven.compiler.release') ??
    properties.get('maven.compiler.target') ??
    properties.get('java.version') ??
    deep(compiler, 'release') ??
    deep(compiler, 'target')
  const number = Number((told ?? '').replace(/^1\./, ''))
  return Number.isInteger(number) && number > 0 ? number : Math.min(8, newest)
}

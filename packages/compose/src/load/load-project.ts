import { ComposeError, type Mapping } from '@drydock/cli-plugin/compose-file'
import { type Files, FileProblem, Loader } from './loader.ts'
import { normalize } from './normalize.ts'
import { type Project, withoutUnused, withSelected } from './project.ts'
import { resolveEnvironment } from './resolve-environment.ts'
import { toProject, withEnabled } from './to-project.ts'

/** Which files are read, and what is chosen of them. */
export interface ProjectRequest {
  readonly files: Files
  /** Absolute, the base first. */
  readonly paths: readonly string[]
  readonly folder: string
  readonly environment: ReadonlyMap<string, string>
  readonly name: string
  readonly home: string
  readonly profiles?: readonly string[]
  readonly services?: readonly string[]
  /** `env_file` stays, and is not read. */
  readonly keepEnvFiles?: boolean
  readonly noInterpolate?: boolean
  /** Paths stay as they are written. */
  readonly noPathResolution?: boolean
  /** What the specification implies is not filled in: default network, names, dependencies. */
  readonly noNormalize?: boolean
  /** What services name need not be there. */
  readonly noConsistency?: boolean
  /** Networks and the like that no chosen service uses stay. */
  readonly all?: boolean
  warn(message: string): void
}

/** The files as one tree, names and defaults filled in. @throws ComposeError, Errno */
export async function loadTree(
  request: ProjectRequest,
): Promise<{ tree: Mapping; environment: ReadonlyMap<string, string>; loader: Loader }> {
  const { files, paths, folder, home, name } = request
  const loader = new Loader({
    files,
    home,
    noInterpolate: request.noInterpolate ?? false,
    noPathResolution: request.noPathResolution ?? false,
    warn: (text) => request.warn(text),
  })
  const environment = new Map(request.environment).set('COMPOSE_PROJECT_NAME', name)
  const tree = await located(request, loader, () => loader.load(paths, folder, environment))
  if (tree.size === 0) throw new FileProblem('empty compose file', paths[0] ?? '', [])
  if (name === '') throw new ComposeError('project name must not be empty')
  tree.set('name', name)
  if (request.noNormalize) return { tree, environment, loader }
  const named = new Map([...tree, ['name', name]])
  return { tree: normalize(named, name, (key) => environment.get(key)), environment, loader }
}

/** The project as commands work on it. @throws ComposeError, Errno */
export async function loadProject(request: ProjectRequest): Promise<Project> {
  const { tree, environment, loader } = await loadTree(request)
  return located(request, loader, () => selectProject(request, tree, environment))
}

/** Does it; a failure learns where in the files it has its reason. */
async function located<T>({ paths }: ProjectRequest, loader: Loader, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ComposeError && error.path.length > 0 && !error.path[0]?.startsWith('\0')) {
      const found = error instanceof FileProblem ? error.file : fileWith(error.path, paths, loader)
      const position = loader.positions.get(found)?.find(error.path)
      if (position) error.place = `${found}:${position.line}:${position.column}`
    }
    throw error
  }
}

/** The last of the files that has the place, or what is above it. */
function fileWith(path: readonly string[], paths: readonly string[], loader: Loader): string {
  for (let length = path.length; length > 0; length--)
    for (const file of paths.toReversed()) if (loader.positions.get(file)?.has(path.slice(0, length))) return file
  return paths[0] ?? ''
}

export async function selectProject(
  request: ProjectRequest,
  tree: Mapping,
  environment: ReadonlyMap<string, string>,
): Promise<Project> {
  const { name, folder, paths, profiles = [], services = [] } = request
  const facts = { name, workingDir: folder, files: paths, environment, profiles }
  const whole = toProject(tree, facts, { consistent: !request.noConsistency })
  const chosen = withSelected(withEnabled(whole, services), services)
  const resolved = request.keepEnvFiles ? chosen : await resolveEnvironment(chosen, request.files, true)
  return request.all ? resolved : withoutUnused(resolved)
}

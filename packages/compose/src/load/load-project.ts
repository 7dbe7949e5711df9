import { ComposeError, type Mapping } from '../model/tree.ts'
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
    warn: (text) => request.warn(text),
  })
  const environment = new Map(request.environment).set('COMPOSE_PROJECT_NAME', name)
  const tree = await loader.load(paths, folder, environment)
  if (tree.size === 0) throw new FileProblem('empty compose file', paths[0] ?? '', [])
  if (name === '') throw new ComposeError('project name must not be empty')
  return { tree: normalize(tree, name, (key) => environment.get(key)), environment, loader }
}

/** The project as commands work on it. @throws ComposeError, Errno */
export async function loadProject(request: ProjectRequest): Promise<Project> {
  const { tree, environment } = await loadTree(request)
  return selectProject(request, tree, environment)
}

export async function selectProject(
  request: ProjectRequest,
  tree: Mapping,
  environment: ReadonlyMap<string, string>,
): Promise<Project> {
  const { name, folder, paths, profiles = [], services = [] } = request
  const whole = toProject(tree, { name, workingDir: folder, files: paths, environment, profiles })
  const chosen = withSelected(withEnabled(whole, services), services)
  const resolved = request.keepEnvFiles ? chosen : await resolveEnvironment(chosen, request.files, true)
  return request.all ? resolved : withoutUnused(resolved)
}

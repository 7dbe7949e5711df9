import { composeSchema } from '../schema/compose-schema.ts'
import { problemsIn } from '../schema/schema.ts'
import { ComposeError, isMapping, type Position, readYaml, YamlError } from '@drydock/cli-plugin/compose-file'
import { interpolate } from './interpolate.ts'
import { FileProblem, type Files } from './loader.ts'
import { loadTree, type ProjectRequest, selectProject } from './load-project.ts'

/** What is wrong with a Compose file, and where; in the words that the command has for it. */
export interface ComposeProblem extends Position {
  readonly message: string
  /** `services.web.ports`; '' for the file as a whole. */
  readonly path: string
}

/** All that can be said of one file by itself: no YAML, keys and values that may not be, names of what is not there. */
export async function problemsOf(
  text: string,
  path = '/compose.yaml',
  environment: ReadonlyMap<string, string> = new Map(),
): Promise<ComposeProblem[]> {
  const structural = structuralProblems(text, environment)
  if (structural.length > 0) return structural
  const folder = path.replace(/\/[^/]*$/, '') || '/'
  const files: Files = {
    read: async (wanted) => {
      if (wanted === path) return text
      throw new ComposeError(`open ${wanted}: no such file or directory`)
    },
    kind: (wanted) => (wanted === path ? 'file' : undefined),
  }
  const request = {
    files,
    paths: [path],
    folder,
    environment,
    name: 'project',
    home: '/root',
    keepEnvFiles: true,
    all: true,
    profiles: ['*'],
    noInterpolate: true,
    warn: () => {},
  }
  const problem = await modelProblem(request, text)
  return problem ? [problem] : []
}

function structuralProblems(text: string, environment: ReadonlyMap<string, string>): ComposeProblem[] {
  try {
    const { documents, positions } = readYaml(text)
    return documents.flatMap(({ tree }) => {
      if (!isMapping(tree))
        return tree === null ? [] : [{ message: 'top-level object must be a mapping', path: '', line: 1, column: 1 }]
      const filled = interpolate(tree, (name) => environment.get(name) ?? `\${${name}}`, { warn: () => {} })
      return problemsIn(composeSchema, filled).map(({ message, path, unknownKeys = [] }) => ({
        message,
        path: path.join('.'),
        ...positions.find([...path, ...unknownKeys.slice(0, 1)]),
      }))
    })
  } catch (error) {
    if (error instanceof YamlError) return [{ message: error.message, path: '', ...error.position }]
    if (error instanceof ComposeError)
      return [{ message: error.message, path: error.path.join('.'), ...readYaml(text).positions.find(error.path) }]
    throw error
  }
}

async function modelProblem(request: ProjectRequest, text: string): Promise<ComposeProblem | undefined> {
  try {
    const { tree, environment } = await loadTree(request)
    await selectProject(request, tree, environment)
    return undefined
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error
    // What other files and variables say can't be known here.
    if (/no such file or directory$|\$/.test(error.message)) return undefined
    const path = error instanceof FileProblem && error.file !== request.paths[0] ? [] : error.path
    return { message: error.message, path: path.join('.'), ...readYaml(text).positions.find(path) }
  }
}

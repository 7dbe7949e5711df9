import { dependenciesOf, dependentsOf, type Project } from '../load/project.ts'

type Visit = (name: string) => Promise<void>

/** Visits each service after all it depends on; independent ones at once. */
export const inDependencyOrder = (project: Project, visit: Visit, roots?: readonly string[]): Promise<void> =>
  walk(project, (name) => [...dependenciesOf(project.services.get(name) ?? {}).keys()], visit, roots)

/** Visits each service after all that depend on it. @param roots only these and what depends on them */
export const inReverseOrder = (project: Project, visit: Visit, roots?: readonly string[]): Promise<void> =>
  walk(project, (name) => dependentsOf(project, name), visit, roots)

async function walk(
  project: Project,
  before: (name: string) => readonly string[],
  visit: Visit,
  roots?: readonly string[],
): Promise<void> {
  const visits = new Map<string, Promise<void>>()
  const start = (name: string): Promise<void> => {
    const known = visits.get(name)
    if (known) return known
    const earlier = before(name).filter((each) => project.services.has(each))
    const visiting = Promise.all(earlier.map(start)).then(() => visit(name))
    visits.set(name, visiting)
    return visiting
  }
  const names = roots && roots.length > 0 ? roots : [...project.services.keys()]
  await Promise.all(names.filter((name) => project.services.has(name)).map(start))
}

import { markerHolds, parseRequirement, type Requirement } from './requirement.ts'
import { requiresOf } from './site-packages.ts'

/** CPython's version, whatever the image names. */
const INTERPRETER = '3.14.2'

/** What environment markers are compared with. PEP 508 */
export const environmentOf = (extra: string): Record<string, string> => ({
  // What packages ask for older interpreters is not for the one that runs them here.
  python_version: INTERPRETER.split('.').slice(0, 2).join('.'),
  python_full_version: INTERPRETER,
  os_name: 'posix',
  sys_platform: 'linux',
  platform_system: 'Linux',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  implementation_name: 'cpython',
  extra,
})

/** What a package needs here, with the extras that were asked for. */
export const needsOf = (metadata: string, { extras }: Pick<Requirement, 'extras'>): Requirement[] =>
  requiresOf(metadata).flatMap((text) => {
    const need = parseRequirement(text)
    if (!need) return []
    const holds = ['', ...extras].some((extra) => markerHolds(need.marker, environmentOf(extra)))
    return holds ? [{ ...need, marker: undefined }] : []
  })

import { RESOURCE } from './resource.ts'
import { SYSLOG } from './syslog.ts'

/** Modules of Python that CPython was built without for Emscripten. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['resource', RESOURCE],
  ['syslog', SYSLOG],
])

export const sourceOf = (module: string): string => SOURCES.get(module) ?? ''

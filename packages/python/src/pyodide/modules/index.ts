import { PROCESS_POOLS, SEMAPHORES, SHARED_MEMORY } from './multiprocessing.ts'
import { RESOURCE } from './resource.ts'
import { SYSLOG } from './syslog.ts'
import { ENSURE_PIP, VENV, VENV_MAIN } from './venv.ts'

/** Modules of Python that CPython was built without for Emscripten. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['_drydock_pools', PROCESS_POOLS],
  ['_multiprocessing', SEMAPHORES],
  ['_posixshmem', SHARED_MEMORY],
  ['resource', RESOURCE],
  ['syslog', SYSLOG],
  ['ensurepip', ENSURE_PIP],
  ['venv', VENV],
  ['venv.__main__', VENV_MAIN],
])

export const sourceOf = (module: string): string => SOURCES.get(module) ?? ''

import type { Program } from '@drydock/abi'
import { builtInPlugins } from './built-in-plugins.ts'
import { docker } from './docker.ts'

export const dockerPrograms: readonly Program[] = [docker, ...builtInPlugins]

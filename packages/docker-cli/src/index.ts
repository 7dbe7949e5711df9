import type { Program } from '@drydock/abi'
import { docker } from './docker.ts'

export const dockerPrograms: readonly Program[] = [docker]

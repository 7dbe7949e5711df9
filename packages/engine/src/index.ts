import type { Program } from '@drydock/abi'
import { dockerd } from './dockerd.ts'

export const enginePrograms: readonly Program[] = [dockerd]

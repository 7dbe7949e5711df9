import type { Program } from '@drydock/abi'
import { dockerInit } from './docker-init.ts'
import { dockerd } from './dockerd.ts'

export const enginePrograms: readonly Program[] = [dockerd, dockerInit]

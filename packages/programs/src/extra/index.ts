import type { Program } from '@drydock/abi'

export const extraPrograms: readonly Program[] = []

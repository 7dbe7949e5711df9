import type { Program } from '@drydock/abi'
import { jq } from './jq.ts'

export const jqPrograms: readonly Program[] = [jq]

import type { Program } from '@drydock/abi'
import { more } from './less.ts'
import { less } from './less/less.ts'
import { nano } from './nano/nano.ts'
import { vi } from './vi/vi.ts'

export const editorPrograms: readonly Program[] = [less, more, nano, vi]

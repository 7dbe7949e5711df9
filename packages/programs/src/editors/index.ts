import type { Program } from '@drydock/abi'
import { less } from './less/less.ts'
import { more } from './more/more.ts'
import { nano } from './nano/nano.ts'
import { vi } from './vi/vi.ts'

export const editorPrograms: readonly Program[] = [less, more, nano, vi]

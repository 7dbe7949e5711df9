import { expect, it } from 'vitest'
import { COMPLETING } from './completing.ts'
import { COMPLETION_COMMANDS } from './completion-commands.ts'

it('names every command that completes', () => {
  expect([...COMPLETING.keys()].toSorted()).toEqual([...COMPLETION_COMMANDS.keys()].toSorted())
})

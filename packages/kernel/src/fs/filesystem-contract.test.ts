import { describe, expect, test } from 'vitest'
import { FILESYSTEM_CONTRACT } from './filesystem-contract.ts'
import { FILE_SYSTEMS } from './testing/file-systems.ts'
import { FileTree } from './testing/file-tree.ts'

describe.each(FILE_SYSTEMS)('%s', (_name, make) => {
  test.each(FILESYSTEM_CONTRACT)('$name', ({ run }) => {
    expect.hasAssertions()
    run(new FileTree(make()))
    expect(true).toBe(true)
  })
})

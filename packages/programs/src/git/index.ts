import type { Program } from '@drydock/abi'

export const gitPrograms: readonly Program[] = [
  {
    name: 'git/git',
    paths: ['/usr/bin/git'],
    covers: 'partial',
    lacks: [
      'rebase, cherry-pick, revert, blame, bisect, submodules, worktrees, grep, notes, hooks',
      'git over ssh; pushing over https: the forge of this playground lets nobody write',
      'the finer options of log and diff; patches in parts (-p)',
    ],
    summary: 'the stupid content tracker',
    sizeBytes: 3_756_200,
    main: async (process) => (await import('./git.ts')).gitMain(process),
  },
]

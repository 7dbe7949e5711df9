import type { Program } from '@drydock/abi'

export const gitPrograms: readonly Program[] = [
  {
    name: 'git/git',
    paths: ['/usr/bin/git', '/usr/bin/git-receive-pack', '/usr/bin/git-upload-pack'],
    covers: 'partial',
    lacks: [
      'submodules; patches by mail (format-patch, am, apply); rerere, filter-branch, bundle',
      'pushing over https: the forge of this playground lets nobody write',
      'packing: gc leaves objects loose; signatures; .gitattributes and filters',
    ],
    summary: 'the stupid content tracker',
    sizeBytes: 3_756_200,
    main: async (process) => (await import('./git.ts')).gitMain(process),
  },
]

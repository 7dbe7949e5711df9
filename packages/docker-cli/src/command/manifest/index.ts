import { noun } from '@drydock/cli-plugin'
import { annotate } from './annotate.ts'
import { create } from './create.ts'
import { inspect } from './inspect.ts'
import { push } from './push.ts'
import { rm } from './rm.ts'

export const manifest = noun({
  name: 'manifest',
  operands: 'COMMAND',
  short: 'Manage Docker image manifests and manifest lists',
  group: 'management',
  experimental: true,
  long: 'The **docker manifest** command has subcommands for managing image manifests and\nmanifest lists. A manifest list allows you to use one name to refer to the same image\nbuilt for multiple architectures.\n\nTo see help for a subcommand, use:\n\n    docker manifest CMD --help\n\nFor full details on using docker manifest lists, see the registry v2 specification.',
  children: [annotate, create, inspect, push, rm],
})

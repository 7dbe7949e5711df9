import type { Program } from '@drydock/abi'
import { composePrograms } from '@drydock/compose'
import { dockerPrograms } from '@drydock/docker-cli'
import { dashboardPrograms } from '@drydock/dashboards'
import { edgePrograms } from '@drydock/edge'
import { enginePrograms } from '@drydock/engine'
import { mongoPrograms } from '@drydock/mongo'
import { mysqlPrograms } from '@drydock/mysql'
import { nodePrograms } from '@drydock/node'
import { postgresPrograms } from '@drydock/postgres'
import { programs } from '@drydock/programs'
import { pythonPrograms } from '@drydock/python'
import { redisPrograms } from '@drydock/redis'
import { registryPrograms } from '@drydock/registry/program'
import { shellPrograms } from '@drydock/shell'
import { golangPrograms } from '@drydock/golang'
import { javaPrograms } from '@drydock/programs/java'
import { wasiPrograms } from '@drydock/wasi'
import type { Room } from './program-table.ts'

/** Every row of userland by its room, all loaded: for building, documents and tests. */
export const programsByRoom: Readonly<Record<Room, readonly Program[]>> = {
  shell: shellPrograms,
  programs,
  engine: enginePrograms,
  'docker-cli': dockerPrograms,
  compose: composePrograms,
  node: nodePrograms,
  mysql: mysqlPrograms,
  postgres: postgresPrograms,
  redis: redisPrograms,
  mongo: mongoPrograms,
  python: pythonPrograms,
  registry: registryPrograms,
  golang: golangPrograms,
  java: javaPrograms,
  wasi: wasiPrograms,
  edge: edgePrograms,
  dashboards: dashboardPrograms,
}

export const allPrograms: readonly Program[] = Object.values(programsByRoom).flat()

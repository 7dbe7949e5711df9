import { archiveRoutes } from './archive.ts'
import { buildRoutes } from './build.ts'
import { containerRoutes } from './containers.ts'
import { containerStreamRoutes } from './container-streams.ts'
import { distributionRoutes } from './distribution.ts'
import { execRoutes } from './exec.ts'
import { imageRoutes } from './images.ts'
import { networkRoutes } from './networks.ts'
import type { Route } from './route.ts'
import { statsRoutes } from './stats.ts'
import { nodeRoutes } from './nodes.ts'
import { secretRoutes } from './secrets.ts'
import { serviceRoutes } from './services.ts'
import { pluginRoutes } from './plugins.ts'
import { swarmRoutes } from './swarm.ts'
import { taskRoutes } from './tasks.ts'
import { systemRoutes } from './system.ts'
import { volumeRoutes } from './volumes.ts'

/** The whole Engine API. */
export const routes: readonly Route[] = [
  ...systemRoutes,
  ...containerRoutes,
  ...containerStreamRoutes,
  ...archiveRoutes,
  ...statsRoutes,
  ...execRoutes,
  ...imageRoutes,
  ...buildRoutes,
  ...distributionRoutes,
  ...networkRoutes,
  ...volumeRoutes,
  ...swarmRoutes,
  ...pluginRoutes,
  ...nodeRoutes,
  ...serviceRoutes,
  ...taskRoutes,
  ...secretRoutes,
]

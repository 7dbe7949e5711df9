import type { Program } from '@drydock/abi'
import { adminer } from './adminer.ts'
import { cadvisor } from './exporters/cadvisor.ts'
import { nodeExporter } from './exporters/node-exporter.ts'
import { grafana } from './grafana/grafana.ts'
import { mongoExpress } from './mongo-express.ts'
import { phpMyAdmin } from './phpmyadmin.ts'
import { portainer } from './portainer/portainer.ts'
import { prometheus } from './prometheus/prometheus.ts'
import { visualizer } from './visualizer.ts'
import { wordpress } from './wordpress.ts'

/** Stand-ins for applications that are pages over a socket or a database; each says what it is. */
export const dashboardPrograms: readonly Program[] = [
  adminer,
  cadvisor,
  grafana,
  mongoExpress,
  nodeExporter,
  phpMyAdmin,
  portainer,
  prometheus,
  visualizer,
  wordpress,
]

import type { Driver, SwarmObject } from './swarm.ts'

/** Shapes of configs in the Engine API v1.50. */
export interface ConfigSpec {
  Name: string
  Labels?: Record<string, string> | null
  /** Base64. */
  Data?: string
  Templating?: Driver | null
}
/** GET /configs/{id}. */
export interface Config extends SwarmObject {
  Spec: ConfigSpec
}

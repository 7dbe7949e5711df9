import type { Driver, SwarmObject } from './swarm.ts'

/** Shapes of secrets in the Engine API v1.50. */
export interface SecretSpec {
  Name: string
  Labels?: Record<string, string> | null
  /** Base64; never told again. */
  Data?: string
  Driver?: Driver | null
  Templating?: Driver | null
}
/** GET /secrets/{id}. */
export interface Secret extends SwarmObject {
  Spec: SecretSpec
}

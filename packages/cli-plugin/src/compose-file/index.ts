/** Compose files as text: what `docker stack` and `docker compose` have in common. A door of its own: it brings a YAML reader. */
export * from './plain-scalar.ts'
export * from './read-yaml.ts'
export * from './template.ts'
export * from './tree.ts'
export * from './write-yaml.ts'

/** The client's side of registries, as the engine and the docker command link with it. OCI distribution spec. */
export * from './fetch-url.ts'
export * from './problem.ts'
export * from './registry-client.ts'

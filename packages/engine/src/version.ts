/** What this engine says it is. */
export const ENGINE_VERSION = '28.2.2'
export const API_VERSION = '1.50'
export const MIN_API_VERSION = '1.24'
export const GIT_COMMIT = '45873be'
export const BUILD_TIME = '2025-05-30T12:07:35.000000000+00:00'
export const GO_VERSION = 'go1.24.3'
export const CONTAINERD = { version: '1.7.27', commit: '05044ec0a9a75232cad458027ca83437aae3f4da' }
export const RUNC = { version: '1.2.5', commit: 'v1.2.5-0-g59923ef' }
export const INIT = { version: '0.19.0', commit: 'de40ad0' }

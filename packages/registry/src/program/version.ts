import { isErrno, type Sys } from '@drydock/abi'

export interface RegistryVersion {
  readonly major: 2 | 3
  readonly number: string
  readonly go: string
  readonly module: string
}

const VERSION_2: RegistryVersion = {
  major: 2,
  number: '2.8.3',
  go: 'go1.20.8',
  module: 'github.com/docker/distribution',
}
const VERSION_3: RegistryVersion = {
  major: 3,
  number: '3.1.1',
  go: 'go1.25.3',
  module: 'github.com/distribution/distribution/v3',
}

/** Version 3 of the image has moved its configuration: that tells the two apart. */
export function registryVersion(sys: Sys): RegistryVersion {
  try {
    sys.stat('/etc/docker/registry/config.yml')
    return VERSION_2
  } catch (error) {
    if (isErrno(error)) return VERSION_3
    throw error
  }
}

/** Where programs of a container are looked for when nothing says otherwise. moby daemon/oci, DefaultPathEnvUnix */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

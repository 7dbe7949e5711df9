/** Names of the files in /proc/PID/ns. namespaces(7) */
export const NAMESPACE_FILES: readonly string[] = ['mnt', 'uts', 'ipc', 'net', 'pid', 'user', 'cgroup']

/** Device numbers as stat(2) gives them. makedev(3), for numbers below 4096:256. */
export const makedev = (major: number, minor: number): number => major * 256 + minor
export const majorOf = (device: number): number => Math.floor(device / 256)
export const minorOf = (device: number): number => device % 256

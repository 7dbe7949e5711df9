import { unzip, zipinfo } from './unzip.ts'
import { zip } from './zip.ts'

export const infoZip = [zip, unzip, zipinfo]

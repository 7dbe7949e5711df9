import { fromPackage } from '../package-version.ts'
import { gunzip, gzip, zcat } from './gzip.ts'

export const gzipPrograms = fromPackage('gzip', '1.12', [gzip, gunzip, zcat])

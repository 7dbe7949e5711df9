import { fromPackage } from '../package-version.ts'
import { egrep, fgrep, grep } from './grep.ts'

export const grepPrograms = fromPackage('GNU grep', '3.8', [grep, egrep, fgrep])

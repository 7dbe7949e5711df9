import type { Program } from '@drydock/abi'
import { apk } from './apk.ts'
import { aptPrograms } from './apt.ts'
import { dnfPrograms } from './dnf.ts'
import { dpkg } from './dpkg.ts'
import { rpm } from './rpm.ts'

export const packageManagerPrograms: readonly Program[] = [apk, ...aptPrograms, dpkg, ...dnfPrograms, rpm]

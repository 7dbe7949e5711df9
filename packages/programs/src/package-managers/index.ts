import type { Program } from '@drydock/abi'
import { apk } from './apk.ts'
import { aptPrograms } from './apt.ts'
import { dnfPrograms, rpm } from './dnf.ts'
import { dpkg } from './dpkg.ts'

export const packageManagerPrograms: readonly Program[] = [apk, ...aptPrograms, dpkg, ...dnfPrograms, rpm]

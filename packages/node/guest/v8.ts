import { Buffer } from 'buffer'
import { notHere } from './errors.ts'
import { pack, unpack } from './message-channel.ts'
import { lastOption } from './run-options.ts'

const MB = 1_048_576
const limit = (): number => Number(lastOption('max-old-space-size') ?? 512) * MB

/** What a value is written as: not V8's own form, which nobody else reads here. */
const serialize = (value: unknown): Buffer => Buffer.concat([Uint8Array.of(0xff, 15), Buffer.from(pack(value))])
const deserialize = (bytes: Uint8Array): unknown => unpack(Buffer.from(bytes.subarray(2)).toString())

const refused = (name: string) => (): never => {
  throw notHere(`v8.${name}`)
}
/** node:v8, as far as another engine can tell. */
export const v8 = {
  serialize,
  deserialize,
  getHeapStatistics: () => ({
    total_heap_size: 6_537_216,
    total_heap_size_executable: 262_144,
    total_physical_size: 6_758_400,
    total_available_size: limit() - 4_823_104,
    used_heap_size: 4_823_104,
    heap_size_limit: limit(),
    malloced_memory: 262_320,
    peak_malloced_memory: 571_392,
    does_zap_garbage: 0,
    number_of_native_contexts: 1,
    number_of_detached_contexts: 0,
    total_global_handles_size: 8192,
    used_global_handles_size: 2112,
    external_memory: 2_272_646,
  }),
  getHeapSpaceStatistics: () =>
    ['read_only_space', 'new_space', 'old_space', 'code_space', 'large_object_space'].map((space_name) => ({
      ...{ space_name, space_size: MB, space_used_size: MB / 2, space_available_size: MB / 2 },
      physical_space_size: MB,
    })),
  getHeapCodeStatistics: () => ({
    ...{ code_and_metadata_size: 212_208, bytecode_and_metadata_size: 19_728 },
    ...{ external_script_source_size: 2_296_391, cpu_profiler_metadata_size: 0 },
  }),
  setFlagsFromString: () => undefined,
  cachedDataVersionTag: () => 1_165_837_636,
  ...Object.fromEntries(
    ['getHeapSnapshot', 'writeHeapSnapshot', 'takeCoverage', 'stopCoverage', 'startupSnapshot'].map((name) => [
      name,
      refused(name),
    ]),
  ),
}

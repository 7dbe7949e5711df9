import type { Sys } from '@drydock/abi'
import { type PartitionTable, writePartitions } from '@drydock/codec/disk'
import type { DiskFile } from '../disk-file.ts'

/** A table on its disk, and the kernel told of it. */
export async function putTable(sys: Sys, disk: DiskFile, table: PartitionTable): Promise<void> {
  writePartitions(table, Math.floor(disk.bytes / 512), disk.read, disk.write)
  if (disk.isDevice) await sys.block({ op: 'reread', name: disk.path.replace('/dev/', '') })
}

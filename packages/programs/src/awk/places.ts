import { AwkError, type Machine } from './machine.ts'
import type { RecordFields } from './record.ts'
import type { Value, Variable } from './values.ts'

/** Where a value is read and written: found once, so that `a[i++] += 1` counts once. */
export interface Place {
  get(): Value
  set(value: Value): void
}

export class FieldPlace implements Place {
  private readonly record: RecordFields
  private readonly index: number

  constructor(record: RecordFields, index: number) {
    this.record = record
    this.index = index
  }
  get(): Value {
    return this.record.get(this.index)
  }
  set(value: Value): void {
    this.record.set(this.index, value)
  }
}

export class ElementPlace implements Place {
  private readonly table: Map<string, Value>
  private readonly key: string

  constructor(table: Map<string, Value>, key: string) {
    this.table = table
    this.key = key
  }
  get(): Value {
    return this.table.get(this.key)
  }
  set(value: Value): void {
    this.table.set(this.key, value)
  }
}

export class VariablePlace implements Place {
  private readonly cell: Variable
  private readonly name: string

  constructor(cell: Variable, name: string) {
    this.cell = cell
    this.name = name
  }
  get(): Value {
    return this.cell.scalar
  }
  set(value: Value): void {
    if (this.cell.isArray()) throw new AwkError(`can't assign to ${this.name}; it's an array name.`)
    this.cell.scalar = value
  }
}

/** NF, FS and RS, which change how records are read. */
export class SettingPlace implements Place {
  private readonly machine: Machine
  private readonly name: string

  constructor(machine: Machine, name: string) {
    this.machine = machine
    this.name = name
  }
  get(): Value {
    return this.name === 'NF' ? this.machine.record.count() : this.machine.variable(this.name).scalar
  }
  set(value: Value): void {
    this.machine.setGlobal(this.name, value)
  }
}

import type { TaskObject, NodeObject } from '@drydock/swarm'
import { taskName } from '@drydock/swarm'

/** What `{{.Service.Name}}` and its like stand for in a task. swarmkit template/context.go */
export class Placeholders {
  private readonly values: Readonly<Record<string, string>>
  private readonly labels: Readonly<Record<string, string>>

  constructor(
    task: TaskObject,
    node: { id: string; description: NodeObject['Description'] },
    labels: Record<string, string>,
  ) {
    const { description } = node
    this.labels = labels
    this.values = {
      'Service.ID': task.ServiceID,
      'Service.Name': task.internal.serviceName,
      'Node.ID': node.id,
      'Node.Hostname': description.Hostname ?? '',
      'Node.Platform.OS': description.Platform?.OS ?? '',
      'Node.Platform.Architecture': description.Platform?.Architecture ?? '',
      'Task.ID': task.ID,
      'Task.Name': `${taskName(task)}.${task.ID}`,
      'Task.Slot': task.Slot ? String(task.Slot) : node.id,
    }
  }

  expand(text: string): string {
    return text.replace(
      /\{\{\s*(?:index\s+\.Service\.Labels\s+"([^"]*)"|\.([\w.]+))\s*\}\}/g,
      (whole, label?: string, name?: string) => {
        if (label !== undefined) return this.labels[label] ?? ''
        if (name?.startsWith('Service.Labels.')) return this.labels[name.slice('Service.Labels.'.length)] ?? ''
        return name !== undefined ? (this.values[name] ?? whole) : whole
      },
    )
  }
}

import { type Cli, labelList, labelOf, type ListFormat, row, type Row } from '@drydock/cli-plugin'
import type { Secret } from '@drydock/docker-api'
import { ago } from './age.ts'

/** `docker secret ls`. */
export const secretFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}',
  headers: {
    ID: 'ID',
    Name: 'NAME',
    Driver: 'DRIVER',
    CreatedAt: 'CREATED',
    UpdatedAt: 'UPDATED',
    Labels: 'LABELS',
  },
  typeName: '*secret.secretContext',
}

export const secretRow = (cli: Cli, { ID, CreatedAt, UpdatedAt, Spec }: Secret): Row =>
  row({
    CreatedAt: ago(cli, CreatedAt),
    Driver: Spec.Driver?.Name ?? '',
    ID,
    Label: labelOf(Spec.Labels),
    Labels: labelList(Spec.Labels),
    Name: Spec.Name,
    UpdatedAt: ago(cli, UpdatedAt),
  })

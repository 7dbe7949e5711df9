import { type Cli, labelList, labelOf, type ListFormat, row, type Row } from '@drydock/cli-plugin'
import type { Config } from '@drydock/docker-api'
import { ago } from './age.ts'

/** `docker config ls`. */
export const configFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.CreatedAt}}\t{{.UpdatedAt}}',
  headers: {
    ID: 'ID',
    Name: 'NAME',
    CreatedAt: 'CREATED',
    UpdatedAt: 'UPDATED',
    Labels: 'LABELS',
  },
  typeName: '*config.configContext',
}

export const configRow = (cli: Cli, { ID, CreatedAt, UpdatedAt, Spec }: Config): Row =>
  row({
    CreatedAt: ago(cli, CreatedAt),
    ID,
    Label: labelOf(Spec.Labels),
    Labels: labelList(Spec.Labels),
    Name: Spec.Name,
    UpdatedAt: ago(cli, UpdatedAt),
  })

/** The configuration file's JSON schema, derived from the zod schema that checks it. */
import { z } from 'zod'
import { configFileSchema } from '../../src/domain/config/config.ts'

export function configurationSchemaText(): string {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', unrepresentable: 'any' })
  return `${JSON.stringify({ title: 'Crossdock configuration file', ...schema }, null, 2)}\n`
}

/** Writes `docs/configuration.schema.json` from the zod schema; a test fails when the file is not what this writes. */
import { writeFile } from 'node:fs/promises'
import { configurationSchemaText } from './serve/configuration-schema.ts'

await writeFile('docs/configuration.schema.json', configurationSchemaText())

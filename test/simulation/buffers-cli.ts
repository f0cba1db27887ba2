/** `npm run simulate:buffers`: plays every policy and writes the table into docs/publication.md. */
import { readFile, writeFile } from 'node:fs/promises'
import { compare, published, reportText, withReport } from './publication-report.ts'

const page = 'docs/publication.md'
const report = reportText(published, compare(published))
await writeFile(page, withReport(await readFile(page, 'utf8'), report))
process.stdout.write(`${report}\n`)

/**
 * Fills `dist/assets` with what the worker serves as files: everything under `src/http/assets`, the parts of swagger-ui
 * that the API reference needs, and uPlot for the console's charts. From packages on disk only; nothing is fetched.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const uplot = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist')
const root = join(import.meta.dirname, '..')
const target = join(root, 'dist', 'assets')
const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const swaggerUiFiles = ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE']

rmSync(target, { recursive: true, force: true })
mkdirSync(join(target, 'docs'), { recursive: true })
cpSync(join(root, 'src', 'http', 'assets'), target, { recursive: true })
for (const file of swaggerUiFiles) cpSync(join(swaggerUi, file), join(target, 'docs', file))
cpSync(join(uplot, 'uPlot.esm.js'), join(target, 'ops', 'uplot.js'))
cpSync(join(uplot, 'uPlot.min.css'), join(target, 'ops', 'uplot.css'))

const written = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
console.log(`dist/assets: ${written.length} files`)

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Breach,
  barrelBreaches,
  docBreaches,
  inheritanceBreaches,
  layerBreaches,
  leftoverBreaches,
  nameBreaches,
  purityBreaches,
  registryBreaches,
  type SourceFile,
  sizeBreaches,
} from './tidy/rules.ts'

/** Tracked and new files, as they are on disk. */
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
const textsOf = (pattern: RegExp): readonly SourceFile[] =>
  paths.filter((path) => pattern.test(path)).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const sources = textsOf(/\.tsx?$/)
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

const everyFile = (rule: (file: SourceFile) => Breach[]) => sources.flatMap(rule)

describe('the tree keeps the house rules', () => {
  it('has sources to look at', () => expect(sources.length).toBeGreaterThan(50))
  it('imports only inward', () => expect(everyFile(layerBreaches)).toEqual([]))
  it('keeps clock, randomness and I/O out of the domain', () => expect(everyFile(purityBreaches)).toEqual([]))
  it('keeps files and lines short', () => expect(everyFile(sizeBreaches)).toEqual([]))
  it('names files for what they hold', () => expect(everyFile(nameBreaches)).toEqual([]))
  it('has no barrels but the worker entry', () => expect(everyFile(barrelBreaches)).toEqual([]))
  it('leaves nothing behind', () =>
    expect(everyFile(leftoverBreaches).filter((breach) => !breach.path.startsWith('test/tidy'))).toEqual([]))
  it('composes instead of inheriting', () =>
    expect(everyFile(inheritanceBreaches).filter((breach) => !breach.path.startsWith('test/tidy'))).toEqual([]))
  it('names in its documentation what is there', () =>
    expect(textsOf(/\.md$/).flatMap((page) => docBreaches(page, paths, Object.keys(scripts)))).toEqual([]))
  it('gives each partner one registry line', () => {
    const registry = { path: 'src/connectors/registry.ts', text: readFileSync('src/connectors/registry.ts', 'utf8') }
    const folders = readdirSync('src/connectors', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'transport')
      .map((entry) => entry.name)
    expect(registryBreaches(registry, folders)).toEqual([])
  })
})

describe('each rule catches a breach', () => {
  const file = (path: string, text: string): SourceFile => ({ path, text })
  const breaches: readonly [string, Breach[]][] = [
    [
      'a domain file that imports a route',
      layerBreaches(file('src/domain/order/a.ts', "import { x } from '../../http/app.ts'")),
    ],
    [
      'a domain file that imports a package',
      layerBreaches(file('src/domain/order/a.ts', "import { Hono } from 'hono'")),
    ],
    [
      'an actor that imports the database',
      layerBreaches(file('durable-objects/a.ts', "import { db } from '../src/db/database.ts'")),
    ],
    [
      'a multi-line import',
      layerBreaches(file('durable-objects/a.ts', "import {\n  a,\n  b,\n} from '../src/http/app.ts'")),
    ],
    [
      'a connector that imports a queue',
      layerBreaches(file('src/connectors/a/b.ts', "import { q } from '../../../queues/dispatch.ts'")),
    ],
    ['a clock in the domain', purityBreaches(file('src/domain/a.ts', 'const now = Date.now()'))],
    ['a file that grew', sizeBreaches(file('src/a.ts', 'a\n'.repeat(300)))],
    ['a long line', sizeBreaches(file('src/a.ts', `const a = ${'x'.repeat(130)}`))],
    ['a camel-case file name', nameBreaches(file('src/orderThing.ts', ''))],
    ['a file called utils', nameBreaches(file('src/order-utils.ts', ''))],
    [
      'a barrel',
      barrelBreaches(file('src/domain/order/index.ts', "export { a } from './a.ts'\nexport { b } from './b.ts'")),
    ],
    ['a note to self', leftoverBreaches(file('src/a.ts', `// ${'TO'}${'DO'} later`))],
    ['a base class', inheritanceBreaches(file('src/a.ts', 'class A extends Base {}'))],
    ['a partner with two lines', registryBreaches(file('registry.ts', 'shopify,\nshopify,'), ['shopify'])],
    ['a page that names a file which is gone', docBreaches(file('docs/a.md', 'see `src/b.ts`'), ['src/c.ts'], [])],
    ['a page with a broken link', docBreaches(file('docs/a.md', '[b](../b.md)'), ['docs/b.md'], [])],
    ['a page with a command that is gone', docBreaches(file('README.md', 'npm run make'), [], ['build'])],
    ['a partner with no line', registryBreaches(file('registry.ts', ''), ['shopify'])],
  ]
  it.each(breaches)('%s', (_what, found) => expect(found.length).toBeGreaterThan(0))

  it('lets what is allowed pass', () => {
    const fine = file(
      'queues/a.ts',
      "import { d } from '../src/db/database.ts'\nimport { e } from '../src/domain/x.ts'",
    )
    const page = file('docs/a.md', 'see `b.ts`, [b](b.md#c), [all](decisions/) and npm run build')
    expect(docBreaches(page, ['src/b.ts', 'docs/b.md', 'docs/decisions/001-a.md'], ['build'])).toEqual([])
    expect([...layerBreaches(fine), ...sizeBreaches(fine), ...nameBreaches(fine), ...purityBreaches(fine)]).toEqual([])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { canonicalOrderSchema } from '../../src/domain/order/canonical-order.ts'
import { app } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { problems } from '../../src/http/problem.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { seedConfig } from './seed-config.ts'
import { post, put, send } from './send.ts'

beforeAll(async () => {
  await seedConfig()
})

type Operation = {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string; readonly in?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

const operations = (document: ReturnType<typeof openApiDocument>) =>
  Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  )

describe('the OpenAPI document', () => {
  const document = openApiDocument(app)

  it('is served as JSON, version 3.1', async () => {
    const response = await send('/openapi.json')
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Crossdock' } })
  })

  it('describes every route that the application answers', () => {
    const answered = app.routes
      .filter(({ method, path }) => method !== 'ALL' && (path.startsWith('/v1/') || path === '/metrics'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    const described = operations(document).map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    expect(described).toEqual(expect.arrayContaining([...new Set(answered)]))
  })

  it('names every operation once', () => {
    const ids = operations(document).map(({ operation }) => operation.operationId)
    expect(ids).not.toContain(undefined)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('declares every path parameter of every path', () => {
    for (const { path, operation } of operations(document)) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      const needed = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect(declared.map((parameter) => parameter.name).toSorted(), path).toEqual(needed.toSorted())
    }
  })

  it('refers only to components that exist', () => {
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)]
    const components = document.components as Record<string, Record<string, unknown>>
    expect(references.length).toBeGreaterThan(50)
    for (const [, kind, name] of references) expect(components[kind ?? '']?.[name ?? ''], name).toBeDefined()
  })

  it('says that refusals are problems, and shows an example of every body', () => {
    for (const { path, method, operation } of operations(document)) {
      const refused = Object.entries(operation.responses).filter(([status]) => /^[45]|default/.test(status))
      for (const [status, { content }] of refused) {
        if (path === '/healthz' && status === '503') continue
        expect(Object.keys(content ?? {}), `${method} ${path} ${status}`).toEqual(['application/problem+json'])
      }
      const body = operation.requestBody?.content['application/json']
      if (body && !path.includes('webhooks')) expect(body.example, `${method} ${path}`).toBeDefined()
    }
  })

  it('takes the Idempotency-Key on every guarded write and nowhere else', () => {
    for (const { path, method, operation } of operations(document)) {
      const takes = (operation.parameters ?? []).some(({ $ref }) => $ref?.endsWith('/IdempotencyKey'))
      expect(takes, `${method} ${path}`).toBe(method !== 'get' && !path.includes('webhooks'))
    }
  })
})

describe('the example bodies', () => {
  it('hold an order that the schema takes', () => {
    expect(canonicalOrderSchema.safeParse(examples.order).success).toBe(true)
  })

  it.each([
    ['/v1/catalog/skus', examples.skus],
    ['/v1/catalog/listings', examples.listings],
    ['/v1/replays', { deliveryIds: ['none'] }],
  ])('are taken by %s', async (path, example) => {
    expect((await post(path, example)).status).toBe(200)
  })

  it('are taken where an entry is replaced', async () => {
    const answer = await put('/v1/catalog/content', examples.content)
    expect(await answer.json()).toMatchObject({ saved: 1, refused: 0 })
  })
})

describe('the documentation pages', () => {
  const isStrict = (policy: string | null) => {
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  }

  it('is one page of own files under a policy that runs nothing inline', async () => {
    const response = await send('/docs')
    const html = await response.text()
    isStrict(response.headers.get('content-security-policy'))
    expect(html).not.toMatch(/<script(?![^>]* src="\/docs\/)/)
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(html).not.toMatch(/ (?:style|on\w+)="/)
  })

  it.each(Object.entries(problems))('explains /problems/%s', async (reason, [status, title]) => {
    const response = await send(`/problems/${reason}`)
    expect(response.status).toBe(200)
    isStrict(response.headers.get('content-security-policy'))
    const html = await response.text()
    expect(html).toContain(String(status))
    expect(html).toContain(title.replaceAll("'", '&#39;'))
  })

  it('answers an unknown kind of problem with a problem', async () => {
    const response = await send('/problems/__proto__')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })
})

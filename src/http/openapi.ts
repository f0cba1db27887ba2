/**
 * `/openapi.json`: generated from the routes' own schemas, with what the middleware does for every route added here, so
 * that no route has to repeat it.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { routeAccess } from './auth.ts'
import type { AppEnv } from './context.ts'
import { problems, problemType, type Reason } from './problem.ts'

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<NonNullable<Document['paths']>[string]>['get']>

const info = {
  title: 'Crossdock',
  version: '1.0.0',
  description: [
    'Orders in once, stock promised that exists, every step shown with its cause.',
    '',
    'Fields named `…At` are RFC 3339 times, fields named `…Ms` epoch milliseconds, fields named `…Minor` integer minor',
    'units of a currency. Unknown fields and query parameters are refused. Ids in paths are url-encoded.',
    '',
    'Refusals are RFC 9457 problems: `type` is stable and documented at its own address, `correlationId` finds the',
    'request in logs and timelines.',
  ].join('\n'),
}

const tags = [
  { name: 'orders', description: 'Orders in, orders out, and why each is where it is' },
  { name: 'reservations', description: 'Claims of carts and checkouts' },
  { name: 'inventory', description: 'Positions, their ledgers, and what can be promised' },
  {
    name: 'sourcing',
    description: 'How orders are given to locations, drafted, reviewed, tried in shadow, put in force',
  },
  { name: 'fulfilment', description: 'Shipments and returns of warehouses without an adapter' },
  { name: 'catalog', description: 'SKUs, and what channels call them' },
  { name: 'webhooks', description: 'The door of partners' },
  { name: 'operations', description: 'Lineage, exceptions, deliveries, audit, health' },
]

const sharedParameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Up to 255 characters. The same key with the same request gives the first answer again for 24 hours; with ' +
      'another request it is refused.',
    schema: { type: 'string', maxLength: 255 },
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  },
  CorrelationId: {
    name: 'X-Correlation-Id',
    in: 'header',
    description: 'Yours, to follow the request through; a malformed one is replaced. Every answer carries it.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{8,64}$' },
  },
  TraceParent: {
    name: 'traceparent',
    in: 'header',
    description: 'W3C trace context: continued when valid, begun otherwise.',
    schema: { type: 'string' },
  },
} as const

const documents = new WeakMap<OpenAPIHono<AppEnv>, Document>()

/** Generated once per isolate: routes do not change while it lives. */
export function openApiDocument(app: OpenAPIHono<AppEnv>): Document {
  const known = documents.get(app)
  if (known) return known
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, or a JWT of the configured issuer. Each operation names the scope that it needs.',
  })
  for (const [name, parameter] of Object.entries(sharedParameters)) {
    app.openAPIRegistry.registerComponent('parameters', name, parameter)
  }
  const document = app.getOpenAPI31Document({ openapi: '3.1.0', info, tags, servers: [{ url: '/' }] })
  for (const [path, item] of Object.entries(document.paths ?? {})) describeOperations(path, item)
  const described = { ...document, 'x-problems': problemCatalogue() }
  documents.set(app, described)
  return described
}

const methods = ['get', 'post', 'put', 'delete'] as const
const reference = (name: keyof typeof sharedParameters) => ({ $ref: `#/components/parameters/${name}` })

function describeOperations(path: string, item: NonNullable<Document['paths']>[string]): void {
  for (const method of methods) {
    const operation = item[method]
    if (!operation) continue
    const takesKey = method !== 'get' && `${method.toUpperCase()} ${path}` in routeAccess
    const always = [reference('CorrelationId'), reference('TraceParent')]
    const shared = takesKey ? [...always, reference('IdempotencyKey')] : always
    operation.parameters = [...(operation.parameters ?? []), ...shared]
    declareUnexpected(operation)
  }
}

/** What no handler can promise never to happen. */
function declareUnexpected(operation: Operation): void {
  operation.responses = {
    ...operation.responses,
    default: {
      description: 'Any other refusal, as a problem',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  }
}

function problemCatalogue() {
  const entries = Object.entries(problems) as [Reason, readonly [number, string]][]
  return entries.map(([reason, [status, title]]) => ({ type: problemType(reason), status, title }))
}

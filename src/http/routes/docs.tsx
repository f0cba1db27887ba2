/** The API reference page, from our own files only, and a page for each kind of problem. */
import { Hono } from 'hono'
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { AppEnv } from '../context.ts'
import { problems, problemType, type Reason, refuse } from '../problem.ts'

export const docs = new Hono<AppEnv>()

/** Swagger UI draws its icons from `data:` images. Nothing inline runs, nothing else is asked. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const Page: FC<PropsWithChildren<{ title: string; script?: boolean }>> = ({ title, script, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title}</title>
      <link rel="icon" href="/ops/favicon.svg" type="image/svg+xml" />
      {script && <link rel="stylesheet" href="/docs/swagger-ui.css" />}
      <link rel="stylesheet" href="/docs/reference.css" />
      {script && <script src="/docs/swagger-ui-bundle.js" defer />}
      {script && <script src="/docs/reference.js" defer />}
    </head>
    <body>{children}</body>
  </html>
)

const Reference = () => (
  <Page title="Crossdock API reference" script>
    <header class="masthead">
      <h1>Crossdock API reference</h1>
      <a href="/openapi.json">OpenAPI document</a>
      <a href="/problems">Problems</a>
      <a href="/ops">Console</a>
    </header>
    <main id="reference" />
    <noscript>
      <p>
        The reference needs JavaScript; the <a href="/openapi.json">OpenAPI document</a> does not.
      </p>
    </noscript>
  </Page>
)

const ProblemList: FC<{ reasons: readonly Reason[] }> = ({ reasons }) => (
  <Page title="Problems">
    <header class="masthead">
      <h1>Problems</h1>
      <a href="/docs">API reference</a>
    </header>
    <main class="prose">
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Status</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {reasons.map((reason) => (
            <tr>
              <td>
                <a href={problemType(reason)}>
                  <code>{problemType(reason)}</code>
                </a>
              </td>
              <td>{problems[reason][0]}</td>
              <td>{problems[reason][1]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </main>
  </Page>
)

// A table of literal keys: these are exactly the reasons.
const reasons = Object.keys(problems) as Reason[]
const isReason = (text: string): text is Reason => Object.hasOwn(problems, text)

docs.use('/docs/*', async (c, next) => {
  await next()
  c.header('content-security-policy', policy)
})
docs.use('/problems/*', async (c, next) => {
  await next()
  c.header('content-security-policy', policy)
})

docs.get('/docs', (c) => c.html(<Reference />))
docs.get('/docs/:file{[a-z-]+\\.(?:css|js)}', async (c) => {
  const found = await c.env.ASSETS.fetch(c.req.raw)
  if (!found.ok) return refuse(c, { reason: 'route_not_found' })
  const asset = new Response(found.body, found)
  asset.headers.set('cache-control', 'public, max-age=3600')
  return asset
})
docs.get('/problems', (c) => c.html(<ProblemList reasons={reasons} />))
docs.get('/problems/:reason', (c) => {
  const reason = c.req.param('reason')
  return isReason(reason) ? c.html(<ProblemList reasons={[reason]} />) : refuse(c, { reason: 'route_not_found' })
})

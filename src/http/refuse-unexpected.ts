/** What happens when a handler throws, when no route matches, and when a schema refuses: always a problem. */
import type { Context, ErrorHandler, Hono, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ZodError } from 'zod'
import { describeError } from '../domain/shared/describe-error.ts'
import type { AppEnv } from './context.ts'
import { log } from './log.ts'
import { type FieldError, type Reason, refuse } from './problem.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const errorsShown = 50

/** Marks that the runtime puts on errors of actor calls. */
type ActorError = { readonly overloaded?: boolean; readonly retryable?: boolean; readonly message?: string }

export const onError: ErrorHandler<AppEnv> = function onError(error, c) {
  const reason = reasonOf(error)
  const { correlationId, traceparent } = c.var
  const unexpected = reason === 'internal' || reason === 'unavailable'
  if (unexpected) log({ level: 'error', event: 'handler_threw', correlationId, traceparent, ...describeError(error) })
  return refuse(c, { reason })
}

function reasonOf(error: Error): Reason {
  if (error instanceof HTTPException && error.status === 400) return 'malformed_json'
  if (error instanceof HTTPException && error.status === 415) return 'unsupported_media_type'
  const { overloaded, retryable, message }: ActorError = error
  if (message?.startsWith('no active configuration')) return 'not_configured'
  if (overloaded === true || message === 'overloaded') return 'overloaded'
  return retryable === true ? 'unavailable' : 'internal'
}

/** 405 with `Allow` where the path exists under another method, 404 otherwise. */
export function notFound(app: Hono<AppEnv>): NotFoundHandler<AppEnv> {
  return function notFound(c) {
    const allowed = methods.filter((method) => hasRoute(app, method, c.req.path))
    if (allowed.length === 0) return refuse(c, { reason: 'route_not_found' })
    return refuse(c, { reason: 'method_not_allowed' }, { allow: allowed.join(', ') })
  }
}

function hasRoute(app: Hono<AppEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
}

const reasonOfTarget: Readonly<Record<string, Reason>> = {
  json: 'invalid_body',
  query: 'invalid_query',
  param: 'invalid_path',
}

/** The hook of every schema-checked route. The value itself is never quoted: it may be personal. */
export function refuseInvalid(
  result: { readonly target: string } & (
    | { readonly success: true }
    | { readonly success: false; readonly error: ZodError }
  ),
  c: Context<AppEnv>,
) {
  if (result.success) return undefined
  c.set('refusedBySchema', true)
  const reason = reasonOfTarget[result.target] ?? 'invalid_body'
  return refuse(c, { reason, errors: fieldErrors(result.error) })
}

function fieldErrors(error: ZodError): FieldError[] {
  return error.issues.slice(0, errorsShown).flatMap((issue) => {
    const path = issue.path.map(String).join('.')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    return issue.keys.slice(0, errorsShown).map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'is not a known field',
    }))
  })
}

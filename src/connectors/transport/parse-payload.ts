/** A zod verdict as a typed refusal. The detail names the rule that failed and never the value: it may be personal. */
import type { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { TranslateRefusal } from '../ports.ts'

export function parsePayload<S extends z.ZodType>(schema: S, payload: unknown): Result<z.output<S>, TranslateRefusal> {
  const parsed = schema.safeParse(payload)
  return parsed.success ? ok(parsed.data) : err(refusalOf(parsed.error, payload))
}

function refusalOf(error: z.ZodError, payload: unknown): TranslateRefusal {
  const issue = error.issues[0]
  if (!issue) return { reason: 'schema_mismatch', field: null, detail: 'the payload does not match' }
  const field = issue.path.length === 0 ? null : issue.path.map(String).join('.').slice(0, 200)
  const missing = isAbsent(payload, issue.path)
  return {
    reason: missing ? 'missing_field' : 'schema_mismatch',
    field,
    detail: missing ? 'the field is absent or null' : ruleOf(issue),
  }
}

/** Rules are written by us; zod's own messages may quote what it received. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`
  return issue.code === 'custom' ? issue.message : issue.code
}

function isAbsent(payload: unknown, path: readonly PropertyKey[]): boolean {
  let value = payload
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return false
    value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  }
  return path.length > 0 && (value === undefined || value === null)
}

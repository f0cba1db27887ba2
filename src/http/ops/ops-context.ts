/** What every console handler finds on its context beyond the operator: the page's colours and its form token. */
import type { Context } from 'hono'
import type { Config } from '../../domain/config/config.ts'
import type { Cause } from '../../domain/shared/cause.ts'
import type { CorrelationId } from '../../domain/shared/ids.ts'
import type { OperatorEnv } from '../operator.ts'

export type Theme = 'auto' | 'light' | 'dark'

export type OpsEnv = {
  Bindings: OperatorEnv['Bindings']
  Variables: OperatorEnv['Variables'] & { theme: Theme; formToken: string; config: Config }
}
export type OpsContext = Context<OpsEnv>

/** A person asked for it; the thread stays that of the thing they acted on. */
export function operatorCause(c: OpsContext, correlationId: CorrelationId): Cause {
  return { correlationId, kind: 'operator', id: c.var.operator.subject }
}

/** What a person does to an order: one form, one command, one word of what came of it. */
import { nanoid } from 'nanoid'
import type { OrderCommandBody, OrderVerdict } from '../../../domain/order/order-command.ts'
import { commandId } from '../../../domain/shared/ids.ts'
import { isNotice, type NoticeCode } from '../design/notices.tsx'
import { type Form, readForm } from '../form-token.ts'
import { type OpsContext, operatorCause } from '../ops-context.ts'
import { foreignForm, notFound } from '../refusals.tsx'
import { findOrder } from './find-order.ts'
import { orderPath } from './order-view.ts'

/** The command that a form asks for; null when it lacks the reason that people owe each other. */
type Read = (form: Form) => OrderCommandBody | null
const reasonCharactersMax = 200
const commandShape = /^ops-[\w-]{10,40}$/

const reasonOf = (form: Form): string => (form.reason ?? '').trim().slice(0, reasonCharactersMax)

export const retryRoute = actionRoute('retry_requested', () => ({ type: 'retry' }))

export const cancelRoute = actionRoute('cancel_requested', (form) => {
  const reason = reasonOf(form)
  return reason === '' ? null : { type: 'cancel', reason }
})

export const holdRoute = actionRoute('hold_placed', (form) => {
  const reason = reasonOf(form)
  return reason === '' ? null : { type: 'place_hold', holdId: `manual-${nanoid(10)}`, kind: 'manual', reason }
})

export const releaseHoldRoute = actionRoute('hold_released', (form) => ({
  type: 'release_hold',
  holdId: form.hold ?? '',
}))

function actionRoute(done: NoticeCode, read: Read) {
  return async function action(c: OpsContext): Promise<Response> {
    const form = await readForm(c)
    if (form === null) return foreignForm(c)
    const found = findOrder(c)
    const state = await found?.order.state()
    if (!found || !state) return notFound(c, 'orders', 'There is no such order')
    const { order, orderId } = found
    const body = read(form)
    if (body === null) return c.redirect(`${orderPath(orderId)}?notice=reason_missing`, 303)
    const cause = operatorCause(c, state.correlationId)
    const verdict = await order.execute(orderId, { ...body, commandId: commandIdOf(form), cause })
    return c.redirect(`${orderPath(orderId)}?notice=${noticeOf(verdict, done)}`, 303)
  }
}

/** Chosen when the page was rendered: a double click, or a reload of the answer, is one command. */
function commandIdOf(form: Form) {
  const given = form.command ?? ''
  return commandId(commandShape.test(given) ? given : `ops-${nanoid()}`)
}

function noticeOf(verdict: OrderVerdict, done: NoticeCode): NoticeCode {
  if (!verdict.ok) return isNotice(verdict.error.reason) ? verdict.error.reason : 'refused'
  return verdict.effect === 'applied' ? done : 'nothing_changed'
}

/** What a person may ask of the order. Each asks first, except looking again, which changes nothing by itself. */
import type { OrderState } from '../../../domain/order/order-state.ts'
import { Icon } from '../design/icon.tsx'
import { Confirm, PostForm } from '../design/post-form.tsx'
import { type OrderView, orderPath } from './order-view.ts'

const isOver = (state: OrderState): boolean => state.stage === 'closed' || state.stage === 'cancelled'

export const OrderActions = ({ view }: { view: OrderView }) =>
  isOver(view.state) ? null : (
    <div class="right actions">
      <Retry view={view} />
      <PlaceHold view={view} />
      <Cancel view={view} />
    </div>
  )

const Retry = ({ view }: { view: OrderView }) => (
  <PostForm action={`${orderPath(view.state.orderId)}/retry`} token={view.formToken}>
    <input type="hidden" name="command" value={view.commandId} />
    <button type="submit" title="Look again now: mapping, stock, rejected calls">
      <Icon name="repeat" />
      Retry
    </button>
  </PostForm>
)

const PlaceHold = ({ view }: { view: OrderView }) => (
  <Confirm
    id="place-hold"
    open={
      <>
        <Icon name="pause" />
        Hold…
      </>
    }
    title="Hold this order"
    action={`${orderPath(view.state.orderId)}/hold`}
    token={view.formToken}
    confirm="Place hold"
  >
    <input type="hidden" name="command" value={view.commandId} />
    <p>Nothing further is released until a person lifts the hold. What has been released goes on.</p>
    <div class="field">
      <label for="hold-reason">Why</label>
      <textarea id="hold-reason" name="reason" rows={2} maxLength={200} required />
    </div>
  </Confirm>
)

const Cancel = ({ view }: { view: OrderView }) => (
  <Confirm
    id="cancel-order"
    open={
      <>
        <Icon name="ban" />
        Cancel…
      </>
    }
    title="Cancel this order"
    action={`${orderPath(view.state.orderId)}/cancel`}
    token={view.formToken}
    confirm="Cancel order"
    danger
  >
    <input type="hidden" name="command" value={view.commandId} />
    <p>
      Reserved stock is given back, the ERP order is cancelled and the warehouse is asked to stop. Units that have
      shipped stay shipped. This cannot be undone.
    </p>
    <div class="field">
      <label for="cancel-reason">Why</label>
      <textarea id="cancel-reason" name="reason" rows={2} maxLength={200} required />
    </div>
  </Confirm>
)

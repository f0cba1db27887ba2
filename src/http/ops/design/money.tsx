/** Money in a page. */
import { moneyText } from './money-text.ts'

export const Money = ({ amountMinor, currency }: { amountMinor: number; currency: string }) => (
  <span class="money">{moneyText(amountMinor, currency)}</span>
)

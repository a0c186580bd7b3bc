/**
 * Rules of mixed operators as many teams would have them on one bus: each looks for its own, and an event finds a few.
 *
 * @param number of the rule, from 0
 */
export function ruleOf(number: number): object {
  const kind = kinds[number % kinds.length];
  if (kind === undefined) throw new RangeError('no kinds of rules');
  return kind(number);
}

const kinds: readonly ((number: number) => object)[] = [
  (n) => ({ source: ['shop.orders'], 'detail-type': [`Order${n}.v1`] }),
  (n) => ({ 'detail-type': ['OrderPlaced.v1'], detail: { customer: { id: [`customer-${n}`] } } }),
  (n) => ({ source: [{ prefix: `team-${n}.` }] }),
  (n) => ({ detail: { orderId: [{ suffix: `-${String(n).padStart(8, '0')}` }] } }),
  (n) => ({ 'detail-type': [{ prefix: 'Order' }], detail: { total: [{ numeric: ['>', n, '<=', n + 1] }] } }),
  (n) => ({ detail: { items: { sku: [`sku-${n}`] }, channel: ['web'] } }),
  (n) => ({ detail: { orderId: [{ wildcard: `order-*${String(n).padStart(4, '0')}` }] } }),
  (n) => ({
    source: ['shop.orders'],
    detail: { customer: { id: [`customer-${n}`], country: [{ 'anything-but': 'US' }] } },
  }),
  (n) => ({ 'detail-type': [{ 'equals-ignore-case': `ORDERPLACED.V${n}` }] }),
  (n) => ({ detail: { [`field${n}`]: [{ exists: true }], channel: ['app'] } }),
  (n) => ({ detail: { $or: [{ customer: { id: [`customer-${n}`] } }, { items: { sku: [`only-${n}`] } }] } }),
  (n) => ({ detail: { address: [{ cidr: `10.${n >> 8}.${n % 256}.0/24` }] } }),
];

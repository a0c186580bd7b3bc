/** Of PutEvents: its limit. */
export const EVENTS_PER_CALL = 10;
/** Of PutRecords, whose limit is 500. */
export const RECORDS_PER_CALL = 100;

/** An event of an online shop, of some 400 bytes as JSON. */
export function order(number: number): Record<string, unknown> {
  return {
    orderId: `order-${String(number).padStart(8, '0')}`,
    customer: {
      id: `customer-${number % 5000}`,
      country: ['DE', 'FR', 'US', 'KR'][number % 4],
      premium: number % 3 === 0,
    },
    total: (number % 100_000) / 100,
    currency: 'EUR',
    items: [
      { sku: `sku-${number % 700}`, quantity: 1 + (number % 4), price: (number % 9000) / 100 },
      { sku: `sku-${(number * 7) % 700}`, quantity: 1, price: 12.5 },
    ],
    channel: number % 2 === 0 ? 'web' : 'app',
    note: 'Leave it at the door, please; the bell is broken.',
  };
}

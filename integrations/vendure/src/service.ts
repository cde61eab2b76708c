import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import {
  EventBus, HistoryService, Logger, Order, OrderService, OrderStateTransitionEvent,
  Payment as ShopPayment, Refund, RequestContext, TransactionalConnection, isGraphQlErrorResult,
} from '@vendure/core';

import { Client, FieldProblem, GuichetError, Instruction, Payment, Session } from './client';
import { GuichetOptions, OPTIONS } from './options';
import { Language, NOTES, Note, fill, languageOf } from './texts';

const LOG = 'guichet';
const RELATIONS = ['customer', 'lines', 'payments', 'payments.refunds'] as any;

/** What the shop's form asks for, and what the backend calls it. */
const FIELDS: Record<string, string[]> = {
  fullName: ['shopper.name'],
  phoneNumber: ['shopper.phone'],
  streetLine1: ['shopper.address', 'shopper.address.line1'],
  postalCode: ['shopper.address', 'shopper.address.postal_code'],
  city: ['shopper.address', 'shopper.address.city'],
  countryCode: ['shopper.address', 'shopper.address.country'],
};

/** What a page can show of an order. */
export type Shown =
  | { kind: 'checkout'; markup: string; missing: string[] }
  | { kind: 'missing'; missing: string[] }
  | { kind: 'underWay'; minutes?: number }
  | { kind: 'paid' | 'closed' | 'noWay' };

/** The fields of the form that answer these errors; none where one of them can't be answered. */
export const missing = (errors: FieldProblem[]): string[] => {
  const told = new Set(errors.map((error) => error.field));
  const fields = Object.keys(FIELDS).filter((name) => FIELDS[name].some((f) => told.has(f)));
  const answered = new Set(fields.flatMap((name) => FIELDS[name]));
  return [...told].every((field) => answered.has(field)) ? fields : [];
};

const checkout = (session: Session): Shown => {
  const errors = (session.left_out ?? []).flatMap((method) => method.errors);
  return { kind: 'checkout', markup: session.markup ?? '', missing: missing(errors) };
};

/** An order of Vendure is one of Guichet. What is to be paid beside payments that were made,
 * because the order was modified since, is another one. */
export const referenceOf = (order: Order): string => {
  const made = order.payments.filter((payment) => payment.state === 'Settled').length;
  return made ? `${order.code}-${made + 1}` : order.code;
};

export const codeOf = (reference: string): string => reference.replace(/-\d+$/, '');

@Injectable()
export class GuichetService {
  private readonly client: Client;
  /** The last work on each order: one at a time. */
  private readonly queue = new Map<string, Promise<unknown>>();

  constructor(
    @Inject(OPTIONS) private readonly options: GuichetOptions,
    private readonly orders: OrderService,
    private readonly history: HistoryService,
    private readonly connection: TransactionalConnection,
    events: EventBus,
  ) {
    this.client = new Client(options.backend.replace(/\/$/, ''), options.key);
    // Who goes back to adding items, or cancels, pays nothing of the old order any more.
    events.ofType(OrderStateTransitionEvent).subscribe((event) => {
      const left = event.fromState === 'ArrangingPayment';
      if (left && ['AddingItems', 'Cancelled'].includes(event.toState)) {
        void this.closeAll(event.order).catch((error) => Logger.warn(String(error), LOG));
      }
    });
  }

  find(ctx: RequestContext, code: string): Promise<Order | undefined> {
    return this.orders.findOneByCode(ctx, code, RELATIONS);
  }

  /** What can be shown of an order now: paid, or a session in which it can be. */
  async show(ctx: RequestContext, code: string, language: string): Promise<Shown> {
    await this.settle(ctx, code);
    const order = await this.find(ctx, code);
    if (!order) return { kind: 'closed' };
    const due = order.totalWithTax - covered(order);
    if (order.orderPlacedAt && due <= 0) return { kind: 'paid' };
    if (!['ArrangingPayment', 'ArrangingAdditionalPayment'].includes(order.state) || due <= 0) {
      return { kind: 'closed' };
    }
    const reference = referenceOf(order);
    const sessions = await this.client.find(reference);
    const fits = (session: Session) =>
      session.amount === due && session.currency === order.currencyCode;
    for (const session of sessions.filter(({ status }) => status !== 'expired')) {
      if (fits(session)) {
        return checkout(await this.client.session(session.id, language));
      }
      // Of the same order with another amount: closed before another is made.
      const open = await this.close(session.id);
      if (open) return { kind: 'underWay', minutes: open.minutes };
    }
    return this.create(order, reference, due, sessions.length, language);
  }

  private async create(
    order: Order, reference: string, amount: number, tried: number, language: string,
  ): Promise<Shown> {
    const body = {
      reference,
      amount,
      currency: order.currencyCode,
      items: Math.max(1, order.lines.reduce((sum, line) => sum + line.quantity, 0)),
      shopper: shopper(order),
      return_url: this.orderUrl(order.code),
      ...(this.options.voucherEligible && {
        voucher_eligible_amount: Math.min(amount, this.options.voucherEligible(order)),
      }),
    };
    // Two pages that ask at once ask for the same; who has told more since, for something else.
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16);
    try {
      return checkout(
        await this.client.create(body, `${reference}-${tried}-${digest}`, language));
    } catch (error) {
      if (!(error instanceof GuichetError)) throw error;
      const fields = missing(error.errors);
      Logger.info(`${reference}: ${error.message}`, LOG);
      return fields.length ? { kind: 'missing', missing: fields } : { kind: 'noWay' };
    }
  }

  orderUrl(code: string): string {
    const own = (code: string) => `${this.options.shopUrl}/guichet/orders/${code}`;
    return (this.options.orderUrl ?? own)(code);
  }

  /** Keeps what the shopper told in the order's billing address, and closes what knew less. */
  async tell(ctx: RequestContext, order: Order, given: Record<string, string>): Promise<void> {
    const known = { ...order.billingAddress };
    const told = Object.fromEntries(
      Object.keys(FIELDS).filter((name) => given[name]).map((name) => [name, given[name]]));
    await this.orders.setBillingAddress(ctx, order.id, {
      countryCode: 'FR', streetLine1: '', ...clean(known), ...told,
    } as any);
    await this.closeAll(order);
  }

  /** Has nothing be paid in a session any more; where something may, for how long, if that is
   * known. */
  private async close(id: string): Promise<{ minutes?: number } | undefined> {
    try {
      await this.client.expire(id);
      return undefined;
    } catch (error) {
      if (!(error instanceof GuichetError)) throw error;
      const { retryAfter } = error;
      return { minutes: retryAfter && Math.ceil(retryAfter / 60) };
    }
  }

  private async closeAll(order: Order): Promise<void> {
    const withPayments = await this.connection.rawConnection.getRepository(Order)
      .findOne({ where: { id: order.id }, relations: ['payments'] });
    if (!withPayments) return;
    for (const session of await this.client.find(referenceOf(withPayments))) {
      if (['expired', 'paid'].includes(session.status)) continue;
      if (await this.close(session.id)) {
        Logger.warn(`${order.code}: ${session.id} may still take money`, LOG);
      }
    }
  }

  /** Asks Guichet what became of an order, and takes it into Vendure's books. May be repeated. */
  settle(ctx: RequestContext, reference: string): Promise<void> {
    const code = codeOf(reference);
    const before = this.queue.get(code) ?? Promise.resolve();
    const work = before.catch(() => undefined).then(async () => {
      const order = await this.find(ctx, code);
      if (!order) return;
      for (const asked of new Set([code, referenceOf(order), reference])) {
        for (const session of await this.client.find(asked)) await this.take(ctx, code, session);
      }
      await this.followRefunds(ctx, code);
    });
    const kept = work.finally(() => {
      if (this.queue.get(code) === kept) this.queue.delete(code);
    });
    this.queue.set(code, kept);
    return kept;
  }

  private async take(ctx: RequestContext, code: string, session: Session): Promise<void> {
    for (const payment of session.payments) {
      if (payment.surplus) {
        await this.giveBack(ctx, code, payment, 'surplus');
      } else if (session.status === 'paid' && payment.id === session.settled_by) {
        await this.addPayment(ctx, code, session, payment);
      } else if (session.status === 'incomplete' && payment.accepted) {
        await this.note(ctx, code, payment.id, 'incomplete', { amount: payment.accepted });
      }
    }
  }

  /** The payment of an order, once. Where the order takes none any more it is given back. */
  private async addPayment(
    ctx: RequestContext, code: string, session: Session, payment: Payment,
  ): Promise<void> {
    const refused = await this.connection.withTransaction(ctx, async (ctx) => {
      await this.lock(ctx, code);
      const order = await this.find(ctx, code);
      if (!order || order.payments.some(({ transactionId }) => transactionId === payment.id)) {
        return undefined;
      }
      if (order.state === 'AddingItems') {
        const moved = await this.orders.transitionToState(ctx, order.id, 'ArrangingPayment');
        if (isGraphQlErrorResult(moved)) return moved.transitionError;
      }
      const added = await this.orders.addPaymentToOrder(ctx, order.id, {
        method: this.options.method ?? 'guichet',
        metadata: { session: session.id },
      });
      if (isGraphQlErrorResult(added)) return added.message;
      const over = covered((await this.find(ctx, code))!) - added.totalWithTax;
      if (over > 0) {
        await this.note(ctx, code, payment.id, 'over', { amount: over });
      }
      return undefined;
    });
    if (refused !== undefined) await this.giveBack(ctx, code, payment, 'late', refused);
  }

  /** What the handler believes: Guichet's own word on a payment that was not counted before. */
  async proven(ctx: RequestContext, order: Order, id: string): Promise<[Session, Payment] | null> {
    const session = await this.client.session(id);
    const payment = session.payments.find((payment) => payment.id === session.settled_by);
    const fits = codeOf(session.reference) === order.code
      && session.currency === order.currencyCode && session.status === 'paid';
    if (!payment || !fits) return null;
    const counted = await this.connection.getRepository(ctx, ShopPayment)
      .count({ where: { transactionId: payment.id, state: 'Settled' } });
    return counted ? null : [session, payment];
  }

  private async giveBack(
    ctx: RequestContext, code: string, payment: Payment, what: 'surplus' | 'late', why = '',
  ): Promise<void> {
    const texts = NOTES[this.language(ctx)];
    const failed = (why: string) => fill(texts.notGivenBack, { why });
    let became: string;
    try {
      const key = `vendure-back-${payment.id}`;
      const asked = await this.client.refund(payment.id, payment.accepted, 'too late', key);
      became = asked.status === 'refused' ? failed(whyOf(asked)) : texts.givenBack;
    } catch (error) {
      // Where nothing is left of it, it was given back before.
      if (!(error instanceof GuichetError)) throw error;
      became = failed(error.message);
    }
    await this.note(ctx, code, payment.id, what, { why, became });
  }

  /** The language of whoever runs the shop. */
  private language(ctx: RequestContext): Language {
    return languageOf(this.options.notesIn ?? ctx.channel.defaultLanguageCode);
  }

  /** Tells whoever runs the shop, once for each payment or refund: in the order's history. What is
   * given as a number is an amount in minor units. */
  private async note(
    ctx: RequestContext, code: string, id: string, what: Note,
    given: Record<string, string | number> = {},
  ): Promise<void> {
    const order = await this.find(ctx, code);
    if (!order) return;
    const told = await this.history.getHistoryForOrder(ctx, order.id, false);
    if (told.items.some(({ data }) => String(data?.note).includes(id))) return;
    const language = this.language(ctx);
    const shown = (value: string | number) =>
      typeof value === 'string' ? value : money(value, order.currencyCode, language);
    const values = Object.entries(given).map(([name, value]) => [name, shown(value)]);
    const story = fill(NOTES[language][what], { id, ...Object.fromEntries(values) });
    await this.orders.addNoteToOrder(ctx, {
      id: order.id, note: `Guichet: ${story}`, isPublic: false,
    });
    Logger.warn(`${code}: ${story}`, LOG);
  }

  async refund(payment: ShopPayment, amount: number): Promise<Instruction> {
    // Who asks again after no answer came asks for the same; who asks once more, for another.
    const before = await this.connection.rawConnection.getRepository(Refund)
      .find({ where: { paymentId: payment.id } });
    const key = `vendure-${payment.transactionId}-${before.length}-${amount}`;
    return this.client.refund(payment.transactionId, amount, 'refund in Vendure', key);
  }

  /** Ends the refunds of an order that Guichet has ended. */
  private async followRefunds(ctx: RequestContext, code: string): Promise<void> {
    const order = await this.find(ctx, code);
    for (const payment of order?.payments ?? []) {
      const method = this.options.method ?? 'guichet';
      for (const refund of payment.method === method ? payment.refunds : []) {
        if (refund.state !== 'Pending' || !refund.transactionId) continue;
        const id = refund.transactionId;
        const stands = await this.client.refundStands(payment.transactionId, id);
        if (stands.status === 'done') {
          await this.orders.settleRefund(ctx, { id: refund.id, transactionId: id });
        } else if (stands.status === 'partly_done') {
          // It counts as what was given back: the rest may be asked for anew.
          const rest = refund.total - stands.done;
          await this.connection.getRepository(ctx, Refund).update(refund.id, {
            total: stands.done, adjustment: refund.adjustment - rest });
          await this.orders.settleRefund(ctx, { id: refund.id, transactionId: id });
          await this.note(ctx, order!.code, id, 'partRefund', { amount: stands.done, rest });
        } else if (stands.status === 'refused') {
          await this.orders.transitionRefundToState(ctx, refund.id, 'Failed');
        }
      }
    }
  }

  /** Where the database can, nobody else changes the order meanwhile. */
  private async lock(ctx: RequestContext, code: string): Promise<void> {
    const { type } = this.connection.rawConnection.options;
    if (!['postgres', 'mysql', 'mariadb'].includes(type)) return;
    await this.connection.getRepository(ctx, Order).createQueryBuilder('order')
      .setLock('pessimistic_write').where('order.code = :code', { code }).getOne();
  }
}

export const whyOf = (instruction: Instruction): string =>
  instruction.operations.map((part) => part.why ?? part.code).filter(Boolean).join('; ')
  || instruction.status;

const covered = (order: Order): number =>
  order.payments.filter(({ state }) => state === 'Settled' || state === 'Authorized')
    .reduce((sum, payment) => sum + payment.amount, 0);

/** An amount of minor units, as it is written in that language. */
const money = (minor: number, currency: string, language: string): string => {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

const clean = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** What the order knows of who pays. */
const shopper = (order: Order): object => {
  const { customer, shippingAddress: to, billingAddress: of } = order;
  const at = { ...clean(to ?? {}), ...clean(of ?? {}) } as typeof of;
  const name = customer
    ? clean({ first: customer.firstName, last: customer.lastName })
    : {};
  return clean({
    email: customer?.emailAddress,
    name: Object.keys(name).length ? name : at.fullName && { last: at.fullName },
    phone: at.phoneNumber || customer?.phoneNumber,
    // A country alone is no address.
    address: at.streetLine1 && clean({
      line1: at.streetLine1, line2: at.streetLine2, postal_code: at.postalCode, city: at.city,
      country: at.countryCode,
    }),
  });
};

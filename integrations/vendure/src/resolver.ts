import { Args, Query, Resolver } from '@nestjs/graphql';
import { ActiveOrderService, Ctx, RequestContext } from '@vendure/core';
import type { DocumentNode } from 'graphql';
import { gql } from 'graphql-tag';

import { GuichetService } from './service';

export const schema: DocumentNode = gql`
  "What a storefront shows of the active order: print the markup, or ask for what is missing."
  type GuichetCheckout {
    "checkout, missing, paid, closed, underWay or noWay"
    kind: String!
    markup: String
    "Fields of the billing address: set them by setOrderBillingAddress, and ask again"
    missing: [String!]!
    "Of underWay: in how many minutes to ask again, where that is known"
    minutes: Int
    "Where the plugin's own page is"
    url: String!
  }
  extend type Query {
    guichetCheckout(language: String): GuichetCheckout
  }
`;

@Resolver()
export class GuichetResolver {
  constructor(
    private readonly guichet: GuichetService,
    private readonly active: ActiveOrderService,
  ) {}

  @Query()
  async guichetCheckout(@Ctx() ctx: RequestContext, @Args('language') language?: string) {
    const order = await this.active.getActiveOrder(ctx, undefined);
    if (!order) return null;
    const shown = await this.guichet.show(ctx, order.code, language ?? '');
    return { missing: [], ...shown, url: this.guichet.orderUrl(order.code) };
  }
}

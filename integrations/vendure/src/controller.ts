import { Body, Controller, Get, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  ConfigService, Ctx, Logger, Order, RequestContext, RequestContextService,
} from '@vendure/core';
import type { Request, Response } from 'express';
import { Webhook } from 'standardwebhooks';

import { NoAnswer } from './client';
import { GuichetOptions, OPTIONS } from './options';
import { page } from './page';
import { GuichetService, Shown } from './service';
import { languageOf } from './texts';

@Controller('guichet')
export class GuichetController {
  constructor(
    @Inject(OPTIONS) private readonly options: GuichetOptions,
    private readonly guichet: GuichetService,
    private readonly contexts: RequestContextService,
    private readonly config: ConfigService,
  ) {}

  /** Where an order is paid, and where its shopper comes back to. */
  @Get('orders/:code')
  async order(
    @Ctx() ctx: RequestContext, @Param('code') code: string,
    @Headers('accept-language') wanted: string | undefined, @Res() response: Response,
  ): Promise<void> {
    const order = await this.ownOrder(ctx, code);
    if (!order) return void response.status(404).end();
    const language = languageOf(wanted);
    // The page holds the session's secret.
    response.setHeader('Cache-Control', 'no-store');
    let shown: Shown | { kind: 'unreachable' };
    try {
      shown = await this.guichet.show(ctx, code, language);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      Logger.warn(error.message, 'guichet');
      response.status(503);
      shown = { kind: 'unreachable' };
    }
    response.type('html').send(page(language, code, this.options.backend, shown));
  }

  /** What was missing. */
  @Post('orders/:code')
  async tell(
    @Ctx() ctx: RequestContext, @Param('code') code: string,
    @Body() given: Record<string, string>, @Res() response: Response,
  ): Promise<void> {
    const order = await this.ownOrder(ctx, code);
    if (!order) return void response.status(404).end();
    await this.guichet.tell(ctx, order, given);
    response.redirect(303, this.guichet.orderUrl(code));
  }

  /** A message only says that it is time to ask. */
  @Post('webhook')
  async webhook(@Req() request: Request, @Res() response: Response): Promise<void> {
    let reference: unknown;
    try {
      const headers = request.headers as Record<string, string>;
      const message: any = new Webhook(this.options.webhookSecret).verify(request.body, headers);
      reference = message.data.reference;
    } catch {
      return void response.status(400).end();
    }
    try {
      const ctx = await this.contexts.create({ apiType: 'admin' });
      await this.guichet.settle(ctx, String(reference));
      response.status(204).end();
    } catch (error) {
      // It comes again.
      Logger.warn(String(error), 'guichet');
      response.status(503).end();
    }
  }

  /** The order of whoever asks: their active one, or one that Vendure itself would show them. */
  private async ownOrder(ctx: RequestContext, code: string): Promise<Order | undefined> {
    const order = await this.guichet.find(ctx, code);
    if (!order) return undefined;
    if (ctx.session?.activeOrderId === order.id) return order;
    const access = this.config.orderOptions.orderByCodeAccessStrategy;
    const active = !order.orderPlacedAt;
    return !active && (await access.canAccessOrder(ctx, order)) ? order : undefined;
  }
}

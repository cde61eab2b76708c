import { PluginCommonModule, Type, VendurePlugin } from '@vendure/core';
import { raw, urlencoded } from 'express';

import { GuichetController } from './controller';
import { guichetHandler, waitingRefunds } from './handler';
import { GuichetOptions, OPTIONS } from './options';
import { GuichetResolver, schema } from './resolver';
import { GuichetService } from './service';

@VendurePlugin({
  imports: [PluginCommonModule],
  compatibility: '^3.7.0',
  controllers: [GuichetController],
  providers: [{ provide: OPTIONS, useFactory: () => GuichetPlugin.options }, GuichetService],
  shopApiExtensions: { schema, resolvers: [GuichetResolver] },
  configuration: (config) => {
    config.paymentOptions.paymentMethodHandlers.push(guichetHandler);
    config.paymentOptions.refundProcess = [
      ...(config.paymentOptions.refundProcess ?? []), waitingRefunds];
    config.apiOptions.middleware.push(
      // The signature is over the bytes as they came, before any parser.
      { route: '/guichet/webhook', handler: raw({ type: () => true }), beforeListen: true },
      { route: '/guichet/orders', handler: urlencoded({ extended: false }), beforeListen: true },
    );
    return config;
  },
})
export class GuichetPlugin {
  static options: GuichetOptions;

  static init(options: GuichetOptions): Type<GuichetPlugin> {
    this.options = options;
    return GuichetPlugin;
  }
}

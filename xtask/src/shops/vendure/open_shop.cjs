// Opens a store in fresh books and serves it: `node open_shop.cjs '{"modules": …, "port": …, …}'`.

const { writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const given = JSON.parse(process.argv[2]);
const from = createRequire(join(given.modules, 'shop.js'));
const core = from('@vendure/core');
const { importProductsFromCsv, populateInitialData } = from('@vendure/core/cli');
const { GuichetPlugin } = from(given.plugin);

/** Gives up orders that wait for their payment for longer than a moment. */
const expireUnpaid = new core.ScheduledTask({
  id: 'expire-unpaid-orders',
  description: 'Gives up orders that nobody paid in time',
  schedule: (cron) => cron.everyDayAt(4, 0),
  execute: async ({ injector, scheduledContext: context }) => {
    const orders = injector.get(core.OrderService);
    const waiting = await injector.get(core.TransactionalConnection)
      .getRepository(context, core.Order).find({ where: { state: 'ArrangingPayment' } });
    for (const { id } of waiting) {
      await orders.cancelOrder(context, { orderId: id, reason: 'not paid in time' });
    }
    return { expired: waiting.length };
  },
});

const config = {
  apiOptions: { port: given.port, hostname: '127.0.0.1', adminApiPath: 'admin-api',
    shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: ['cookie', 'bearer'],
    superadminCredentials: { identifier: 'guichet', password: given.password },
    cookieOptions: { secret: 'of-the-tests' },
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true, autoSave: false },
  paymentOptions: { paymentMethodHandlers: [] },
  logger: new core.DefaultLogger({ level: core.LogLevel.Info }),
  schedulerOptions: { tasks: [expireUnpaid] },
  plugins: [
    core.DefaultSchedulerPlugin.init({ manualTriggerCheckInterval: 500 }),
    GuichetPlugin.init({
      backend: given.guichet, key: given.key, webhookSecret: given.webhook, shopUrl: given.shop,
      notesIn: 'fr',
    }),
  ],
};

const handler = { code: 'guichet', arguments: [] };
const stock = {
  defaultLanguage: 'en',
  defaultZone: 'Europe',
  countries: [{ code: 'FR', name: 'France', zone: 'Europe' }],
  taxRates: [{ name: 'Reduced', percentage: 0 }],
  shippingMethods: [{ name: 'Collect', price: 0 }],
  paymentMethods: [{ name: 'guichet', handler }],
  collections: [],
};

const HEAD = 'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,'
  + 'taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets';
const product = (name, price) => `${name},${name},${name},,,,,${name},${price},reduced,1000,false,,`;

const open = async () => {
  const app = await core.bootstrap(config);
  const context = await app.get(core.RequestContextService).create({ apiType: 'admin' });
  const channels = app.get(core.ChannelService);
  const channel = await channels.getDefaultChannel(context);
  await channels.update(context, {
    id: channel.id, defaultCurrencyCode: 'EUR', availableCurrencyCodes: ['EUR'],
    pricesIncludeTax: true,
  });
  await populateInitialData(app, stock);
  const csv = join(given.folder, 'products.csv');
  writeFileSync(csv, [HEAD, product('panier', '42.00'), product('miel', '8.00')].join('\n'));
  await importProductsFromCsv(app, csv, 'en');
  // Served from now on: whoever started this asks for it.
  writeFileSync(join(given.folder, 'open'), '');
};

open().catch((error) => {
  console.error(error);
  process.exit(1);
});
